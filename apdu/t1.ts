import { concat } from './bytes.ts';
import { decodeCommand } from './command.ts';
import { decodeT1Block, encodeT1Block, type T1Block, type T1BlockForm, type T1Supervision } from './t1-block.ts';
import { Broken, fault, mute, type T1Failure } from './t1-broken.ts';
import { isAnswer, isInfSize, LONGEST_INF, mayCome } from './t1-rules.ts';

/** A block to be sent, and how long the answer to it may take. */
export interface T1Action {
  readonly block: Uint8Array;
  /** BWT is to be multiplied by this for the one wait that follows: the card asked for more time. */
  readonly bwtFactor: number;
}

/** What came: a whole block, as long as the line took it to be; nothing within BWT; characters with a parity error. */
export type T1Event = Uint8Array | 'timeout' | 'parity';

/** What the card's ATR says, and the terminal's choices. */
export interface T1Options extends Partial<T1BlockForm> {
  /** Longest information field the card takes. Default 32. */
  readonly ifsc?: number;
  /**
   * Sends the command again after a RESYNCH. Default false: nobody knows whether the card did it, so it ends with `outcome: unknown`.
   * For commands that may be done twice.
   */
  readonly repeatAfterResynch?: boolean;
  /**
   * EMV Book 1, 9.2.5: IFSD 254 is announced before the first command, the terminal sends no RESYNCH, and a card may not abort: it is
   * deactivated. Default false.
   */
  readonly emv?: boolean;
}

const FIRST_IFSD = 32;
const MOST_TRIES = 3;
const MOST_RESYNCHS = 3;
const MOST_RESTARTS = 3;
/** Blocks of ours that may bring nothing forward in one exchange; WTX may come 255 times in a row (reliability-targets.md 6). */
const IDLE_BLOCKS = 512;
/** What a block that brings something forward adds to them: it, and a request of the card with each. */
const EARNED_BLOCKS = 4;
const MAX_BYTES = 0x10000 + 2;
const SW = 2;

type Request = Extract<T1Block, { kind: 'S' }>;
type Part = Extract<T1Block, { kind: 'I' }>;

/** What the card said in the end. */
interface Heard {
  readonly block: T1Block;
  /** It dropped the chain that was on before it said that. */
  readonly aborted: boolean;
}

/**
 * T=1 with one powered card (ISO/IEC 7816-3:2006, 11; iso7816.md 5): keeps the numbers and sizes that both sides agreed on, from one
 * exchange to the next. A new ATR wants a new one. Pure: the generators yield blocks to send and are given what came; the times are the
 * caller's.
 * @example
 * const t1 = new T1({ ifsc: 254 });
 * const exchange = t1.exchange(fromHex('0084000008'));
 * for (let step = exchange.next(); !step.done; ) step = exchange.next(await sendBlock(step.value));
 */
export class T1 {
  readonly #form: T1BlockForm;
  readonly #repeat: boolean;
  readonly #emv: boolean;
  readonly #firstIfsc: number;
  #ifsc: number;
  #ifsd = FIRST_IFSD;
  /** What the card was told; after a RESYNCH it has forgotten it (LIKELY). */
  #announced: number | undefined;
  #ns: 0 | 1 = 0;
  #nr: 0 | 1 = 0;
  /** Blocks that may still be sent: a card that wants one more for ever does not get it. */
  #left = 0;
  /** The last part of the command has been sent: the card may have done it. */
  #whole = false;

  /** @throws RangeError for an IFSC that no card has */
  constructor({ edc = 'LRC', crcFirst = 'high', ifsc = 32, repeatAfterResynch = false, emv = false }: T1Options = {}) {
    if (!isInfSize(ifsc)) throw new RangeError(`an IFSC of ${ifsc}`);
    this.#form = { edc, crcFirst };
    this.#repeat = repeatAfterResynch;
    this.#emv = emv;
    this.#firstIfsc = ifsc;
    this.#ifsc = ifsc;
  }

  /** Longest information field to the card, as it stands. */
  get ifsc(): number {
    return this.#ifsc;
  }

