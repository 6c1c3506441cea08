import { setTimeout as wait } from 'node:timers/promises';
import type { Line } from '../../line.ts';
import type { PadCustody, PadKeyOutcome, PinEntered, PinEntry, PinPad, WorkingKey } from '../../pin-pad.ts';
import type { Ports } from '../../port.ts';
import type { Waiting } from '../../reader.ts';
import type { Talk } from '../../talk.ts';
import { accountDigits } from '../account.ts';
import { PadAsking } from '../asking.ts';
import { LinePad, type PadKey } from '../line-pad.ts';
import { type KmyStatus, kmyCommands, kmyStatus } from './commands.ts';
import { type KmyEvent, type KmyVariant, kmyFramer } from './framer.ts';

/** Times of the protocol, in milliseconds (readers.md 1, 8.2). */
const POLICY = {
  baud: 9600,
  answer: 1_000,
  frame: 1_000,
  beforeBlock: 100,
  graceOfEntry: 2_000,
  tries: 3,
  most: 12,
} as const;

/** Where the pad is, and which of its keys blocks are made under. */
export interface KmyOptions {
  readonly ports: Ports;
  readonly port: string;
  /** Default 9600. */
  readonly baud?: number;
  /** Default `ascii`. */
  readonly variant?: KmyVariant;
  /** Number of the master key and of the working key under it, 0 to 15. Default 0 and 0. */
  readonly master?: number;
  readonly working?: number;
}

/** A pad, and what only a maintenance may do to it: a session of its own, not a payment. */
export interface KmyMaintenance extends PadCustody, AsyncDisposable {
  /**
   * Puts a master key into the pad.
   * @param number 0 to 15
   * @param key 16 bytes, in clear: in a place where nobody else listens on the line. The caller wipes it
   */
  loadMasterKey(number: number, key: Uint8Array, waiting?: Waiting): Promise<PadKeyOutcome>;
  /** Forgets all keys. */
  wipeKeys(waiting?: Waiting): Promise<PadKeyOutcome>;
}

/**
 * A KMY350x pad that enciphers (readers.md 8.2). It gives PIN blocks of ISO 9564 format 0 under 3DES; digits never leave it, and its
 * entry in clear is never opened.
 * @throws SscardError what the port throws, `unit-silent`
 */
export async function kmyPad(options: KmyOptions, waiting?: Waiting): Promise<PinPad> {
  const unit = await KmyUnit.open(options, waiting);
  return new LinePad(`${options.port} kmy`, unit.line, unit);
}

/** Opens the pad to bring keys into it. @throws as `kmyPad` */
export async function kmyMaintenance(options: KmyOptions, waiting?: Waiting): Promise<KmyMaintenance> {
  return KmyUnit.open(options, waiting);
}

/** What the pad says to a command. */
interface KmyAnswer {
  readonly status: KmyStatus;
  readonly data: Uint8Array;
}

class KmyUnit implements KmyMaintenance {
  readonly gives: ReadonlySet<'digits' | 'block'> = new Set(['block']);
  readonly line: Line<KmyEvent>;
  readonly #pad: PadAsking<KmyEvent, KmyAnswer>;
  readonly #commands: ReturnType<typeof kmyCommands>;
  readonly #keys: readonly [master: number, working: number];

  private constructor(
    line: Line<KmyEvent>,
    pad: PadAsking<KmyEvent, KmyAnswer>,
    commands: ReturnType<typeof kmyCommands>,
    options: KmyOptions,
  ) {
    this.line = line;
    this.#pad = pad;
    this.#commands = commands;
    this.#keys = [options.master ?? 0, options.working ?? 0];
  }

  static async open(options: KmyOptions, waiting: Waiting = {}): Promise<KmyUnit> {
    const { variant = 'ascii' } = options;
    const commands = kmyCommands(variant);
    const pad = new PadAsking<KmyEvent, KmyAnswer>({
      policy: POLICY,
      answerIn: (event) => (event.kind === 'frame' ? { status: kmyStatus(event.status), data: event.data } : undefined),
      meaning,
      identity: commands.version,
      keypadOff: commands.keypad('off'),
    });
    const line = await pad.open(options, kmyFramer({ variant }), waiting);
    return new KmyUnit(line, pad, commands, options);
  }

  get custody(): PadCustody {
    return this;
  }

