import { readMaskedHex } from '../../drivers/replay/masked-hex.ts';
import type { Step, Transcript } from '../../drivers/replay/transcript.ts';
import { createMasker } from './mask.ts';
import { HIDDEN_BYTE, type MaskedBytes } from './masked-bytes.ts';

/**
 * The same exchange with everything hidden that a trace may not show (`mask-policy.ts`): for transcripts that were made
 * by another program, or before a rule was made stricter. What was hidden stays hidden. Comments are not kept: nobody
 * knows what is in them.
 * @example formatTranscript(maskTranscript(parseTranscript(text)))
 */
export function maskTranscript({ headers, steps }: Transcript): Transcript {
  const masker = createMasker();
  const masked = steps.map((step): Step => {
    if (step.kind !== 'event') return { ...step, bytes: both(step.bytes, masker[step.kind](step.bytes.bytes)) };
    masker.reset();
    return step;
  });
  return { headers, steps: masked };
}

/** Hidden before, or hidden now. */
function both({ bytes, hidden }: MaskedBytes, text: string): MaskedBytes {
  const now = readMaskedHex(text, 0);
  if ('wrong' in now) throw new RangeError(`the masker wrote no hex: ${now.wrong}`);
  const either = hidden.map((flag, at) => flag | (now.hidden[at] ?? 1));
  return { bytes: bytes.map((byte, at) => (either[at] === 1 ? HIDDEN_BYTE : byte)), hidden: either };
}
