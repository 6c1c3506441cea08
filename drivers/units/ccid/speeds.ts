import { SscardError } from '../../../apdu/errors.ts';
import type { Talk } from '../../talk.ts';
import { pause } from '../timing.ts';

/**
 * Finds a unit at one of these speeds, first at the one the line has.
 * @param look asks it who it is
 * @throws SscardError `unit-silent` of the first speed: it is at none of them
 */
export async function findAtSpeeds<E, T>(talk: Talk<E>, speeds: readonly number[], look: () => Promise<T>): Promise<T> {
  const { baud } = talk;
  let silence: unknown;
  for (const speed of baud === undefined ? [baud] : new Set([baud, ...speeds])) {
    try {
      if (speed !== talk.baud) await talk.setSpeed(speed as number);
      return await look();
    } catch (error) {
      if (!isSilent(error)) throw error;
      silence ??= error;
    }
  }
  throw silence;
}

/** The unit has changed its speed: ours follows, and goes back where it is not found there (readers.md 1, rule 7). */
export async function followSpeed<E, T>(
  talk: Talk<E>,
  speed: number,
  settling: number,
  look: () => Promise<T>,
): Promise<T> {
  const before = talk.baud as number;
  await talk.setSpeed(speed);
  await pause(settling);
  try {
    return await look();
  } catch (error) {
    if (!isSilent(error)) throw error;
    await talk.setSpeed(before);
    return look();
  }
}

export function isSilent(error: unknown): error is SscardError {
  return error instanceof SscardError && error.code === 'unit-silent';
}
