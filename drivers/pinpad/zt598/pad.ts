import { hexDigits, join } from '../../halves.ts';
import type { Line } from '../../line.ts';
import type { PadCustody, PadKeyOutcome, PinEntered, PinEntry, PinPad, WorkingKey } from '../../pin-pad.ts';
import type { Ports } from '../../port.ts';
import type { Waiting } from '../../reader.ts';
import type { Talk } from '../../talk.ts';
import { accountDigits } from '../account.ts';
import { PadAsking } from '../asking.ts';
import { LinePad, type PadKey } from '../line-pad.ts';
import { type Zt598Answer, zt598Answer, zt598Commands } from './commands.ts';
import { type Zt598Event, zt598Framer } from './framer.ts';

/** Times of the protocol, in milliseconds. */
const POLICY = { baud: 9600, answer: 1_000, frame: 1_000, graceOfEntry: 2_000, tries: 3, least: 4, most: 12 } as const;
/** Four characters stand before a block; what they say no source tells. */
const BEFORE_BLOCK = 4;

/** Where the pad is, and which of its keys blocks are made under. */
export interface Zt598Options {
  readonly ports: Ports;
  readonly port: string;
  /** Default 9600. */
  readonly baud?: number;
  /** Default `3DES`: blocks of 8 bytes; `SM4`: of 16. */
  readonly algorithm?: '3DES' | 'SM4';
  /** Number of the working key. Default 40 (3DES), 20 (SM4), in hex. */
  readonly working?: number;
}

/** A pad, and what only a maintenance may do to it: a session of its own, not a payment. */
export interface Zt598Maintenance extends PadCustody, AsyncDisposable {
  /**
   * Puts a master key into the pad.
   * @param number 1 to 1F hex
   * @param key 16 bytes, in clear: in a place where nobody else listens on the line. The caller wipes it
   */
  loadMasterKey(number: number, key: Uint8Array, waiting?: Waiting): Promise<PadKeyOutcome>;
  /** Forgets all keys. */
  wipeKeys(waiting?: Waiting): Promise<PadKeyOutcome>;
}

/**
 * A ZT598 pad that enciphers (readers.md 8.3): PIN blocks of ISO 9564 formats 0 to 3 under 3DES, or of format 0 under SM4. Digits
 * never leave it, and its entry in clear is never opened.
 * @throws SscardError what the port throws, `unit-silent`
 */
export async function zt598Pad(options: Zt598Options, waiting?: Waiting): Promise<PinPad> {
  const unit = await Zt598Unit.open(options, waiting);
  return new LinePad(`${options.port} zt598`, unit.line, unit);
}

/** Opens the pad to bring keys into it. @throws as `zt598Pad` */
export async function zt598Maintenance(options: Zt598Options, waiting?: Waiting): Promise<Zt598Maintenance> {
  return Zt598Unit.open(options, waiting);
}

class Zt598Unit implements Zt598Maintenance {
  readonly gives: ReadonlySet<'digits' | 'block'> = new Set(['block']);
  readonly line: Line<Zt598Event>;
  readonly #sm4: boolean;
  readonly #working: number;

  private constructor(line: Line<Zt598Event>, { algorithm, working }: Zt598Options) {
    this.line = line;
    this.#sm4 = algorithm === 'SM4';
    this.#working = working ?? (this.#sm4 ? 0x20 : 0x40);
  }

  static async open(options: Zt598Options, waiting: Waiting = {}): Promise<Zt598Unit> {
    const line = await pad.open(options, zt598Framer(), waiting);
    return new Zt598Unit(line, options);
  }

  get custody(): PadCustody {
    return this;
  }