  async ask(talk: Talk<KmyEvent>, entry: PinEntry, seconds: number): Promise<PinEntered> {
    const digits = accountDigits(entry, [0]);
    const [master, working] = this.#keys;
    const commands = this.#commands;
    const start = commands.start(Math.min(entry.max, POLICY.most), seconds);
    const before = [commands.choose(master, working), commands.keypad('on'), commands.account(digits), start];
    const entered = await this.#enter(talk, entry, seconds, before);
    await this.#pad.ask(talk, commands.keypad('off'));
    return entered;
  }

  async loadWorkingKey(key: WorkingKey, waiting: Waiting = {}): Promise<PadKeyOutcome> {
    const { master, number, cryptogram, checkValue } = key;
    const loaded = await this.#load(this.#commands.loadWorking(master, number, cryptogram), waiting);
    if (loaded.kind === 'refused' || checkValue === undefined) return loaded;
    return this.line.run(waiting, async (talk) => {
      await this.#pad.ask(talk, this.#commands.choose(master, number));
      const { status, data } = await this.#pad.ask(talk, this.#commands.checkValue);
      if (status.kind !== 'done') return { kind: 'loaded', unchecked: true };
      const same = checkValue.length >= 3 && checkValue.every((byte, at) => byte === data[at]);
      return same ? { kind: 'loaded' } : { kind: 'refused', reason: 'check-value' };
    });
  }

  loadMasterKey(number: number, key: Uint8Array, waiting: Waiting = {}): Promise<PadKeyOutcome> {
    return this.#load(this.#commands.loadMaster(number, key), waiting);
  }

  async wipeKeys(waiting: Waiting = {}): Promise<PadKeyOutcome> {
    return outcomeOf(
      await this.line.run(waiting, async (talk) => (await this.#pad.ask(talk, this.#commands.wipe)).status),
    );
  }

  async #enter(
    talk: Talk<KmyEvent>,
    entry: PinEntry,
    seconds: number,
    before: readonly Uint8Array[],
  ): Promise<PinEntered> {
    for (const command of before) {
      const { status } = await this.#pad.ask(talk, command);
      if (!usable(status)) return outOfOrder(status);
    }
    const ended = await this.#pad.keys(talk, entry, seconds, async () => {
      const { status } = await this.#pad.ask(talk, before.at(-1) as Uint8Array);
      return usable(status) ? undefined : outOfOrder(status);
    });
    if (ended !== undefined) return ended;
    // The pad works the PIN off before it has a block.
    await wait(POLICY.beforeBlock);
    const { status, data } = await this.#pad.ask(talk, this.#commands.block, 1);
    if (status.kind === 'timed-out') return { kind: 'timed-out' };
    return status.kind === 'done' && data.length === 8 ? { kind: 'block', block: data } : outOfOrder(status);
  }

  async #load(command: Uint8Array, waiting: Waiting): Promise<PadKeyOutcome> {
    try {
      return await this.line.run(waiting, async (talk) => {
        for (const algorithm of this.#commands.algorithms) {
          const { status } = await this.#pad.ask(talk, algorithm);
          if (status.kind !== 'done') return outcomeOf(status);
        }
        return outcomeOf((await this.#pad.ask(talk, command)).status);
      });
    } finally {
      command.fill(0);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.line.close();
  }
}

function outcomeOf(status: KmyStatus): PadKeyOutcome {
  if (status.kind === 'done') return { kind: 'loaded' };
  return { kind: 'refused', reason: status.kind === 'refused' ? status.reason : 'timed-out' };
}

function outOfOrder(status: KmyStatus): PinEntered {
  if (status.kind === 'refused') return { kind: 'out-of-order', reason: status.reason };
  return { kind: 'out-of-order', reason: status.kind === 'done' ? (status.warning ?? 'no-block') : status.kind };
}

/** A pad whose master key is gone makes blocks that nobody can open. */
function usable(status: KmyStatus): boolean {
  return status.kind === 'done' && status.warning !== 'master-key';
}

const KEYS: Readonly<Record<number, PadKey>> = {
  42: 'star',
  8: 'correct',
  13: 'enter',
  27: 'cancel',
  0: 'time-over',
  128: 'time-over',
};

function meaning(event: KmyEvent): PadKey | undefined {
  return event.kind === 'key' ? (KEYS[event.code] ?? 'digit') : undefined;
}
