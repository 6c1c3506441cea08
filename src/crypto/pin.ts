/** Digits of a PIN in ASCII, as a pad or a prompt gives them. */
const ZERO = 0x30;

/**
 * A PIN on its way from the person to the card: used once, wiped on every way out, and never printed. Making memory
 * forget is best effort in this language; that is why it is bytes, short lived, and no string.
 * @example
 * const pin = Pin.fromDigits(bytes);
 * await pin.use(async (digits) => send(bcdOf(digits)));
 */
export class Pin implements Disposable {
  readonly #digits: Uint8Array;
  #state: 'fresh' | 'used' = 'fresh';

  private constructor(digits: Uint8Array) {
    this.#digits = digits;
  }

  /**
   * Takes the bytes over: they are wiped with the PIN, so the caller keeps no copy.
   * @param digits ASCII digits. What a person may type wrong is judged by the act, not here: any length and any byte is kept.
   */
  static fromDigits(digits: Uint8Array): Pin {
    return new Pin(digits);
  }

  get length(): number {
    return this.#digits.length;
  }

  /** Looks at the digits without using the PIN up: rules about weak PINs. Nothing of them may leave `look`. */
  judge<T>(look: (digits: Uint8Array) => T): T {
    this.#checkFresh();
    return look(this.#digits);
  }

  /** Whether both are the same digits. */
  equals(other: Pin): boolean {
    return this.judge((mine) =>
      other.judge((theirs) => mine.length === theirs.length && mine.every((digit, at) => digit === theirs[at])),
    );
  }

  /**
   * The only way to the card. The digits are wiped as soon as `work` settles, also when the card is pulled meanwhile.
   * @throws RangeError when the PIN was used or wiped before: a fault of the program
   */
  async use<T>(work: (digits: Uint8Array) => Promise<T>): Promise<T> {
    this.#checkFresh();
    this.#state = 'used';
    try {
      return await work(this.#digits);
    } finally {
      this.wipe();
    }
  }

  /** Idempotent. */
  wipe(): void {
    this.#state = 'used';
    this.#digits.fill(0);
  }

  [Symbol.dispose](): void {
    this.wipe();
  }

  /** `[PIN]`. */
  toString(): string {
    return '[PIN]';
  }

  /** `[PIN]`. */
  toJSON(): string {
    return '[PIN]';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[PIN]';
  }

  #checkFresh(): void {
    if (this.#state === 'used') throw new RangeError('this PIN was used or wiped');
  }
}

/**
 * Two digits a byte, an odd one followed by F (social-security-card.md 6.6). The caller wipes the result.
 * @param digits ASCII digits, already judged
 */
export function bcdOf(digits: Uint8Array): Uint8Array {
  const packed = new Uint8Array(Math.ceil(digits.length / 2)).fill(0xff);
  digits.forEach((digit, at) => {
    const nibble = digit - ZERO;
    const half = at >> 1;
    packed[half] = at % 2 === 0 ? (nibble << 4) | 0x0f : ((packed[half] ?? 0) & 0xf0) | nibble;
  });
  return packed;
}
