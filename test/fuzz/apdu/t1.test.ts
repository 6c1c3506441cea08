import { test } from 'vitest';
import { toHex } from '../../../apdu/bytes.ts';
import { encodeCommand } from '../../../apdu/command.ts';
import { SscardError } from '../../../apdu/errors.ts';
import { T1, type T1Event } from '../../../apdu/t1.ts';
import { decodeT1Block, encodeT1Block, type T1Block } from '../../../apdu/t1-block.ts';
import { mutate, type Rng } from '../seeds.ts';
import { attack } from './attack.ts';

const CODES = new Set(['card-mute', 'card-protocol']);
const REASONS = new Set([undefined, 'resynchronised', 'resynch', 'aborted', 'endless', 'length', 'edc', 'block']);
const TRIES = 3;
/** Of the engine: idle blocks of one exchange, and four for each that brings something forward. */
const MOST_IDLE = 512;
const EARNED = 4;

function someCommand(rng: Rng): Uint8Array {
  const header = { cla: 0x00, ins: rng.pick([0xa4, 0xb2, 0x20, 0xd6]), p1: 0, p2: 0 };
  const data = rng.int(2) === 0 ? {} : { data: rng.bytes(1 + rng.int(rng.int(30) === 0 ? 700 : 90)) };
  return encodeCommand({ ...header, ...data, ...(rng.int(2) === 0 ? {} : { le: 256 }) });
}

/** A card that speaks T=1 in a way: it knows which numbers are due, and often says something else. */
class Card {
  readonly #rng: Rng;
  readonly #form: { readonly edc: 'LRC' | 'CRC' };
  /** Of a hundred blocks, so many are right. */
  readonly #right: number;
  readonly #kinds: readonly T1Block['kind'][];
  /** Some say the same for ever. */
  readonly #endless: 'time' | 'nothing' | undefined;
  ns: 0 | 1 = 0;
  nr: 0 | 1 = 0;

  constructor(rng: Rng, edc: 'LRC' | 'CRC') {
    this.#rng = rng;
    this.#form = { edc };
    this.#endless = rng.pick([...Array<undefined>(200).fill(undefined), 'time', 'nothing']);
    this.#right = this.#endless ? 100 : rng.pick([0, 50, 90, 100]);
    this.#kinds = rng.pick([['I'], ['R'], ['S'], ['I', 'R'], ['I', 'S'], ['I', 'R', 'S']] as const);
  }

  hear(sent: T1Block): T1Event {
    const rng = this.#rng;
    if (rng.int(100) >= this.#right) return this.#rubbish();
    if (sent.kind === 'S' && !sent.response) {
      if (sent.type === 'RESYNCH') {
        this.ns = 0;
        this.nr = 0;
      }
      return this.#encode({ ...sent, response: true });
    }
    if (sent.kind === 'I' && sent.ns === this.nr) {
      this.nr = this.nr === 0 ? 1 : 0;
      if (sent.more) return this.#encode({ kind: 'R', nr: this.nr, error: 0 });
    }
    if (sent.kind === 'R' && sent.nr !== this.ns) this.ns = sent.nr;
    return this.#encode(this.#block(rng.pick(this.#kinds)));
  }

  #block(kind: T1Block['kind']): T1Block {
    const rng = this.#rng;
    if (this.#endless === 'time') return { kind: 'S', type: 'WTX', response: false, value: 1 };
    if (this.#endless === 'nothing') return { kind: 'I', ns: this.ns, more: true, inf: new Uint8Array(0) };
    if (kind === 'R') return { kind, nr: rng.int(2) as 0 | 1, error: rng.int(3) };
    if (kind === 'S') {
      const type = rng.pick(['IFS', 'WTX', 'ABORT', 'RESYNCH', 'WTX'] as const);
      const valued = type === 'IFS' || type === 'WTX';
      return { kind, type, response: rng.int(10) === 0, ...(valued && { value: rng.pick([0, 1, 5, 32, 254, 255]) }) };
    }
    const inf = rng.bytes(rng.pick([0, 1, 2, 20, 32, 32, 33, 254]));
    return { kind, ns: this.ns, more: rng.int(3) > 0, inf };
  }

  #encode(block: T1Block): Uint8Array {
    return encodeT1Block(block, this.#form);
  }

  #rubbish(): T1Event {
    const rng = this.#rng;
    const right = this.#encode(this.#block(rng.pick(['I', 'R', 'S'])));
    switch (rng.int(5)) {
      case 0:
        return 'timeout';
      case 1:
        return 'parity';
      case 2:
        return rng.bytes(rng.int(300));
      case 3:
        return mutate(rng, right);
      default:
        return right;
    }
  }
}

/** What the engine has sent and heard in one exchange, and whether that is allowed. */
class Witness {
  /** Longest information field that the card takes. */
  ifsc: number;
  sent = 0;
  forward = 0;
  /** The card has spoken in a way that only one who has the whole command speaks. */
  accepted = false;
  whole = false;
  /** One I-block after the other: its text, and how often it was sent. */
  #part = '';
  #repeats = 0;
  #last: T1Block | undefined;
  readonly #repeatable: boolean;
  readonly #firstIfsc: number;

