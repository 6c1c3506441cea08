import { SscardError } from '../../apdu/errors.ts';
import type { Line } from '../line.ts';
import type { PadCustody, PinEntered, PinEntry, PinPad } from '../pin-pad.ts';
import type { Waiting } from '../reader.ts';
import type { Talk } from '../talk.ts';

const ENTRY_TIMEOUT = 30_000;
/** The pad ends an entry by itself; the host gives up a little later (readers.md 1). */
const GRACE = 5_000;
const LONGEST_ENTRY = 255;

/** What one kind of pad does on its line. */
export interface PadMethod<E> {
  readonly gives: ReadonlySet<'digits' | 'block'>;
  readonly custody?: PadCustody;
  /**
   * One entry, from opening the keypad to closing it.
   * @param seconds after which the pad is to give up, 1 to 255
   */
  ask(talk: Talk<E>, entry: PinEntry, seconds: number): Promise<PinEntered>;
}

/** A pad on a line: what all kinds share of an entry. */
export class LinePad<E extends { readonly kind: string }> implements PinPad {
  readonly name: string;
  readonly #line: Line<E>;
  readonly #method: PadMethod<E>;
  #asking = false;
  /** It showed digits. */
  #broken: PinEntered | undefined;

  constructor(name: string, line: Line<E>, method: PadMethod<E>) {
    this.name = name;
    this.#line = line;
    this.#method = method;
  }

  get gives(): ReadonlySet<'digits' | 'block'> {
    return this.#method.gives;
  }

  get custody(): PadCustody | undefined {
    return this.#method.custody;
  }

  async enterPin(entry: PinEntry, { timeout = ENTRY_TIMEOUT, signal }: Waiting = {}): Promise<PinEntered> {
    if (this.#asking) throw new RangeError('the pad is asking already');
    if (!this.gives.has(entry.form.kind)) throw new RangeError(`this pad gives no ${entry.form.kind}`);
    if (this.#broken !== undefined) return this.#broken;
    const seconds = Math.min(LONGEST_ENTRY, Math.max(1, Math.ceil(timeout / 1000)));
    this.#asking = true;
    using _clock = clock(seconds, entry.timeLeft);
    try {
      const limits = { timeout: timeout + GRACE, ...(signal !== undefined && { signal }) };
      const entered = await this.#line.run(limits, (talk) => this.#method.ask(talk, entry, seconds));
      if (entered.kind === 'out-of-order' && entered.reason === CLEAR_DIGITS) this.#broken = entered;
      return entered;
    } catch (error) {
      if (error instanceof SscardError && error.code === 'cancelled') return { kind: 'cancelled' };
      throw error;
    } finally {
      this.#asking = false;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#line.close();
  }
}

function clock(seconds: number, tell: PinEntry['timeLeft']): Disposable {
  const end = performance.now() + 1000 * seconds;
  tell?.(seconds);
  const timer = tell && setInterval(() => tell(Math.max(0, Math.round((end - performance.now()) / 1000))), 1000);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** `too-few`: enter was pressed too early; the pad takes less than whoever asks. */
export type KeysEnded =
  | Exclude<PinEntered, { kind: 'digits' | 'block' }>
  | { readonly kind: 'entered' }
  | { readonly kind: 'too-few' };

const CLEAR_DIGITS = 'clear-digits';

/** What a key byte means. */
export type PadKey = 'star' | 'enter' | 'cancel' | 'correct' | 'time-over' | 'digit' | 'other';

/**
 * Follows the keys of an entry at a pad that keeps the digits: stars come.
 * @param ms until the pad gives up, and a little more
 */
export async function followKeys<E extends { readonly kind: string }>(
  talk: Talk<E>,
  entry: PinEntry,
  ms: number,
  meaning: (event: E) => PadKey | undefined,
): Promise<KeysEnded> {
  const end = performance.now() + ms;
  let digits = 0;
  for (;;) {
    const event = await talk.next(Math.max(0, end - performance.now()));
    if (event.kind === 'silence') return { kind: 'timed-out' };
    switch (meaning(event as E)) {
      case 'star':
        digits++;
        break;
      case 'correct':
        digits = Math.max(0, digits - 1);
        break;
      case 'enter':
        if (digits >= entry.min) return { kind: 'entered' };
        return { kind: digits === 0 && entry.bypass === true ? 'bypassed' : 'too-few' };
      case 'cancel':
        return { kind: 'cancelled' };
      case 'time-over':
        return { kind: 'timed-out' };
      case 'digit':
        return { kind: 'out-of-order', reason: CLEAR_DIGITS };
      default:
        continue;
    }
    entry.progress?.(digits);
  }
}
