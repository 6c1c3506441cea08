import { withChaining } from '../../apdu/chaining.ts';
import { SscardError } from '../../apdu/errors.ts';
import type { Channel, Transmitter, Waiting } from '../../drivers/reader.ts';
import type { BasicInformation } from './basic-information.ts';
import type { Line } from './exchange.ts';
import { detectGeneration } from './generation.ts';
import { interpretBasic } from './interpret.ts';
import type { Generation } from './profile/profile.ts';
import { readBasicRecords } from './read-basic.ts';
import { selectApplication } from './select.ts';

/** The social security application (SSSE) of one inserted card. Made by `openCard`. */
export class SocialApplication {
  readonly #channel: Channel;
  readonly #transmitter: Transmitter;

  constructor(channel: Channel) {
    this.#channel = channel;
    this.#transmitter = channel.chains ? channel : withChaining<Waiting>(channel);
  }

  /**
   * Selects the application and reads which generation the card is of.
   * @param waiting as for `readBasic`
   * @throws SscardError as `readBasic`
   */
  generation(waiting?: Waiting): Promise<Generation> {
    return this.#alone(waiting, async (line) => {
      await selectApplication(line);
      return (await detectGeneration(line)).generation;
    });
  }

  /**
   * Reads what is needed at every counter: the national fields, sex, ethnic group, birth date and the Jiangsu person
   * number. Values are full; nothing is masked. What needs a key is listed in `withheld`, what is odd in `oddities`.
   * @param waiting `timeout` in milliseconds bounds the whole reading; without it each command has the driver's own
   * deadline
   * @throws SscardError `not-social-security-card`, `application-blocked`, `generation-unknown`, `card-refused`,
   * `record-malformed`, `chain-too-long`, `chain-stalled`, and what the channel throws (`card-removed`, `card-mute`,
   * `cancelled`, …); `details` name step, place and status word
   * @example
   * const { name, oddities } = await card.social.readBasic();
   */
  readBasic(waiting?: Waiting): Promise<BasicInformation> {
    return this.#alone(waiting, async (line) => interpretBasic(await readBasicRecords(line), this.#channel.atr));
  }

  /** One transaction where the driver has them: nobody else can select another application in between. */
  async #alone<T>(waiting: Waiting = {}, work: (line: Line) => Promise<T>): Promise<T> {
    const whole = bounded(waiting);
    const run = () => work({ transmitter: this.#transmitter, waiting: whole });
    try {
      return await (this.#channel.lacks.has('transactions') ? run() : this.#channel.transaction('leave', run, whole));
    } catch (error) {
      throw outOfTime(error, waiting, whole) ? late(error) : error;
    }
  }
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
