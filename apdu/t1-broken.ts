import { SscardError } from './errors.ts';

/** What can be wrong with one answer of the card: its check, anything else about it, or that there is none. */
export type T1Failure = 'edc' | 'other' | 'timeout';

/**
 * The card broke off, or cannot be understood: thrown inside, answered with a RESYNCH or told as an error outside. `endless`: it
 * brings nothing forward; `size`: it sends more than an answer has, or less.
 */
export class Broken extends Error {
  readonly by: T1Failure | 'abort' | 'endless' | 'size';

  constructor(by: Broken['by']) {
    super(by);
    this.by = by;
  }

  /** A RESYNCH may help: both sides lost their way, and none of them meant it. */
  get lost(): boolean {
    return this.by === 'edc' || this.by === 'other' || this.by === 'timeout';
  }

  /** As the caller is told. */
  told(): SscardError {
    return this.by === 'timeout' ? mute() : fault(REASONS[this.by]);
  }
}

const REASONS = { abort: 'aborted', endless: 'endless', size: 'length', edc: 'edc', other: 'block' } as const;

export function mute(): SscardError {
  return new SscardError('card-mute', 'no block came within the waiting time', { outcome: 'unknown' });
}

/** @param outcome `not-done` where the card never had the whole command, and both sides know where they are */
export function fault(reason: string, outcome: 'unknown' | 'not-done' = 'unknown'): SscardError {
  return new SscardError('card-protocol', `T=1: ${reason}`, { reason, outcome });
}
