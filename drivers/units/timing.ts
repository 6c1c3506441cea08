import type { LineEvent, Talk } from '../talk.ts';

/** A frame that has begun comes without pauses worth naming; a busy host reads it in pieces. */
const SLACK = 100;
/** For carriers without speed. */
const UNCLOCKED = 500;

/** Milliseconds that so many bytes of ten bits take on the line; 0 where it has no speed. */
export function lineTime(bytes: number, baud: number | undefined): number {
  return baud === undefined ? 0 : (bytes * 10_000) / baud;
}

/** Milliseconds in which a frame is whole, from its first byte. @param longest bytes of the longest one */
export function frameTime(longest: number, baud: number | undefined): number {
  return baud === undefined ? UNCLOCKED : lineTime(longest, baud) + SLACK;
}

/**
 * The next event before `end` (steady clock) and before the end of the conversation: a unit that never stops talking does not
 * move either.
 */
export function nextBefore<E>(talk: Talk<E>, end: number): Promise<LineEvent<E>> {
  const left = Math.min(end - performance.now(), talk.left());
  return left > 0 ? talk.next(left) : Promise.resolve({ kind: 'silence' });
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
