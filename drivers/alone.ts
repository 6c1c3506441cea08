import { SscardError } from '../apdu/errors.ts';
import type { Channel, Ending, Waiting } from './reader.ts';

/**
 * One act on a card, from its first command to its last: in one transaction where the driver has them, so that nobody
 * else can select another application in between. What failed leaves the card reset (P7). The timeout is over all of the
 * act's commands, not for each.
 * @param ending what happens to the card after an act that did not fail
 * @throws what `work` throws; `card-mute` when the act took longer than `waiting.timeout`
 */
export async function alone<T>(
  channel: Channel,
  waiting: Waiting,
  ending: Ending,
  work: (waiting: Waiting) => Promise<T>,
): Promise<T> {
  const whole = bounded(waiting);
  try {
    if (!channel.lacks.has('transactions')) return await channel.transaction(ending, () => work(whole), whole);
    return await resetAfter(channel, ending, () => work(whole));
  } catch (error) {
    throw outOfTime(error, waiting, whole) ? late(error) : error;
  }
}

/** What a transaction does at its end, for drivers that have none: no right is left behind (P7). */
async function resetAfter<T>(channel: Channel, ending: Ending, work: () => Promise<T>): Promise<T> {
  const canReset = !channel.lacks.has('reset');
  let result: T;
  try {
    result = await work();
  } catch (error) {
    // The first error is the one that explains.
    if (canReset) await channel.reset('warm').catch(() => {});
    throw error;
  }
  if (ending !== 'leave' && canReset) await channel.reset('warm');
  return result;
}

/** The timeout of a flow is over all of its commands, not for each. */
function bounded({ timeout, signal }: Waiting): Waiting {
  if (timeout === undefined) return signal === undefined ? {} : { signal };
  const clock = AbortSignal.timeout(timeout);
  return { timeout, signal: signal === undefined ? clock : AbortSignal.any([signal, clock]) };
}

/** Our own clock ends a command by its signal: for the caller, that is no cancelling. */
function outOfTime(error: unknown, asked: Waiting, whole: Waiting): error is SscardError {
  const ended = whole.signal?.aborted === true && asked.signal?.aborted !== true;
  return ended && error instanceof SscardError && error.code === 'cancelled';
}

function late({ details, cause }: SscardError): SscardError {
  return new SscardError('card-mute', 'the flow took longer than its timeout', details, { cause });
}