  /** @param firstIfsc of the ATR, that holds again after a RESYNCH */
  constructor(ifsc: number, firstIfsc: number, repeatable: boolean) {
    this.ifsc = ifsc;
    this.#firstIfsc = firstIfsc;
    this.#repeatable = repeatable;
  }

  send(block: T1Block): string | undefined {
    this.sent++;
    if (this.sent > MOST_IDLE + EARNED * (this.forward + 1)) return `${this.sent} blocks`;
    this.#last = block;
    if (block.kind === 'S' && block.type === 'IFS' && block.response) this.ifsc = block.value as number;
    if (block.kind === 'S' && block.type === 'RESYNCH') this.ifsc = this.#firstIfsc;
    if (block.kind !== 'I') return undefined;
    if (block.inf.length > this.ifsc) return `a block of ${block.inf.length} bytes to a card that takes ${this.ifsc}`;
    if (this.accepted && !this.#repeatable) return 'the command was sent after the card had taken it';
    this.whole ||= !block.more;
    const text = `${block.ns} ${toHex(block.inf)}`;
    this.#repeats = text === this.#part ? this.#repeats + 1 : 1;
    this.#part = text;
    const most = this.#repeatable ? TRIES * (TRIES + 1) : TRIES;
    return this.#repeats > most ? `a block was sent ${this.#repeats} times` : undefined;
  }

  /** @param expected number that the card's next I-block has to have */
  hear(block: T1Block | string, expected: 0 | 1): void {
    if (typeof block === 'string') return;
    const last = this.#last;
    if (block.kind === 'R' || (block.kind === 'I' && block.inf.length > 0)) this.forward++;
    const answer = block.kind === 'I' && block.ns === expected && block.inf.length <= 32;
    const time = block.kind === 'S' && block.type === 'WTX' && !block.response && (block.value as number) > 0;
    if (this.whole && last?.kind === 'I' && !last.more && (answer || time)) this.accepted = true;
  }
}

test('blocks: a value or a typed error, in bounded steps, three tries, and a command that the card took once', async () => {
  const ends = new Map<string, number>();
  await attack('T=1 blocks', 100_000, someCommand, (input, rng) => {
    const edc = rng.pick(['LRC', 'CRC'] as const);
    const ifsc = rng.pick([1, 16, 32, 254]);
    const repeatAfterResynch = rng.int(4) === 0;
    const t1 = new T1({ edc, ifsc, repeatAfterResynch, emv: rng.int(5) === 0 });
    const card = new Card(rng, edc);
    // The next command finds what the one before has left.
    for (let round = 0; round < 2; round++) {
      const witness = new Witness(t1.ifsc, ifsc, repeatAfterResynch);
      const engine = t1.exchange(input);
      let end = 'answer';
      try {
        let step = engine.next();
        while (!step.done) {
          const { block, bwtFactor } = step.value;
          const sent = decodeT1Block(block, { edc });
          if (typeof sent === 'string') return `sent what is no block: ${toHex(block)}`;
          const wrong = witness.send(sent);
          if (wrong !== undefined) return wrong;
          if (!(bwtFactor >= 1 && bwtFactor <= 255)) return `a wait ${bwtFactor} times as long`;
          const event = card.hear(sent);
          witness.hear(event instanceof Uint8Array ? decodeT1Block(event, { edc }) : event, t1.numbers.nr);
          step = engine.next(event);
        }
        if (step.value.length < 2 || step.value.length > 65_538) return `an answer of ${step.value.length} bytes`;
      } catch (error) {
        if (!(error instanceof SscardError)) throw error;
        const { code, details } = error;
        if (!CODES.has(code) || !REASONS.has(details.reason)) return `an error ${code} ${details.reason}`;
        if (details.outcome === 'not-done' && witness.whole) return 'not done, though the card had all of it';
        if (details.outcome === undefined) return 'an error without outcome';
        end = details.reason ?? code;
      }
      ends.set(end, (ends.get(end) ?? 0) + 1);
      if (end !== 'answer' && end !== 'resynchronised' && end !== 'aborted') break;
    }
    return undefined;
  });
  const missing = ['answer', 'aborted', 'resynchronised', 'resynch', 'endless', 'card-mute', 'block'].filter(
    (end) => (ends.get(end) ?? 0) < 20,
  );
  if (missing.length > 0) throw new Error(`too few end so: ${missing.join(', ')}: the generator has lost its aim`);
});