  async ask(talk: Talk<Zt598Event>, entry: PinEntry, seconds: number): Promise<PinEntered> {
    const digits = accountDigits(entry, this.#sm4 ? [0] : [0, 1, 2, 3]);
    const format = entry.form.kind === 'block' ? entry.form.format : 0;
    const { sm4Block, block, close } = zt598Commands;
    const fetch = this.#sm4 ? sm4Block(this.#working, digits) : block(this.#working, format, digits);
    const entered = await this.#enter(talk, entry, seconds, fetch);
    await pad.ask(talk, close);
    return entered;
  }

  /** No documented command of this pad shows the check value of a key for PINs. */
  async loadWorkingKey(key: WorkingKey, waiting: Waiting = {}): Promise<PadKeyOutcome> {
    const { master, number, cryptogram, checkValue } = key;
    const { loadSm4Working, loadWorking } = zt598Commands;
    const loaded = await this.#load((this.#sm4 ? loadSm4Working : loadWorking)(master, number, cryptogram), waiting);
    return loaded.kind === 'loaded' && checkValue !== undefined ? { kind: 'loaded', unchecked: true } : loaded;
  }

  loadMasterKey(number: number, key: Uint8Array, waiting: Waiting = {}): Promise<PadKeyOutcome> {
    const { loadSm4Master, loadMaster } = zt598Commands;
    return this.#load((this.#sm4 ? loadSm4Master : loadMaster)(number, key), waiting);
  }

  wipeKeys(waiting: Waiting = {}): Promise<PadKeyOutcome> {
    return this.#load(zt598Commands.wipe.slice(), waiting);
  }

  async #enter(talk: Talk<Zt598Event>, entry: PinEntry, seconds: number, fetch: Uint8Array): Promise<PinEntered> {
    const { shortest, longest, entryTime, clearOne, openEncrypted } = zt598Commands;
    const lengths = [shortest(Math.max(entry.min, POLICY.least)), longest(Math.min(entry.max, POLICY.most))];
    for (const command of [...lengths, entryTime(seconds), clearOne, openEncrypted]) {
      const answer = await pad.ask(talk, command);
      if (answer.kind !== 'done') return outOfOrder(answer);
    }
    const ended = await pad.keys(talk, entry, seconds, async () => {
      const answer = await pad.ask(talk, openEncrypted);
      return answer.kind === 'done' ? undefined : outOfOrder(answer);
    });
    if (ended !== undefined) return ended;
    const answer = await pad.ask(talk, fetch, 1);
    if (answer.kind === 'timed-out') return answer;
    const bytes = answer.kind === 'done' ? blockOf(answer.data, this.#sm4 ? 16 : 8) : undefined;
    return bytes === undefined ? outOfOrder(answer) : { kind: 'block', block: bytes };
  }

  async #load(command: Uint8Array, waiting: Waiting): Promise<PadKeyOutcome> {
    try {
      const answer = await this.line.run(waiting, (talk) => pad.ask(talk, command));
      if (answer.kind === 'done') return { kind: 'loaded' };
      return { kind: 'refused', reason: answer.kind === 'refused' ? answer.reason : answer.kind };
    } finally {
      command.fill(0);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.line.close();
  }
}

function outOfOrder(answer: Zt598Answer): PinEntered {
  return { kind: 'out-of-order', reason: answer.kind === 'refused' ? answer.reason : 'no-block' };
}

/** Hex digits behind four characters. @returns nothing when they are not so many */
function blockOf(data: Uint8Array, length: number): Uint8Array | undefined {
  return data.length === BEFORE_BLOCK + 2 * length ? join(data, BEFORE_BLOCK, length, hexDigits) : undefined;
}

const KEYS: Readonly<Record<number, PadKey>> = { 42: 'star', 8: 'correct', 13: 'enter', 27: 'cancel' };

function meaning(event: Zt598Event): PadKey | undefined {
  if (event.kind !== 'key') return undefined;
  // The key of two zeros tells as much as a digit does.
  const digit = (event.code >= 0x30 && event.code <= 0x39) || event.code === 0x22;
  return KEYS[event.code] ?? (digit ? 'digit' : 'other');
}

const pad = new PadAsking<Zt598Event, Zt598Answer>({
  policy: POLICY,
  answerIn: (event) => (event.kind === 'frame' ? zt598Answer(event.body) : undefined),
  meaning,
  identity: zt598Commands.identity,
  keypadOff: zt598Commands.close,
});
