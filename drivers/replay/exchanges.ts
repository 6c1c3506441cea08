import type { MaskedBytes } from '../../src/trace/masked-bytes.ts';
import type { EventName } from './events.ts';
import type { Transcript } from './transcript.ts';

/** Something that happened to the card, and the ATR it gave after it. */
export interface Happening {
  readonly event: EventName;
  readonly outcome?: 'not-done' | 'unknown';
  atr?: Uint8Array;
  readonly line: number;
}

/** A command with what came of it. */
export interface Exchange {
  /** Which command of the transcript it is, 0-based. */
  readonly index: number;
  /** What happened between the command before it and this one. */
  readonly before: readonly Happening[];
  readonly command: MaskedBytes;
  /** `undefined`: the recording ends here. */
  readonly result: { readonly answer: Uint8Array } | { readonly happening: Happening } | undefined;
  readonly line: number;
}

/** A transcript as a reader needs it. */
export interface Script {
  /** Of the card that is in the slot from the beginning; `undefined`: none is. */
  readonly atr: Uint8Array | undefined;
  readonly exchanges: readonly Exchange[];
  /** What happened after the last command. */
  readonly after: readonly Happening[];
}

/** Puts the steps of a transcript together. Relies on their order, which `parseTranscript` has checked. */
export function scriptOf({ steps }: Transcript): Script {
  const exchanges: Exchange[] = [];
  let atr: Uint8Array | undefined;
  let before: Happening[] = [];
  let last: Happening | undefined;
  let open: { readonly bytes: MaskedBytes; readonly line: number } | undefined;
  const finish = (result: Exchange['result']) => {
    if (open === undefined) return false;
    exchanges.push({ index: exchanges.length, before, command: open.bytes, result, line: open.line });
    before = [];
    open = undefined;
    return true;
  };
  for (const step of steps) {
    if (step.kind === 'event') {
      const { event, outcome, line } = step;
      last = { event, line, ...(outcome && { outcome }) };
      if (!finish({ happening: last })) before.push(last);
    } else if (step.kind === 'command') open = step;
    else if (step.kind === 'answer') finish({ answer: step.bytes.bytes });
    else if (last) last.atr = unmaskAtr(step.bytes);
    else atr = unmaskAtr(step.bytes);
  }
  finish(undefined);
  return { atr, exchanges, after: before };
}

/** A masked check byte (ISO/IEC 7816-3, 8.2.5) is made to fit the other bytes, so that the ATR stays a valid one. */
function unmaskAtr({ bytes, hidden }: MaskedBytes): Uint8Array {
  const end = bytes.length - 1;
  if (hidden[end] !== 1) return bytes;
  const atr = bytes.slice();
  atr[end] = bytes.subarray(1, end).reduce((check, byte) => check ^ byte, 0);
  return atr;
}
