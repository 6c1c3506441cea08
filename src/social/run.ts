import { alone } from '../../drivers/alone.ts';
import type { Line } from '../../drivers/exchange.ts';
import type { Channel, Ending, Transmitter, Waiting } from '../../drivers/reader.ts';
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

/**
 * One transaction where the driver has them: nobody else can select another application in between.
 * @param begin called before the first command
 */
export function flowRunner(
  channel: Channel,
  transmitter: Transmitter,
  settings: CardSettings,
  begin: () => Promise<void>,
): RunFlow {
  return async (waiting = {}, work, options = {}) => {
    const { ending = 'reset', ...flowOptions } = options;
    return alone(channel, waiting, ending, async (whole) => {
      await begin();
      const line: Line = { transmitter, waiting: whole };
      return work(await openFlow(line, channel.atr, settings, flowOptions));
    });
  };
}
