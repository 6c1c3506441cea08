import { SscardError } from '../apdu/errors.ts';
import type { Waiting } from './reader.ts';

const OPEN_TIMEOUT = 5_000;

/** The packages give the system's own words. */
const REASONS: readonly (readonly [pattern: RegExp, code: string])[] = [
  [/no such (file|device)|cannot find|file not found|not a directory/i, 'port-not-found'],
  [/permission denied|access (is )?denied/i, 'port-denied'],
  [/cannot lock port|busy|temporarily unavailable/i, 'port-in-use'],
];

/**
 * The opening of a port, with its deadline. One that opens when nobody waits for it any more is given back.
 * @param place the port, for messages
 * @throws SscardError `port-not-found`, `port-denied`, `port-in-use`, `port-failed`, `cancelled`
 */
export async function openedInTime<T>(
  place: string,
  open: () => Promise<T>,
  giveBack: (late: T) => Promise<unknown>,
  { timeout = OPEN_TIMEOUT, signal }: Waiting,
): Promise<T> {
  if (signal?.aborted) throw new SscardError('cancelled', 'cancelled before opening', { outcome: 'not-done' });
  const opening = open();
  try {
    return await inTime(opening, timeout, signal);
  } catch (error) {
    void opening.then(giveBack).catch(() => {});
    throw error instanceof SscardError ? error : openError(error as Error, place);
  }
}

async function inTime<T>(opening: Promise<T>, timeout: number, signal: AbortSignal | undefined): Promise<T> {
  let stop = () => {};
  const late = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(new SscardError('port-failed', `not open after ${timeout} ms`)), timeout);
    const abort = () => reject(new SscardError('cancelled', 'cancelled while opening', { outcome: 'not-done' }));
    signal?.addEventListener('abort', abort, { once: true });
    stop = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
  });
  try {
    return await Promise.race([opening, late]);
  } finally {
    stop();
  }
}

function openError(error: Error, place: string): SscardError {
  const code = REASONS.find(([pattern]) => pattern.test(error.message))?.[1] ?? 'port-failed';
  return new SscardError(code, error.message, { place, outcome: 'not-done' }, { cause: error });
}

/** What fails on a port that was lost. */
export function lostError(place: string, cause?: unknown): SscardError {
  return new SscardError('reader-lost', 'the port is gone', { place }, { cause });
}
