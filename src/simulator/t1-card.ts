import { concat } from '../../apdu/bytes.ts';
import { contactless } from './contactless.ts';
import type { VirtualCard } from './readers.ts';

/** What a block is to suffer on its way from the card, or to the card. Blocks of the card are counted from 1 after each answer to reset. */
export type T1CardFault =
  /** The check byte of the card's block `block` is wrong; it does not come at all; its number is the other one. */
  | { readonly kind: 'wrong-check' | 'lost' | 'wrong-number'; readonly block: number; readonly times?: number }
  /** The terminal's block `block` is not heard. */
  | { readonly kind: 'unheard'; readonly block: number }
  /** Before the card answers command `command` it asks for more time, so many times. */
  | { readonly kind: 'more-time'; readonly command: number; readonly times: number; readonly factor?: number }
  /** Before the card answers command `command` it says how long blocks to it may be. */
  | { readonly kind: 'new-size'; readonly command: number; readonly size: number }
  /** Aborts the terminal's chain at its part `part`; then answers 6F00. */
  | { readonly kind: 'abort'; readonly part: number };

/** How a card speaks T=1. */
export interface T1CardOptions {
  /** Longest information field it takes (TA3). Default 254. */
  readonly ifsc?: number;
  readonly faults?: readonly T1CardFault[];
}

const FIRST_SIZE = 32;
/** BWI 4, CWI 5: what most cards say. */
const WAITING = 0x45;
const RESYNCH = 0xc0;
const IFS = 0xc1;
const ABORT = 0xc2;
const WTX = 0xc3;
const RESPONSE = 0x20;
const NOTHING = new Uint8Array(0);
const SILENCE = new Promise<Uint8Array>(() => {});

/**
 * The answer to reset of the same chip with T=1 instead of T=0: one more group, and a check byte (ISO/IEC 7816-3:2006, 8.2.3).
 * @param atr without interface bytes after its first group
 */
function t1Atr(atr: Uint8Array, ifsc: number): Uint8Array {
  const [ts = 0x3b, t0 = 0] = atr;
  const first = [0x10, 0x20, 0x40].filter((bit) => t0 & bit).length;
  const head = Uint8Array.of(ts, t0 | 0x80, ...atr.subarray(2, 2 + first), 0x81, 0x31, ifsc, WAITING);
  const bytes = concat([head, atr.subarray(2 + first)]);
  return concat([bytes, Uint8Array.of(bytes.subarray(1).reduce((check, byte) => check ^ byte, 0))]);
}

/**
 * A card behind T=1, from its own side of the contacts: `process` takes one whole block and gives one (ISO/IEC 7816-3:2006, 11). The
 * card inside sees whole commands. A block that is to be lost is never answered.
 * @example new GemplusUnit({ card: t1Card(card, { faults: [{ kind: 'wrong-check', block: 2 }] }) })
 */
export function t1Card(card: VirtualCard, options: T1CardOptions = {}): VirtualCard {
  return new T1Card(card, options);
}

class T1Card implements VirtualCard {
  readonly atr: Uint8Array;
  readonly #card: VirtualCard;
  readonly #ifsc: number;
  readonly #faults: readonly T1CardFault[];
  #line: CardLine;

  constructor(card: VirtualCard, { ifsc = 254, faults = [] }: T1CardOptions) {
    this.#card = contactless(card);
    this.#ifsc = ifsc;
    this.#faults = faults;
    this.atr = t1Atr(card.atr, ifsc);
    this.#line = this.#begin();
  }

  powerOn(): void {
    this.#card.powerOn();
    this.#line = this.#begin();
  }

  powerOff(): void {
    this.#card.powerOff();
  }

  reset(): void {
    this.#card.reset();
    this.#line = this.#begin();
  }

  process(block: Uint8Array): Promise<Uint8Array> {
    return this.#line.hear(block);
  }

  #begin(): CardLine {
    return new CardLine(this.#card, this.#ifsc, this.#faults);
  }
}

/** One session of the card, from answer to reset to answer to reset. */
class CardLine {
  readonly #card: VirtualCard;
  readonly #ifsc: number;
  readonly #faults: readonly T1CardFault[];
  readonly #struck = new Map<T1CardFault, number>();
  /** Longest information field that the terminal takes. */
  #ifsd = FIRST_SIZE;
  /** Number of the card's next I-block, and of the one it waits for. */
  #own = 0;
  #theirs = 0;
  #command: Uint8Array[] = [];
  /** What is left of an answer that goes out in parts. */
  #rest: Uint8Array | undefined;
  /** The last block said, and whether it was the card's I-block. */
  #said: Uint8Array | undefined;
  #saidInformation = false;
  /** Requests to the terminal before the answer, in their order. */
  #requests: Uint8Array[] = [];
  #answer: Uint8Array | undefined;
  #heard = 0;
  #given = 0;
  #commands = 0;
  #parts = 0;

  constructor(card: VirtualCard, ifsc: number, faults: readonly T1CardFault[]) {
    this.#card = card;
    this.#ifsc = ifsc;
    this.#faults = faults;
  }

  async hear(block: Uint8Array): Promise<Uint8Array> {
    this.#heard++;
    if (this.#faults.some((fault) => fault.kind === 'unheard' && fault.block === this.#heard)) return SILENCE;
    return this.#deliver(await this.#reply(block));
  }

  async #reply(block: Uint8Array): Promise<Uint8Array> {
    const [node = 0, control = 0, length = 0] = block;
    const inf = block.subarray(3, -1);
    if (block.reduce((sum, byte) => sum ^ byte, 0) !== 0) return this.#again(1);
    if (node !== 0 || length !== inf.length || length === 0xff) return this.#again(2);
    if (control < 0x80) return this.#information(control, inf);
    return control < 0xc0 ? this.#receipt((control >> 4) & 1) : this.#supervision(control, inf);
  }

