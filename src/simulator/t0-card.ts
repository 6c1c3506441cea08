import { concat } from '../../apdu/bytes.ts';
import type { VirtualCard } from './readers.ts';

/** What befalls a character of the card. They are counted from 1, from the first answer to reset on. */
export type T0CardFault =
  /** Something else comes in its place. */
  | { readonly kind: 'instead'; readonly character: number; readonly value: number }
  /** Nothing comes from it on, until the card is reset. */
  | { readonly kind: 'silence'; readonly character: number };

/** How a card speaks T=0. */
export interface T0CardOptions {
  /** So many data bytes are acknowledged one by one (INS xor FF), then the rest at once. Default 0. */
  readonly singles?: number;
  /** So many NULL before each other procedure byte. Default 0. */
  readonly nulls?: number;
  /** Acknowledges in the old forms that ask for programming voltage (INS xor 01, INS xor FE). Default false. */
  readonly vpp?: boolean;
  /** What the card says to a header at once, and does nothing; undefined: it takes the command. */
  readonly refuses?: (header: Uint8Array) => number | undefined;
  readonly faults?: readonly T0CardFault[];
}

const NULL = 0x60;
const HEADER = 5;
/** Commands that ask for data, by INS; all others bring theirs: GET CHALLENGE, READ, GET RESPONSE, GET DATA, GET BALANCE (B026). */
const ASKS: ReadonlySet<number> = new Set([0x84, 0xb0, 0xb2, 0xc0, 0xca, 0x26]);

/**
 * A card on its T=0 line, character by character (ISO/IEC 7816-3:2006, 10.3): headers in, procedure bytes and data out. The card
 * inside sees headers with their data, and has the manners of T=0. A terminal that sends what was not acknowledged is not heard any
 * more until the next reset.
 * @example
 * const card = new T0Card(new SimulatedCard(image), { singles: 2, nulls: 1 });
 * card.powerOn();
 * await card.hear(fromHex('0084000008')); // 60 7B .. 60 7B .. 60 84 .. .. .. .. .. .. 60 90 00
 */
export class T0Card {
  readonly #card: VirtualCard;
  readonly #options: T0CardOptions;
  #said = 0;
  #silent = true;
  #got: number[] = [];
  /** Bytes that are to come before the card speaks again. */
  #wanted = HEADER;
  #header: Uint8Array | undefined;
  #data: number[] = [];
  /** An answer whose length the terminal did not know: it comes again with the right one (6Cxx). */
  #held: { readonly header: Uint8Array; readonly answer: Uint8Array } | undefined;

  constructor(card: VirtualCard, options: T0CardOptions = {}) {
    this.#card = card;
    this.#options = options;
  }

  get atr(): Uint8Array {
    return this.#card.atr;
  }

  /** The answer to reset is `atr`; a new command may come. */
  powerOn(): void {
    this.#card.powerOn();
    this.#begin();
  }

  /** The reset line only. */
  reset(): void {
    this.#card.reset();
    this.#begin();
  }

  /** Nothing is heard or said any more. */
  powerOff(): void {
    this.#card.powerOff();
    this.#silent = true;
  }

  /** Characters of the terminal. @returns all that the card says before it waits for the terminal again */
  async hear(bytes: Uint8Array): Promise<Uint8Array> {
    if (this.#silent) return new Uint8Array(0);
    this.#got.push(...bytes);
    if (this.#got.length < this.#wanted) return new Uint8Array(0);
    if (this.#got.length > this.#wanted) {
      this.#silent = true;
      return new Uint8Array(0);
    }
    const got = this.#got;
    this.#got = [];
    return this.#befall(await this.#go(got));
  }

  #begin(): void {
    this.#silent = false;
    this.#got = [];
    this.#held = undefined;
    this.#next();
  }

  #next(): void {
    this.#header = undefined;
    this.#data = [];
    this.#wanted = HEADER;
  }

  async #go(got: readonly number[]): Promise<number[]> {
    if (this.#header === undefined) {
      this.#header = Uint8Array.from(got);
      const sw = this.#options.refuses?.(this.#header);
      if (sw !== undefined) return this.#status([sw >> 8, sw & 0xff]);
    } else {
      this.#data.push(...got);
    }
    const header = this.#header;
    const left = ASKS.has(header[1] as number) ? 0 : (header[4] as number) - this.#data.length;
    return left > 0 ? this.#acknowledge(header, left) : this.#answer(header);
  }

  /** The terminal may send one byte, or all that is left. */
  #acknowledge(header: Uint8Array, left: number): number[] {
    const single = this.#data.length < (this.#options.singles ?? 0);
    this.#wanted = single ? 1 : left;
    return this.#procedure(this.#ack(header, single));
  }

  async #answer(header: Uint8Array): Promise<number[]> {
    const answer = this.#kept(header) ?? (await this.#card.process(concat([header, Uint8Array.from(this.#data)])));
    const data = answer.subarray(0, -2);
    if (data.length === 0) return this.#status(answer);
    const expected = header[4] || 0x100;
    if (data.length !== expected) {
      this.#held = { header: header.slice(), answer };
      return this.#status([0x6c, data.length & 0xff]);
    }
    const said: number[] = [];
    const singles = Math.min(data.length, this.#options.singles ?? 0);
    for (const byte of data.subarray(0, singles)) said.push(...this.#procedure(this.#ack(header, true)), byte);
    if (singles < data.length) said.push(...this.#procedure(this.#ack(header, false)), ...data.subarray(singles));
    return [...said, ...this.#status(answer.subarray(-2))];
  }

  /** The answer that waits for this very command, with the length that was asked for. */
  #kept(header: Uint8Array): Uint8Array | undefined {
    const held = this.#held;
    this.#held = undefined;
    const same = held?.header.subarray(0, 4).every((byte, at) => byte === header[at]);
    return same && held !== undefined && held.answer.length - 2 === header[4] ? held.answer : undefined;
  }

  #status(sw: ArrayLike<number>): number[] {
    this.#next();
    return [...this.#procedure(sw[0] as number), sw[1] as number];
  }

  #procedure(byte: number): number[] {
    return [...Array<number>(this.#options.nulls ?? 0).fill(NULL), byte];
  }

  #ack(header: Uint8Array, single: boolean): number {
    const ins = header[1] as number;
    return ins ^ (single ? 0xff : 0x00) ^ (this.#options.vpp ? 0x01 : 0x00);
  }

  #befall(said: readonly number[]): Uint8Array {
    const out: number[] = [];
    for (const byte of said) {
      this.#said++;
      const fault = this.#options.faults?.find(({ character }) => character === this.#said);
      if (fault?.kind === 'silence') this.#silent = true;
      if (this.#silent) break;
      out.push(fault?.kind === 'instead' ? fault.value : byte);
    }
    return Uint8Array.from(out);
  }
}
