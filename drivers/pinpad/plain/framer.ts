import type { Framer, FramerEvent } from '../../framer.ts';
import type { PlainAnswer } from './profiles.ts';

/** The digits of one entry; none: enter alone. They belong to whoever takes them, and are to be wiped. */
export interface PlainEvent {
  readonly kind: 'pin';
  readonly digits: Uint8Array;
}

const STX = 0x02;
const ETX = 0x03;
const CR = 0x0d;
/** Some pads set bit 7 on some digits (vector pp-08). */
const SEVEN_BITS = 0x7f;
const LONGEST = 16;
const NONE: readonly FramerEvent[] = [];

/**
 * Cuts what a plain keypad sends into entries. Nothing but digits is taken; what does not fit is skipped, its bytes not kept: they may
 * be digits.
 * @param fixed how many digits an entry of fixed length has
 */
export function plainFramer(answer: PlainAnswer, fixed: number): Framer<PlainEvent> {
  return new PlainFramer(answer, fixed);
}

class PlainFramer implements Framer<PlainEvent> {
  readonly #answer: PlainAnswer;
  readonly #fixed: number;
  readonly #digits = new Uint8Array(LONGEST);
  #count = 0;
  /** Between 02 and 03. */
  #inside: boolean;

  constructor(answer: PlainAnswer, fixed: number) {
    this.#answer = answer;
    this.#fixed = fixed;
    this.#inside = answer !== 'stx-etx';
  }

  get begun(): boolean {
    return this.#count > 0;
  }

  push(bytes: Uint8Array): readonly (PlainEvent | FramerEvent)[] {
    const events: (PlainEvent | FramerEvent)[] = [];
    let skipped = 0;
    for (const byte of bytes) {
      const event = this.#take(byte & SEVEN_BITS);
      if (event === 'skipped') skipped++;
      else if (event !== undefined) events.push(event);
    }
    if (skipped > 0) events.push({ kind: 'skipped', bytes: new Uint8Array(skipped) });
    return events;
  }

  drop(): readonly FramerEvent[] {
    const length = this.#count;
    this.#forget();
    return length === 0 ? NONE : [{ kind: 'skipped', bytes: new Uint8Array(length) }];
  }

  #take(byte: number): PlainEvent | 'skipped' | undefined {
    if (this.#answer === 'stx-etx' && byte === STX) {
      this.#forget();
      this.#inside = true;
      return undefined;
    }
    const isDigit = byte >= 0x30 && byte <= 0x39;
    if (!this.#inside || (isDigit && this.#count === LONGEST)) return 'skipped';
    if (isDigit) {
      this.#digits[this.#count++] = byte;
      return this.#answer === 'fixed' && this.#count === this.#fixed ? this.#whole() : undefined;
    }
    const end = this.#answer === 'cr' ? CR : this.#answer === 'stx-etx' ? ETX : undefined;
    return byte === end ? this.#whole() : 'skipped';
  }

  #whole(): PlainEvent {
    const digits = this.#digits.slice(0, this.#count);
    this.#forget();
    return { kind: 'pin', digits };
  }

  #forget(): void {
    this.#digits.fill(0);
    this.#count = 0;
    this.#inside = this.#answer !== 'stx-etx';
  }
}
