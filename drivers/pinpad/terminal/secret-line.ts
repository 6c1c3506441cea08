/** Longest line that is taken: sixteen full-width digits fit, so that they are judged and not cut into something shorter. */
export const LONGEST_SECRET = 64;

/** What became of a key: what the terminal shows of it, and whether the line is over. */
export interface KeyEffect {
  readonly echo: string;
  readonly end?: 'entered' | 'cancelled';
}

const ERASE = '\b \b';
const NOTHING: KeyEffect = { echo: '' };
/** `[` and `O` (ECMA-48). */
const SEQUENCE_OPENERS: readonly number[] = [0x5b, 0x4f];
/** A byte from here on ends a sequence. */
const FIRST_FINAL = 0x40;
const KEYS = {
  ctrlC: 0x03,
  ctrlD: 0x04,
  backspace: 0x08,
  lineFeed: 0x0a,
  carriageReturn: 0x0d,
  ctrlU: 0x15,
  escape: 0x1b,
  ctrlBackslash: 0x1c,
  blank: 0x20,
  delete: 0x7f,
} as const;

/** A line that is typed and not shown. It is bytes from the key to the card: a text could not be wiped. */
export class SecretLine implements Disposable {
  readonly #bytes = new Uint8Array(LONGEST_SECRET);
  #length = 0;
  /** Inside of what an arrow or function key sends: `ESC x`, `ESC [ … letter`, `ESC O letter`. */
  #sequence: 'none' | 'begun' | 'open' = 'none';

  /** One byte of what a terminal in raw mode gives. */
  type(byte: number): KeyEffect {
    if (this.#sequence !== 'none' && byte >= KEYS.blank) return this.#followSequence(byte);
    this.#sequence = 'none';
    switch (byte) {
      case KEYS.carriageReturn:
      case KEYS.lineFeed:
        return { echo: '\n', end: 'entered' };
      case KEYS.ctrlC:
      case KEYS.ctrlBackslash:
        return { echo: '\n', end: 'cancelled' };
      case KEYS.ctrlD:
        return this.#length === 0 ? { echo: '\n', end: 'cancelled' } : NOTHING;
      case KEYS.backspace:
      case KEYS.delete:
        return { echo: this.#erase() ? ERASE : '' };
      case KEYS.escape:
        this.#sequence = 'begun';
        return NOTHING;
      case KEYS.ctrlU:
        return { echo: this.#eraseAll() };
      default:
        return byte < KEYS.blank ? NOTHING : this.#append(byte);
    }
  }

  /** What was typed, in bytes that are the caller's to wipe. */
  take(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  [Symbol.dispose](): void {
    this.#bytes.fill(0);
    this.#length = 0;
  }

  #followSequence(byte: number): KeyEffect {
    const opens = this.#sequence === 'begun' && SEQUENCE_OPENERS.includes(byte);
    const goesOn = this.#sequence === 'open' && byte < FIRST_FINAL;
    this.#sequence = opens || goesOn ? 'open' : 'none';
    return NOTHING;
  }

  #append(byte: number): KeyEffect {
    if (this.#length === LONGEST_SECRET) return { echo: '\u0007' };
    this.#bytes[this.#length++] = byte;
    return isContinuation(byte) ? NOTHING : { echo: '*' };
  }

  /** A whole character of UTF-8. */
  #erase(): boolean {
    if (this.#length === 0) return false;
    let byte: number;
    do {
      byte = this.#bytes[--this.#length] ?? 0;
      this.#bytes[this.#length] = 0;
    } while (isContinuation(byte) && this.#length > 0);
    return true;
  }

  #eraseAll(): string {
    let echo = '';
    while (this.#erase()) echo += ERASE;
    return echo;
  }
}

function isContinuation(byte: number): boolean {
  return byte >> 6 === 0b10;
}
