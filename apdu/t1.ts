import { concat } from './bytes.ts';
import { decodeCommand } from './command.ts';
import { SscardError } from './errors.ts';
import { decodeT1Block, encodeT1Block, type T1Block, type T1BlockForm, type T1Supervision } from './t1-block.ts';

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
  /** EMV Book 1, 9.2.5: the terminal sends no RESYNCH, and a card may not abort: the card is deactivated. Default false. */
  readonly emv?: boolean;
}

const FIRST_IFSD = 32;
const LONGEST_INF = 254;
const MOST_TRIES = 3;
const MOST_RESYNCHS = 3;
/** Blocks in a row that bring nothing forward; WTX may come 255 times and more (reliability-targets.md 6). */
const MOST_IDLE = 512;
const MOST_RESTARTS = 3;
const MAX_BYTES = 0x10000 + 2;

type Fault = 'edc' | 'other' | 'timeout';

/** The card broke off, or cannot be understood: thrown inside, told as an error or answered with a RESYNCH outside. */
class Broken extends Error {
  readonly by: Fault | 'abort' | 'idle' | 'bytes';

  constructor(by: Broken['by']) {
    super(by);
    this.by = by;
  }
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
  #idle = 0;

  /** @throws RangeError for an IFSC that no card has */
  constructor({ edc = 'LRC', crcFirst = 'high', ifsc = 32, repeatAfterResynch = false, emv = false }: T1Options = {}) {
    if (!(Number.isInteger(ifsc) && ifsc >= 1 && ifsc <= LONGEST_INF)) throw new RangeError(`an IFSC of ${ifsc}`);
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
   * @throws SscardError `card-mute`, `card-protocol`
   */
  *announceIfsd(ifsd: number): Generator<T1Action, void, T1Event> {
    if (!(Number.isInteger(ifsd) && ifsd >= 1 && ifsd <= LONGEST_INF)) throw new RangeError(`an IFSD of ${ifsd}`);
    this.#idle = 0;
    try {
      yield* this.#announce(ifsd);
    } catch (error) {
      throw told(error);
    }
  }

  /**
   * A command APDU and the card's response APDU.
   * @throws SscardError `command-malformed`, `card-mute`, `card-protocol` with `reason` (`resynchronised`, `aborted`, `endless`, …);
   * their outcome is `unknown`: the card is to be deactivated, but for `resynchronised`, after which it can be used
   */
  *exchange(command: Uint8Array): Generator<T1Action, Uint8Array, T1Event> {
    decodeCommand(command);
    this.#idle = 0;
    for (let restart = 0; ; restart++) {
      try {
        return yield* this.#transfer(command);
      } catch (error) {
        const lost = error instanceof Broken && (error.by === 'edc' || error.by === 'other' || error.by === 'timeout');
        if (!lost || this.#emv) throw told(error);
        yield* this.#resynch(error.by);
        if (!this.#repeat || restart === MOST_RESTARTS) throw fault('resynchronised');
      }
    }
  }

  *#transfer(command: Uint8Array): Generator<T1Action, Uint8Array, T1Event> {
    let at = 0;
    for (;;) {
      const inf = command.subarray(at, at + this.#ifsc);
      const more = at + inf.length < command.length;
      const heard = yield* this.#converse({ kind: 'I', ns: this.#ns, more, inf }, (block) => this.#takes(block, more));
      // Taken: by the number of an R-block, or by whatever the card says instead of asking for it again.
      this.#ns = other(this.#ns);
      if (heard.kind === 'I') return yield* this.#collect(heard);
      if (heard.kind === 'S') return yield* this.#collect(yield* this.#converse(heard, (block) => block.kind === 'I'));
      at += inf.length;
    }
  }

  /** What may follow one of our I-blocks. */
  #takes(block: T1Block, more: boolean): boolean {
    if (block.kind === 'R') return more && block.nr !== this.#ns;
    return block.kind === 'I' ? !more : block.type === 'ABORT';
  }

  /** The card's answer, part by part. */
  *#collect(first: T1Block): Generator<T1Action, Uint8Array, T1Event> {
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for (let block = first; ; ) {
      if (block.kind !== 'I') throw new Broken('abort');
      this.#nr = other(this.#nr);
      parts.push(block.inf);
      bytes += block.inf.length;
      if (bytes > MAX_BYTES) throw new Broken('bytes');
      if (!block.more) return concat(parts);
      block = yield* this.#converse({ kind: 'R', nr: this.#nr, error: 0 }, (next) => next.kind !== 'R');
    }
  }

  /**
   * Sends a block until the card says something that `fits`. In between the card may ask for time, for shorter blocks, or for the same
   * block again; what cannot be understood is asked for again, three times.
   * @returns the block that fits; a request to abort has been answered in `#transfer`
   */
  *#converse(block: T1Block, fits: (block: T1Block) => boolean): Generator<T1Action, T1Block, T1Event> {
    let sending: T1Block = block;
    let factor = 1;
    for (let failures = 0; ; ) {
      if (++this.#idle > MOST_IDLE) throw new Broken('idle');
      const heard = this.#read(yield { block: encodeT1Block(sending, this.#form), bwtFactor: factor });
      factor = 1;
      if (typeof heard !== 'string') {
        if (heard.kind === 'S' && !heard.response && (heard.type === 'WTX' || heard.type === 'IFS')) {
          sending = this.#obey(heard);
          if (heard.type === 'WTX') factor = heard.value as number;
          continue;
        }
        if (fits(heard)) {
          this.#idle = 0;
          return heard.kind === 'S' ? this.#aborted(heard) : heard;
        }
        // "Send that again": it did not take our block.
        if (heard.kind === 'R' && block.kind === 'I' && heard.nr === this.#ns) {
          if (++failures >= MOST_TRIES) throw new Broken('other');
          sending = block;
          continue;
        }
      }
      const by = typeof heard === 'string' ? heard : 'other';
      if (++failures >= MOST_TRIES) throw new Broken(by);
      sending = { kind: 'R', nr: this.#nr, error: by === 'edc' ? 1 : 2 };
    }
  }

  /** A request of the card that is answered with the same value. */
  #obey({ type, value = 0 }: Extract<T1Block, { kind: 'S' }>): T1Block {
    if (type === 'IFS') this.#ifsc = value;
    return { kind: 'S', type, response: true, value };
  }

  #aborted({ type }: Extract<T1Block, { kind: 'S' }>): T1Block {
    if (this.#emv) throw new Broken('abort');
    return { kind: 'S', type, response: true };
  }

  /** Whatever came, as a block that this card may send now, or as a fault. */
  #read(event: T1Event): T1Block | Fault {
    if (event === 'timeout') return 'timeout';
    if (event === 'parity') return 'edc';
    const block = decodeT1Block(event, this.#form);
    if (typeof block === 'string') return block;
    if (block.kind === 'I' && (block.ns !== this.#nr || block.inf.length > this.#ifsd)) return 'other';
    if (block.kind !== 'S') return block;
    const { type, value, response } = block;
    // Only the terminal resynchronises; answers are read where they were asked for.
    if (response || type === 'RESYNCH') return 'other';
    const bad = (type === 'WTX' && value === 0) || (type === 'IFS' && (value === 0 || value === 0xff));
    return bad ? 'other' : block;
  }

  *#announce(ifsd: number): Generator<T1Action, void, T1Event> {
    yield* this.#request('IFS', MOST_TRIES, ifsd);
    this.#ifsd = ifsd;
    this.#announced = ifsd;
  }

  /** Both sides begin anew. @throws SscardError `card-mute`, `card-protocol` */
  *#resynch(because: Fault | Broken['by']): Generator<T1Action, void, T1Event> {
    try {
      yield* this.#request('RESYNCH', MOST_RESYNCHS);
    } catch {
      throw because === 'timeout' ? mute() : fault('resynch');
    }
    this.#ns = 0;
    this.#nr = 0;
    this.#ifsc = this.#firstIfsc;
    this.#ifsd = FIRST_IFSD;
    if (this.#announced === undefined) return;
    try {
      yield* this.#announce(this.#announced);
    } catch (error) {
      throw told(error);
    }
  }

  /** An S-request and its answer; what is not the answer makes the request be sent again. */
  *#request(type: T1Supervision, tries: number, value?: number): Generator<T1Action, void, T1Event> {
    const request: T1Block = { kind: 'S', type, response: false, ...(value !== undefined && { value }) };
    let by: Fault = 'other';
    for (let attempt = 0; attempt < tries; attempt++) {
      const event = yield { block: encodeT1Block(request, this.#form), bwtFactor: 1 };
      const heard = event instanceof Uint8Array ? decodeT1Block(event, this.#form) : 'other';
      if (
        typeof heard === 'object' &&
        heard.kind === 'S' &&
        heard.response &&
        heard.type === type &&
        heard.value === value
      )
        return;
      by = event === 'timeout' ? 'timeout' : 'other';
    }
    throw new Broken(by);
  }
}

const other = (number: 0 | 1): 0 | 1 => (number === 0 ? 1 : 0);

const REASONS = { abort: 'aborted', idle: 'endless', bytes: 'too-long', edc: 'edc', other: 'block' } as const;

function told(error: unknown): unknown {
  if (!(error instanceof Broken)) return error;
  return error.by === 'timeout' ? mute() : fault(REASONS[error.by]);
}

function mute(): SscardError {
  return new SscardError('card-mute', 'no block came within the waiting time', { outcome: 'unknown' });
}

function fault(reason: string): SscardError {
  return new SscardError('card-protocol', `T=1: ${reason}`, { reason, outcome: 'unknown' });
}
