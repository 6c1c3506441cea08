import { SscardError } from '../../apdu/errors.ts';
import type { Channel, Ending, Transmitter, Waiting } from '../../drivers/reader.ts';
import type { Line } from './exchange.ts';
import { type CardSettings, type Flow, type FlowOptions, openFlow } from './flow.ts';

/** Runs one act on the card, from its SELECT to its end. */
export type RunFlow = <T>(
  waiting: Waiting | undefined,
  work: (flow: Flow) => Promise<T>,
  options?: RunOptions,
) => Promise<T>;

export interface RunOptions extends FlowOptions {
  /** `leave`: the act earns no right, so a good end leaves the card as it is. Default `reset`. */
  readonly ending?: Ending;
}

/** One transaction where the driver has them: nobody else can select another application in between. */
export function flowRunner(channel: Channel, transmitter: Transmitter, settings: CardSettings): RunFlow {
  return async (waiting = {}, work, options = {}) => {
    const { ending = 'reset', ...flowOptions } = options;
    return alone(channel, waiting, ending, async (whole) => {
      const line: Line = { transmitter, waiting: whole };
      return work(await openFlow(line, channel.atr, settings, flowOptions));
    });
  };
}

async function alone<T>(
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
