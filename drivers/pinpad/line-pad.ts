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
    const seconds = Math.min(LONGEST_ENTRY, Math.max(1, Math.ceil(timeout / 1000)));
    this.#asking = true;
    using _clock = clock(seconds, entry.timeLeft);
    try {
      const limits = { timeout: timeout + GRACE, ...(signal !== undefined && { signal }) };
      return await this.#line.run(limits, (talk) => this.#method.ask(talk, entry, seconds));
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

/** What stands on a pad's display: stars. `clear`: the digits themselves came, from a pad that is to keep them. */
export type KeysEnded = 'entered' | 'cancelled' | 'timed-out' | 'clear';

/** What a key byte means. */
export type PadKey = 'star' | 'enter' | 'cancel' | 'correct' | 'time-over' | 'digit' | 'other';

/** Follows the keys of an entry. @param ms until the pad gives up, and a little more */
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
    if (event.kind === 'silence') return 'timed-out';
    switch (meaning(event as E)) {
      case 'star':
        digits++;
        break;
      case 'correct':
        digits = Math.max(0, digits - 1);
        break;
      case 'enter':
        return 'entered';
      case 'cancel':
        return 'cancelled';
      case 'time-over':
        return 'timed-out';
      case 'digit':
        return 'clear';
      default:
        continue;
    }
    entry.progress?.(digits);
  }
}
