import type { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { SscardError } from '../../apdu/errors.ts';
import type { RawSlot } from './binding.ts';
import { CODE, pcscError, SCARD } from './codes.ts';

/** The part of npm `pcsclite` in use. */
export type PcsclitePackage = () => NativeRoot;

interface NativeRoot extends EventEmitter {
  start(callback: (error: Error | undefined, names: Buffer) => void): void;
  close(): void;
}

type Callback<T> = (error: Error | null | undefined, result: T) => void;

export interface NativeReader extends EventEmitter {
  readonly name: string;
  connect(options: { share_mode: number; protocol: number }, callback: Callback<number>): void;
  disconnect(disposition: number, callback: Callback<void>): void;
  transmit(command: Buffer, longest: number, protocol: number, callback: Callback<Buffer>): void;
  control(data: Buffer, code: number, longest: number, callback: Callback<Buffer>): void;
  /** Ends the status thread; the object can still connect. */
  close(): void;
}

const READY_TIMEOUT = 5_000;
const QUIET = 25;
const LONGEST_UNREST = 500;
const NONE = new Uint8Array();

/** The package tells a return code in the text only. */
export function fault(call: string, error: Error): SscardError {
  const digits = /\(0x([0-9a-f]+)\)/i.exec(error.message)?.[1];
  return pcscError(call, digits === undefined ? undefined : Number.parseInt(digits.slice(-8), 16));
}

/**
 * Root objects whose context is still open. The package gives it back when the object is collected as garbage, which a
 * program that allocates little may never see; the service refuses everybody after some 200 contexts.
 */
const roots = {
  open: 0,
  registry: new FinalizationRegistry(() => {
    roots.open--;
  }),
  set(root: object) {
    roots.open++;
    roots.registry.register(root, undefined);
  },
};
const MOST_ROOTS = 24;

function collectRoots(): void {
  if (roots.open < MOST_ROOTS) return;
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}

/** All readers of one `pcsclite()` object, as states instead of events. A `Session` of the binding. */
export class Root {
  readonly #root: NativeRoot;
  readonly #slots = new Map<string, { reader: NativeReader; slot: RawSlot | undefined }>();
  readonly #waiting = new Set<() => void>();
  #listed = false;
  #failure: SscardError | undefined;
  #closed = false;
  #lastEvent = performance.now();

  /** @throws SscardError `service-lost` at once when nobody serves */
  constructor(open: PcsclitePackage) {
    collectRoots();
    try {
      this.#root = open();
    } catch (error) {
      throw fault('SCardEstablishContext', error as Error);
    }
    roots.set(this.#root);
    // The package emits nothing when there is no reader: the end of its listing is seen in the callback that it
    // registers at the next tick.
    const start = this.#root.start;
    this.#root.start = (callback) =>
      start.call(this.#root, (error, names) => {
        callback(error, names);
        if (!error) this.#listed = true;
        this.#changed();
      });
    // It emits an error even after `close()`: this listener stays.
    this.#root.on('error', (error: Error) => this.#fail('SCardListReaders', error));
    this.#root.on('reader', (reader: NativeReader) => this.#follow(reader));
  }

  /** Resolves when the readers are listed and each has told its state. */
  async ready(): Promise<void> {
    const end = performance.now() + READY_TIMEOUT;
    while (!this.#listed || [...this.#slots.values()].some(({ slot }) => slot === undefined)) {
      if (this.#failure) break;
      if (performance.now() > end) throw pcscError('SCardGetStatusChange', CODE.noService);
      await this.#next(end - performance.now());
    }
    if (this.#failure) throw this.#failure;
  }

  reader(name: string): NativeReader {
    const found = this.#slots.get(name)?.reader;
    if (found === undefined) throw pcscError('SCardConnect', CODE.unknownReader);
    return found;
  }

  async states(known: readonly RawSlot[] | undefined, wait: number): Promise<readonly RawSlot[]> {
    await this.ready();
    if (known !== undefined && sameSlots(known, this.#look())) {
      await this.#next(wait);
      await this.ready();
    }
    const now = this.#look();
    return known !== undefined && sameSlots(known, now) ? known : now;
  }

  cancel(): void {
    this.#changed();
  }

  /**
   * Ends the threads of the package; the reader objects can still connect. The package cancels a thread's wait and joins
   * it on the main thread: one that has just told something may not wait yet, would not be cancelled, and would leave a
   * handle behind or stop the event loop. So closing comes after a moment without events.
   */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const end = performance.now() + LONGEST_UNREST;
    while (performance.now() < Math.min(end, this.#lastEvent + QUIET)) await sleep(QUIET);
    // Only after its first status a reader's thread has the context that closing cancels.
    for (const { reader, slot } of [...this.#slots.values()]) if (slot !== undefined) reader.close();
    this.#root.close();
  }

  #follow(reader: NativeReader): void {
    this.#slots.set(reader.name, { reader, slot: undefined });
    const own = () => {
      const entry = this.#slots.get(reader.name);
      return entry?.reader === reader ? entry : undefined;
    };
    reader.on('status', ({ state, atr }: { state: number; atr?: Buffer }) => {
      const entry = own();
      if (entry === undefined) return;
      const flags = (state & ~SCARD.stateChanged) >>> 0;
      entry.slot = { name: reader.name, state: flags, atr: new Uint8Array(atr ?? NONE) };
      this.#changed();
    });
    reader.on('error', (error: Error) => this.#fail('SCardGetStatusChange', error));
    reader.on('end', () => {
      if (own() !== undefined) this.#slots.delete(reader.name);
      this.#changed();
    });
  }

  #look(): RawSlot[] {
    return [...this.#slots.values()].flatMap(({ slot }) => (slot === undefined ? [] : [slot]));
  }

  #fail(call: string, error: Error): void {
    this.#failure ??= fault(call, error);
    this.#changed();
  }

  #changed(): void {
    this.#lastEvent = performance.now();
    for (const wake of [...this.#waiting]) wake();
  }

  /** Resolves at the next change, or after `wait` milliseconds. */
  #next(wait: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, wait);
      this.#waiting.add(wake);
    });
  }
}

function sameSlots(a: readonly RawSlot[], b: readonly RawSlot[]): boolean {
  return a.length === b.length && a.every((slot, at) => slot.name === b[at]?.name && slot.state === b[at].state);
}
