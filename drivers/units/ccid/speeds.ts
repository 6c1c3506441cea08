import { SscardError } from '../../../apdu/errors.ts';
import type { Talk } from '../../talk.ts';
import { pause } from '../timing.ts';

/**
 * Finds a unit at one of these speeds, first at the one the line has; it has that one afterwards where the unit is at none.
 * @param tries so often at the first: it may be at work on a command that was given up, and hear nothing
 * @param look asks it who it is
 * @throws SscardError `unit-silent`
 */
export async function findAtSpeeds<E, T>(
  talk: Talk<E>,
  speeds: readonly number[],
  tries: number,
  look: () => Promise<T>,
): Promise<T> {
  const { baud } = talk;
  const others = baud === undefined ? [] : speeds.filter((speed) => speed !== baud);
  let silence: unknown;
  for (const speed of [...Array.from({ length: tries }, () => baud), ...others]) {
    try {
      if (speed !== undefined && speed !== talk.baud) await talk.setSpeed(speed);
      return await look();
    } catch (error) {
      if (!isSilent(error)) throw error;
      silence = error;
    }
  }
  if (baud !== undefined && baud !== talk.baud) await talk.setSpeed(baud);
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