  /** Number of our next I-block, and the one expected of the card. */
  get numbers(): { readonly ns: 0 | 1; readonly nr: 0 | 1 } {
    return { ns: this.#ns, nr: this.#nr };
  }

  /**
   * Tells the card how long its information fields may be (S(IFS)); right after the ATR, before the first command.
   * @param ifsd 1 to 254
   * @throws SscardError `card-mute`, `card-protocol`: the card is to be deactivated
   */
  *announceIfsd(ifsd: number): Generator<T1Action, void, T1Event> {
    if (!isInfSize(ifsd)) throw new RangeError(`an IFSD of ${ifsd}`);
    this.#left = IDLE_BLOCKS;
    try {
      yield* this.#announce(ifsd);
    } catch (error) {
      throw told(error);
    }
  }

  /**
   * A command APDU and the card's response APDU.
   * @returns two bytes or more
   * @throws SscardError `command-malformed`, `card-mute`, `card-protocol` with `reason` (`resynchronised`, `aborted`, `endless`, …). The
   * card is to be deactivated, but for `resynchronised` and `aborted`, after which it can be used. `outcome` is `not-done` when the card
   * let go of a command that it never had whole, else `unknown`
   */
  *exchange(command: Uint8Array): Generator<T1Action, Uint8Array, T1Event> {
    decodeCommand(command);
    this.#left = IDLE_BLOCKS;
    this.#whole = false;
    for (let restart = 0; ; restart++) {
      try {
        if (this.#emv && this.#announced === undefined) yield* this.#announce(LONGEST_INF);
        return yield* this.#transfer(command);
      } catch (error) {
        if (!(error instanceof Broken)) throw error;
        if (error.by === 'abort' && !this.#emv) throw fault('aborted', this.#outcome);
        if (!error.lost || this.#emv) throw error.told();
        yield* this.#resynch(error);
        if (!this.#repeat || restart === MOST_RESTARTS) throw fault('resynchronised', this.#outcome);
      }
    }
  }

  get #outcome(): 'unknown' | 'not-done' {
    return this.#whole ? 'unknown' : 'not-done';
  }

  *#transfer(command: Uint8Array): Generator<T1Action, Uint8Array, T1Event> {
    for (let at = 0; ; ) {
      let part = this.#part(command, at);
      // Cut anew each time: the card may have asked for shorter blocks in between.
      const cut = () => (part = this.#part(command, at));
      const { block } = yield* this.#converse(cut, (heard) => this.#takes(heard, part));
      // Taken: by the number of an R-block, or by whatever the card says instead of asking for it again.
      this.#ns = other(this.#ns);
      if (block.kind === 'I') return yield* this.#collect(block);
      at += part.inf.length;
    }
  }

  #part(command: Uint8Array, at: number): Part {
    const inf = command.subarray(at, at + this.#ifsc);
    return { kind: 'I', ns: this.#ns, more: at + inf.length < command.length, inf };
  }

  /** What may follow one of our I-blocks: in a chain R with the next number, else the answer. */
  #takes(heard: T1Block, { more, ns }: Part): boolean {
    return heard.kind === 'R' ? more && heard.nr !== ns : !more;
  }

  /** The card's answer, part by part. */
  *#collect(first: Part): Generator<T1Action, Uint8Array, T1Event> {
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for (let part = first; ; ) {
      this.#nr = other(this.#nr);
      parts.push(part.inf);
      bytes += part.inf.length;
      if (bytes > MAX_BYTES) throw new Broken('size');
      if (!part.more) break;
      const receipt: T1Block = { kind: 'R', nr: this.#nr, error: 0 };
      const { block, aborted } = yield* this.#converse(
        () => receipt,
        (heard) => heard.kind === 'I',
      );
      if (aborted) parts.length = 0;
      part = block as Part;
    }
    const answer = concat(parts);
    if (answer.length < SW) throw new Broken('size');
    return answer;
  }

  /**
   * Sends a block until the card says something that `fits`. In between the card may ask for time, for shorter blocks, for the end of
   * the chain, or for the same block again; what cannot be understood is asked for again, three times.
   * @param make our block, made anew when the card has not taken it
   */
  *#converse(make: () => T1Block, fits: (block: T1Block) => boolean): Generator<T1Action, Heard, T1Event> {
    let ours = make();
    let sending: T1Block = ours;
    let factor = 1;
    let aborted = false;
    // A card that wanted time for a command has it: it is not given to it again.
    let kept = false;
    for (let failures = 0; ; ) {
      const heard = this.#read(yield this.#send(sending, factor));
      factor = 1;
      if (typeof heard === 'object' && heard.kind === 'S') {
        sending = this.#obey(heard);
        if (heard.type === 'WTX') factor = heard.value as number;
        kept ||= heard.type === 'WTX' && ours.kind === 'I' && !ours.more;
        aborted ||= heard.type === 'ABORT';
        continue;
      }
      if (typeof heard === 'object') {
        if (aborted && heard.kind === 'R') {
          // It gives the right to send back, and says which block it waits for (ISO/IEC 7816-3:2006, 11.6.2.3, rule 9).
          this.#ns = heard.nr;
          throw new Broken('abort');
        }
        if (aborted || fits(heard)) return this.#forward(heard, aborted);
      }
      const fault = typeof heard === 'object' ? 'other' : heard;
      if (++failures >= MOST_TRIES) throw new Broken(fault);
      const again = typeof heard === 'object' && heard.kind === 'R' && ours.kind === 'I' && heard.nr === ours.ns;
      if (again && !kept) {
        ours = make();
        sending = ours;
      } else {
        sending = { kind: 'R', nr: this.#nr, error: fault === 'edc' ? 1 : 2 };
      }
    }
  }

  #send(block: T1Block, bwtFactor: number): T1Action {
    if (this.#left-- <= 0) throw new Broken('endless');
    if (block.kind === 'I' && !block.more) this.#whole = true;
    return { block: encodeT1Block(block, this.#form), bwtFactor };
  }

  #forward(block: T1Block, aborted: boolean): Heard {
    if (block.kind === 'R' || (block.kind === 'I' && block.inf.length > 0)) this.#left += EARNED_BLOCKS;
    return { block, aborted };
  }

  /** A request of the card is answered with the same value. */
  #obey({ type, value }: Request): T1Block {
    if (type === 'ABORT' && this.#emv) throw new Broken('abort');
    if (type === 'IFS') this.#ifsc = value as number;
    return { kind: 'S', type, response: true, ...(value !== undefined && { value }) };
  }

  /** Whatever came, as a block that this card may send now, or as a fault. */
  #read(event: T1Event): T1Block | T1Failure {
    if (event === 'timeout') return 'timeout';
    if (event === 'parity') return 'edc';
    const block = decodeT1Block(event, this.#form);
    return typeof block === 'string' || mayCome(block, this.#nr, this.#ifsd) ? block : 'other';
  }

  *#announce(ifsd: number): Generator<T1Action, void, T1Event> {
    yield* this.#request('IFS', MOST_TRIES, ifsd);
    this.#ifsd = ifsd;
    this.#announced = ifsd;
  }

  /** Both sides begin anew. @throws SscardError `card-mute`, `card-protocol` */
  *#resynch(because: Broken): Generator<T1Action, void, T1Event> {
    try {
      yield* this.#request('RESYNCH', MOST_RESYNCHS);
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      throw because.by === 'timeout' ? mute() : fault('resynch');
    }
    this.#ns = 0;
    this.#nr = 0;
    this.#ifsc = this.#firstIfsc;
    this.#ifsd = FIRST_IFSD;
    try {
      if (this.#announced !== undefined) yield* this.#announce(this.#announced);
    } catch (error) {
      throw told(error);
    }
  }

  /** An S-request and its answer; what is not the answer makes the request be sent again. */
  *#request(type: T1Supervision, tries: number, value?: number): Generator<T1Action, void, T1Event> {
    const request: Request = { kind: 'S', type, response: false, ...(value !== undefined && { value }) };
    let by: T1Failure = 'other';
    for (let attempt = 0; attempt < tries; attempt++) {
      const event = yield this.#send(request, 1);
      const heard = event instanceof Uint8Array ? decodeT1Block(event, this.#form) : 'other';
      if (typeof heard === 'object' && isAnswer(heard, request)) return;
      by = event === 'timeout' ? 'timeout' : 'other';
    }
    throw new Broken(by);
  }
}

const other = (number: 0 | 1): 0 | 1 => (number === 0 ? 1 : 0);

function told(error: unknown): unknown {
  return error instanceof Broken ? error.told() : error;
}
