import { SscardError } from '../../apdu/errors.ts';
import type { Talk } from '../talk.ts';
import { lineTime, nextBefore } from './timing.ts';

/** What protocols with ACK, NAK and EOT have in common. */

/**
 * EOT: the unit stops what it does, and forgets what it was told.
 * @param ms for its own EOT
 * @returns whether it said so
 */
export async function sayEot<E extends { readonly kind: string }>(
  talk: Talk<E>,
  eot: Uint8Array,
  ms: number,
): Promise<boolean> {
  await talk.send(eot);
  const end = performance.now() + ms + lineTime(1, talk.baud);
  for (;;) {
    const { kind } = await nextBefore(talk, end);
    if (kind === 'eot' || kind === 'silence') return kind === 'eot';
  }
}

/** A frame was not taken: `unit-silent` (`no-acknowledge`) or, with NAK each time, `unit-refused` (`frame-refused`). */
export function notTaken(said: 'nak' | 'silence', outcome: 'unknown' | 'not-done'): SscardError {
  if (said === 'silence') {
    return new SscardError('unit-silent', 'the unit did not acknowledge', { reason: 'no-acknowledge', outcome });
  }
  const details = { reason: 'frame-refused', outcome: 'not-done' } as const;
  return new SscardError('unit-refused', 'the unit did not take the frame', details);
}

/** Nothing took the frame: there is no unit, or none at this speed. */
export function isNotTaken(error: unknown): boolean {
  if (!(error instanceof SscardError)) return false;
  return error.details.reason === 'no-acknowledge' || error.details.reason === 'frame-refused';
}

/**
 * A frame was taken, and its answer is lost.
 * @param card an APDU: the unit waits for the card, which is mute
 */
export function answerLost(card: boolean, damaged: boolean): SscardError {
  if (card && !damaged) return new SscardError('card-mute', 'no answer in time', { outcome: 'unknown' });
  const reason = damaged ? 'answer-damaged' : 'no-answer';
  return new SscardError('unit-silent', 'the answer was lost', { reason, outcome: 'unknown' });
}
