import { concat } from '../../apdu/bytes.ts';
import type { VirtualCard } from './readers.ts';
import { CHECK_BYTES, checkOf, type T1Check } from './t1-check.ts';
import { silence, type T1Faults, type T1Request } from './t1-faults.ts';

const FIRST_SIZE = 32;
const RESYNCH = 0xc0;
const IFS = 0xc1;
const ABORT = 0xc2;
const WTX = 0xc3;
const RESPONSE = 0x20;
const MORE = 0x20;
const NOTHING = new Uint8Array(0);
const REFUSED = Uint8Array.of(0x6f, 0x00);

/** One session of a card behind T=1, from answer to reset to answer to reset: one block in, one block out. */
export class T1Line {
  readonly #card: VirtualCard;
  readonly #firstIfsc: number;
  readonly #check: T1Check;
  readonly #faults: T1Faults;
  /** Longest information field that the card takes, and the terminal. */
  #ifsc: number;
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
  /** Requests to the terminal before the answer, in their order, and what an answer to the last one has to be. */
  #requests: readonly T1Request[] = [];
  #asked: Uint8Array | undefined;
  #answer: Uint8Array | undefined;
  #silent = false;

  constructor(card: VirtualCard, ifsc: number, check: T1Check, faults: T1Faults) {
    this.#card = card;
    this.#firstIfsc = ifsc;
    this.#ifsc = ifsc;
    this.#check = check;
    this.#faults = faults;
  }

  /** @throws SscardError `card-mute`, and what the card inside throws */
  async hear(block: Uint8Array): Promise<Uint8Array> {
    if (!this.#faults.heard() || this.#silent) throw silence();
    return this.#faults.deliver(await this.#reply(block), this.#check);
  }

  async #reply(block: Uint8Array): Promise<Uint8Array> {
    const [node = 0, control = 0, length = 0] = block;
    const end = block.length - CHECK_BYTES[this.#check];
    if (checkOf(block.subarray(0, end), this.#check).some((byte, at) => byte !== block[end + at]))
      return this.#again(1);
    const inf = block.subarray(3, end);
    if (node !== 0 || length !== inf.length || length === 0xff) return this.#again(2);
    if (control < 0x80) return this.#information(control, inf);
    return control < 0xc0 ? this.#receipt((control >> 4) & 1) : this.#supervision(control, inf);
  }

  async #information(control: number, inf: Uint8Array): Promise<Uint8Array> {
    const expected = control >> 6 === this.#theirs && (control & 0x1f) === 0 && inf.length <= this.#ifsc;
    // A terminal that has not heard the whole answer yet has nothing to say.
    if (!expected || this.#rest !== undefined || this.#answer !== undefined) return this.#again(2);
    // Heard, and confirmed by the card's next I-block, whatever becomes of it.
    this.#theirs ^= 1;
    if (this.#faults.aborts()) return this.#ask(ABORT, NOTHING);
    this.#command.push(inf.slice());
    if (control & MORE) return this.#acknowledge();
    const command = concat(this.#command);
    this.#command = [];
    this.#answer = await this.#card.process(command);
    const requests = this.#faults.requests();
    this.#silent = requests === undefined;
    if (requests === undefined) throw silence();
    this.#requests = requests;
    return this.#next();
  }

  /** The next request, or the answer. */
  #next(): Uint8Array {
    const [request, ...others] = this.#requests;
    if (request !== undefined) {
      this.#requests = others;
      return this.#ask(request.kind === 'time' ? WTX : IFS, Uint8Array.of(request.value));
    }
    const answer = this.#answer as Uint8Array;
    this.#answer = undefined;
    return this.#part(answer);
  }

  #part(bytes: Uint8Array): Uint8Array {
    const more = bytes.length > this.#ifsd;
    this.#rest = more ? bytes.subarray(this.#ifsd) : undefined;
    const block = this.#block((this.#own << 6) | (more ? MORE : 0), bytes.subarray(0, this.#ifsd));
    this.#own ^= 1;
    this.#saidInformation = true;
    this.#said = block;
    return block;
  }

  /** An R-block: "next", or "that again" (ISO/IEC 7816-3:2006, 11.6.3.2). */
  #receipt(number: number): Uint8Array {
    if (!this.#saidInformation) return this.#said ?? this.#acknowledge();
    if (number !== this.#own) return this.#said as Uint8Array;
    return this.#rest === undefined ? this.#acknowledge() : this.#part(this.#rest);
  }

  #supervision(control: number, inf: Uint8Array): Uint8Array {
    if (control & RESPONSE) return this.#answered(control, inf);
    const [value = 0] = inf;
    switch (control) {
      case RESYNCH:
        this.#drop();
        this.#own = 0;
        this.#theirs = 0;
        this.#ifsd = FIRST_SIZE;
        this.#ifsc = this.#firstIfsc;
        return this.#say(RESYNCH | RESPONSE, NOTHING);
      case IFS:
        if (inf.length !== 1 || value === 0 || value === 0xff) return this.#again(2);
        this.#ifsd = value;
        return this.#say(IFS | RESPONSE, inf);
      case ABORT:
        this.#drop();
        return this.#say(ABORT | RESPONSE, NOTHING);
      default:
        return this.#again(2);
    }
  }

  /** The terminal says yes to the request that stands, with the same value. */
  #answered(control: number, inf: Uint8Array): Uint8Array {
    const right = this.#block(control ^ RESPONSE, inf);
    if (this.#asked === undefined || right.some((byte, at) => byte !== this.#asked?.[at])) return this.#again(2);
    this.#asked = undefined;
    if (control === (ABORT | RESPONSE)) {
      this.#drop();
      return this.#part(REFUSED);
    }
    if (control === (IFS | RESPONSE)) this.#ifsc = inf[0] as number;
    return this.#next();
  }

  #drop(): void {
    this.#command = [];
    this.#rest = undefined;
    this.#answer = undefined;
    this.#asked = undefined;
    this.#requests = [];
  }

  #ask(control: number, inf: Uint8Array): Uint8Array {
    this.#asked = this.#say(control, inf);
    return this.#asked;
  }

  #acknowledge(): Uint8Array {
    return this.#say(0x80 | (this.#theirs << 4), NOTHING);
  }

  /** What was heard cannot be used. It is no block that may be asked for again: the one before is. */
  #again(error: 1 | 2): Uint8Array {
    return this.#block(0x80 | (this.#theirs << 4) | error, NOTHING);
  }

  #say(control: number, inf: Uint8Array): Uint8Array {
    this.#said = this.#block(control, inf);
    this.#saidInformation = false;
    return this.#said;
  }

  #block(control: number, inf: Uint8Array): Uint8Array {
    const body = concat([Uint8Array.of(0, control, inf.length), inf]);
    return concat([body, checkOf(body, this.#check)]);
  }
}
