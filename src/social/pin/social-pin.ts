import type { Waiting } from '../../../drivers/reader.ts';
import type { Pin } from '../../crypto/pin.ts';
import type { Flow } from '../flow.ts';
import type { RunFlow } from '../run.ts';
import type { Step } from '../steps.ts';
import type { PinAtReader } from './at-reader.ts';
import { isInitial } from './initial.ts';
import type {
  AtReaderRefusal,
  ChangeOutcome,
  NotSent,
  PinRefusal,
  PinStatus,
  ReloadOutcome,
  VerifyOutcome,
} from './outcomes.ts';
import { formFault, presentPin, replacePin, unknownOutcome } from './present.ts';
import { askTries, statusOf } from './tries.ts';

// Loaded when they are done: a basic reading has no need of them. Not inside the methods: the compiler leaves the name of a
// module as it is where a function has `using`.
const loadNewPin = () => import('./new-pin.ts');
const loadReload = () => import('./reload.ts');
const loadAtReader = () => import('./at-reader.ts');

const UNCHANGED: NotSent = { why: 'unchanged' };

/** How long to wait, and what a PIN may cost. */
export interface PinOptions extends Waiting {
  /** The last try may be spent, or the tries are not known and it may be the last one. Said for this call only. */
  readonly lastTry?: boolean;
}

/** A new PIN that nobody but the reader sees: whether it is weak, or the initial one, cannot be told. */
export interface UnseenPinOptions extends PinOptions {
  readonly weak: 'allow';
}

/** What is known about the holder when a new PIN is chosen. */
export interface NewPinOptions extends PinOptions {
  /** Default `refuse`: easily guessed PINs are not sent (counter-services.md 5). */
  readonly weak?: 'refuse' | 'allow';
  /** Phone and bank numbers of the holder that the counter knows; PINs made of them are weak. */
  readonly phones?: readonly string[];
  readonly cardNumbers?: readonly string[];
}

/**
 * The PIN of the social security application. Each method is one act, ends with the card reset, and uses the PINs up it
 * was given: they are wiped, whatever happens. A lost answer is the outcome `unknown`; no PIN is ever sent twice.
 * All methods throw SscardError as `readBasic` does; `card-refused` when the card refused without comparing, and what a
 * key provider throws.
 */
export class SocialPin {
  readonly #run: RunFlow;

  /** Made by `SocialApplication`. */
  constructor(run: RunFlow) {
    this.#run = run;
  }

  /** What the card tells without a PIN, where the profile's `pin.statusBy` says that asking costs no try. */
  status(waiting?: Waiting): Promise<PinStatus> {
    return this.#run(waiting, async ({ line, profile }) => statusOf(await askTries(line, profile), profile));
  }

  /**
   * Presents the PIN to the card.
   * @example
   * const outcome = await card.social.pin.verify(pin);
   * if (outcome.kind === 'wrong') show(outcome.triesLeft);
   */
  async verify(pin: Pin, options: PinOptions = {}): Promise<VerifyOutcome> {
    using offered = pin;
    // Awaited here: the PIN is wiped when the act is over, not before.
    return await this.#act(['verify-pin'], options, async ({ line, profile }): Promise<VerifyOutcome> => {
      const initial = isInitial(offered, profile);
      const outcome = await presentPin(line, profile, { pin: offered, lastTry: options.lastTry === true });
      return outcome.kind === 'verified' ? { ...outcome, initial } : outcome;
    });
  }

  /**
   * Presents a PIN of six digits that is typed on the reader's own keys: it never reaches this computer, so that nobody can tell whether
   * it is the initial one.
   * @param reader `ReaderPad` of this card's channel
   * @example
   * const reader = await ReaderPad.of(card.channel);
   * if (reader !== undefined) await card.social.pin.verifyAtReader(reader);
   */
  verifyAtReader(
    reader: PinAtReader,
    options: PinOptions = {},
  ): Promise<{ readonly kind: 'verified' } | AtReaderRefusal> {
    return this.#act(['verify-pin'], unhurried(options), async ({ line, profile }) =>
      (await loadAtReader()).verifyAtReader(line, profile, reader, options.lastTry === true),
    );
  }

  /** Replaces the PIN by one that is typed on the reader's own keys, like the old one: six digits. */
  changeAtReader(
    reader: PinAtReader,
    options: UnseenPinOptions,
  ): Promise<{ readonly kind: 'changed' } | AtReaderRefusal> {
    return this.#act(['change-pin'], unhurried(options), async ({ line, profile }) =>
      (await loadAtReader()).changeAtReader(line, profile, reader, options.lastTry === true),
    );
  }

  /** Replaces the old PIN by a new one. The initial PIN and weak ones are refused before anything is sent. */
  async change(old: Pin, next: Pin, options: NewPinOptions = {}): Promise<ChangeOutcome> {
    using before = old;
    using after = next;
    return await this.#act(['change-pin'], options, async (flow): Promise<ChangeOutcome> => {
      const fault = formFault(before, flow.profile) ?? (before.equals(after) ? UNCHANGED : undefined);
      const stopped = fault ?? (await (await loadNewPin()).newPinFault(flow, after, options));
      if (stopped !== undefined) return { kind: 'not-sent', ...stopped };
      return replacePin(flow.line, flow.profile, { pin: before, lastTry: options.lastTry === true }, after);
    });
  }

  /** The first PIN of its holder, in place of the initial one: the same act as `change`. */
  set(initial: Pin, next: Pin, options: NewPinOptions = {}): Promise<ChangeOutcome> {
    return this.change(initial, next, options);
  }

  /** Sets a new PIN without the old one, under the reset keys (PUK, STK), and restores the tries. */
  async reset(next: Pin, options: NewPinOptions = {}): Promise<ReloadOutcome> {
    using after = next;
    return await this.#act(['reload-pin'], options, async (flow): Promise<ReloadOutcome> => {
      const fault = await (await loadNewPin()).newPinFault(flow, after, options);
      return fault === undefined ? (await loadReload()).reloadPin(flow, after) : { kind: 'not-sent', ...fault };
    });
  }

  /** Restores the tries and keeps the PIN, under the reset keys. */
  unblock(waiting: Waiting = {}): Promise<ReloadOutcome> {
    return this.#act(['unblock-pin'], waiting, async (flow) => (await loadReload()).unblockPin(flow));
  }

  /** The error is judged after the flow has ended: our own clock ends a command as if it were cancelled. */
  async #act<T>(steps: readonly Step[], waiting: Waiting, work: (flow: Flow) => Promise<T>): Promise<T | PinRefusal> {
    try {
      return await this.#run(waiting, work);
    } catch (error) {
      return unknownOutcome(error, steps);
    }
  }
}

/** A person types meanwhile: the time is the reader's to give. */
function unhurried({ signal }: Waiting): Waiting {
  return signal === undefined ? {} : { signal };
}
