import type { EventEmitter } from 'node:events';
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

/** All readers of one `pcsclite()` object, as states instead of events. */
export interface Root {
  /** Resolves when the readers are listed and each has told its state. */
  ready(): Promise<void>;
  reader(name: string): NativeReader;
  states(known: readonly RawSlot[] | undefined, wait: number): Promise<readonly RawSlot[]>;
  cancel(): void;
  close(): void;
}

const READY_TIMEOUT = 5_000;
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

export function openRoot(open: PcsclitePackage): Root {
  const slots = new Map<string, { reader: NativeReader; slot: RawSlot | undefined }>();
  let listed = false;
  let failure: SscardError | undefined;
  let closed = false;
  const changes = new Set<() => void>();
  const changed = () => {
    for (const wake of [...changes]) wake();
  };
  const fail = (call: string, error: Error) => {
    failure ??= fault(call, error);
    changed();
  };

  collectRoots();
  let root: NativeRoot;
  try {
    root = open();
    roots.set(root);
  } catch (error) {
    throw fault('SCardEstablishContext', error as Error);
  }
  // The package emits nothing when there is no reader: the end of its listing is seen in the callback it registers at
  // the next tick.
  const start = root.start;
  root.start = (callback) =>
    start.call(root, (error, names) => {
      callback(error, names);
      if (!error) listed = true;
      changed();
    });
  // It emits an error even after `close()`: this listener stays.
  root.on('error', (error: Error) => fail('SCardListReaders', error));
  root.on('reader', (reader: NativeReader) => {
    slots.set(reader.name, { reader, slot: undefined });
    reader.on('status', ({ state, atr }: { state: number; atr?: Buffer }) => {
      const own = slots.get(reader.name);
      if (own?.reader !== reader) return;
      const flags = (state & ~SCARD.stateChanged) >>> 0;
      own.slot = { name: reader.name, state: flags, atr: Uint8Array.from(atr ?? NONE) };
      changed();
    });
    reader.on('error', (error: Error) => fail('SCardGetStatusChange', error));
    reader.on('end', () => {
      if (slots.get(reader.name)?.reader === reader) slots.delete(reader.name);
      changed();
    });
  });

  /** Resolves at the next change, or after `wait` milliseconds. */
  const next = (wait: number) =>
    new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        changes.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, wait);
      changes.add(wake);
    });
  const look = (): RawSlot[] => [...slots.values()].flatMap(({ slot }) => (slot === undefined ? [] : [slot]));
  const complete = () => listed && [...slots.values()].every(({ slot }) => slot !== undefined);
  const ready = async () => {
    const end = performance.now() + READY_TIMEOUT;
    while (!complete()) {
      if (failure) throw failure;
      if (performance.now() > end) throw pcscError('SCardGetStatusChange', CODE.noService);
      await next(end - performance.now());
    }
    if (failure) throw failure;
  };
  return {
    ready,
    reader(name) {
      const found = slots.get(name)?.reader;
      if (found === undefined) throw pcscError('SCardConnect', CODE.unknownReader);
      return found;
    },
    async states(known, wait) {
      await ready();
      if (known !== undefined && sameSlots(known, look())) {
        await next(wait);
        await ready();
      }
      const now = look();
      return known !== undefined && sameSlots(known, now) ? known : now;
    },
    cancel: changed,
    close() {
      if (closed) return;
      closed = true;
      // Only after its first status a reader's thread has the context that closing cancels.
      for (const { reader, slot } of [...slots.values()]) if (slot !== undefined) reader.close();
      root.close();
    },
  };
}

function sameSlots(a: readonly RawSlot[], b: readonly RawSlot[]): boolean {
  return a.length === b.length && a.every((slot, at) => slot.name === b[at]?.name && slot.state === b[at].state);
}