  async #information(control: number, inf: Uint8Array): Promise<Uint8Array> {
    const expected = control >> 6 === this.#theirs && (control & 0x1f) === 0 && inf.length <= this.#ifsc;
    // A terminal that has not heard the whole answer yet has nothing to say.
    if (!expected || this.#rest !== undefined || this.#answer !== undefined) return this.#again(2);
    this.#parts++;
    // Heard, and confirmed by the card's next I-block, whatever becomes of it.
    this.#theirs ^= 1;
    if (this.#faults.some((fault) => fault.kind === 'abort' && fault.part === this.#parts)) return this.#say(ABORT);
    this.#command.push(inf.slice());
    if (control & 0x20) return this.#acknowledge();
    const command = concat(this.#command);
    this.#command = [];
    this.#answer = await this.#card.process(command);
    this.#prepare();
    return this.#next();
  }

  /** What is ordered for this command. */
  #prepare(): void {
    this.#commands++;
    for (const fault of this.#faults) {
      if (fault.kind === 'more-time' && fault.command === this.#commands) {
        const request = blockOf(WTX, Uint8Array.of(fault.factor ?? 1));
        this.#requests.push(...Array.from({ length: fault.times }, () => request));
      }
      if (fault.kind === 'new-size' && fault.command === this.#commands) {
        this.#requests.push(blockOf(IFS, Uint8Array.of(fault.size)));
      }
    }
  }

  /** The next request, or the answer. */
  #next(): Uint8Array {
    const request = this.#requests.shift();
    if (request !== undefined) return this.#keep(request, false);
    const answer = this.#answer as Uint8Array;
    this.#answer = undefined;
    return this.#part(answer);
  }

  #part(bytes: Uint8Array): Uint8Array {
    const more = bytes.length > this.#ifsd;
    this.#rest = more ? bytes.subarray(this.#ifsd) : undefined;
    const block = blockOf((this.#own << 6) | (more ? 0x20 : 0), bytes.subarray(0, this.#ifsd));
    this.#own ^= 1;
    return this.#keep(block, true);
  }

  /** An R-block: "next", or "that again" (ISO/IEC 7816-3:2006, 11.6.3.2). */
  #receipt(number: number): Uint8Array {
    if (!this.#saidInformation) return this.#said ?? this.#acknowledge();
    if (number !== this.#own) return this.#said as Uint8Array;
    return this.#rest === undefined ? this.#acknowledge() : this.#part(this.#rest);
  }

  #supervision(control: number, inf: Uint8Array): Uint8Array {
    const [value = 0] = inf;
    switch (control) {
      case RESYNCH:
        this.#clear();
        this.#own = 0;
        this.#theirs = 0;
        this.#ifsd = FIRST_SIZE;
        return this.#say(RESYNCH | RESPONSE);
      case IFS:
        if (value === 0 || value === 0xff) return this.#again(2);
        this.#ifsd = value;
        return this.#say(IFS | RESPONSE, inf);
      case ABORT:
        this.#clear();
        return this.#say(ABORT | RESPONSE);
      case WTX | RESPONSE:
      case IFS | RESPONSE:
        return this.#answer === undefined ? this.#again(2) : this.#next();
      case ABORT | RESPONSE:
        this.#clear();
        return this.#part(Uint8Array.of(0x6f, 0x00));
      default:
        return this.#again(2);
    }
  }

  #clear(): void {
    this.#command = [];
    this.#rest = undefined;
    this.#answer = undefined;
    this.#requests = [];
  }

  #acknowledge(): Uint8Array {
    return this.#keep(blockOf(0x80 | (this.#theirs << 4), NOTHING), false);
  }

  /** What was heard cannot be used. It is no block that may be asked for again: the one before is. */
  #again(error: 1 | 2): Uint8Array {
    return blockOf(0x80 | (this.#theirs << 4) | error, NOTHING);
  }

  #say(control: number, inf: Uint8Array = NOTHING): Uint8Array {
    return this.#keep(blockOf(control, inf), false);
  }

  #keep(block: Uint8Array, information: boolean): Uint8Array {
    this.#said = block;
    this.#saidInformation = information;
    return block;
  }

  /** The block on its way, with what befalls it. */
  #deliver(block: Uint8Array): Uint8Array | Promise<Uint8Array> {
    this.#given++;
    const fault = this.#faults.find((candidate) => this.#strikes(candidate));
    if (fault === undefined) return block;
    if (fault.kind === 'lost') return SILENCE;
    const struck = block.slice();
    struck[struck.length - 1] = (struck.at(-1) as number) ^ 0x40;
    if (fault.kind === 'wrong-number') struck[1] = (struck[1] as number) ^ 0x40;
    return struck;
  }

  #strikes(fault: T1CardFault): boolean {
    if (fault.kind !== 'wrong-check' && fault.kind !== 'lost' && fault.kind !== 'wrong-number') return false;
    const before = this.#struck.get(fault) ?? 0;
    if (this.#given < fault.block || before >= (fault.times ?? 1)) return false;
    this.#struck.set(fault, before + 1);
    return true;
  }
}

function blockOf(control: number, inf: Uint8Array): Uint8Array {
  const body = concat([Uint8Array.of(0, control, inf.length), inf]);
  return concat([body, Uint8Array.of(body.reduce((sum, byte) => sum ^ byte, 0))]);
}
