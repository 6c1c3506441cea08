import { Worker } from 'node:worker_threads';
import type { BindingName } from '../../drivers/pcsc/binding.ts';
import { pcscReaders } from '../../drivers/pcsc/readers.ts';
import type { Channel, ReaderEvent, Readers } from '../../drivers/reader.ts';
import { serveVpcd, type VpcdCard, type VpcdSlot } from '../../src/simulator/vpcd.ts';
import { type RigSlot, type Service, startService } from './rig.ts';

export const BINDINGS: readonly BindingName[] = ['koffi', 'smartcard', 'pcsclite'];

export const T0 = Uint8Array.of(0x3b, 0x00);
export const T1 = Uint8Array.of(0x3b, 0x80, 0x01, 0x81);
export const GARBAGE = Uint8Array.of(0xff, 0xff);

/** Commands the lab card knows, in a form that is the same on T=0 and T=1: no Le behind data, and a P3 always. */
export const ECHO = Uint8Array.of(0x80, 0xec, 0, 0, 0x0a, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
export const MUTE = Uint8Array.of(0x80, 0xfe, 0, 0, 0);
export const MORE = Uint8Array.of(0x80, 0x61, 0, 0, 0);
/** Answers after `milliseconds`. */
export const slow = (milliseconds: number) => Uint8Array.of(0x80, 0x5a, milliseconds >> 8, milliseconds & 0xff, 0);
/** Answers `bytes` bytes and 9000. */
export const big = (bytes: number) => Uint8Array.of(0x80, 0xb1, bytes >> 8, bytes & 0xff, 0);

/** A card that does what the instruction byte says, and counts. */
export interface LabCard extends VpcdCard {
  /** What it knows, in memory that threads share. */
  readonly memory: SharedArrayBuffer;
  /** All commands, in the order of their coming. */
  readonly seen: Uint8Array[];
  readonly resets: { warm: number; cold: number };
  /** Resolves when one more mute or slow command has reached the card. */
  arrived(): Promise<void>;
}

const script: { labCard(atr: Uint8Array): LabCard } = await import(new URL('./lab-card.mjs', import.meta.url).href);
/** Cards as they were made: a copy with another `process` is a card of the test's own. */
const labCards = new WeakSet<VpcdCard>();

export function labCard(atr: Uint8Array = T0): LabCard {
  const card = script.labCard(atr);
  labCards.add(card);
  return card;
}

/** A hand that puts a card in and takes it out. */
export type Hand = Pick<VpcdSlot, 'insert' | 'remove' | 'close'>;

let thread: Worker | undefined;
let hands = 0;

/** @param act `serve` a lab card, or one whose answer is `cut` in the middle of the frame */
function threadHand(act: 'serve' | 'cut', port: number, atr: Uint8Array, memory?: SharedArrayBuffer): Hand {
  // An `error` without a listener ends the run with its text.
  thread ??= new Worker(new URL('./lab-thread.mjs', import.meta.url));
  thread.unref();
  const own = thread;
  const id = hands++;
  own.postMessage({ act, id, port, atr, memory });
  return {
    insert: () => own.postMessage({ act: 'insert', id }),
    remove: () => own.postMessage({ act: 'remove', id }),
    close: () =>
      new Promise((resolve) => {
        const closed = (which: number) => {
          if (which !== id) return;
          own.off('message', closed);
          resolve();
        };
        own.on('message', closed);
        own.postMessage({ act: 'close', id });
      }),
  };
}

export interface Lab extends AsyncDisposable {
  readonly service: Service;
  readonly readers: Readers;
  slot(at?: number): RigSlot;
  /** Puts a card in; the service notices within 0.4 s. A lab card lives in a thread of its own, any other here. */
  insert(at?: number, card?: VpcdCard): Hand;
  /** Puts in a card whose answers are cut in the middle of the frame. */
  insertCut(at?: number): Hand;
  /** Puts a card in and connects to it. */
  connect(at?: number, card?: VpcdCard, options?: Parameters<Readers['waitForCard']>[0]): Promise<Channel>;
}

/** A service of its own, a driver, and hands that put cards in; all of it gone at the end of the test. */
export async function openLab(binding: BindingName, options: Parameters<typeof startService>[0] = {}): Promise<Lab> {
  const service = await startService(options);
  const readers = pcscReaders({ binding });
  const cards: Hand[] = [];
  const lab: Lab = {
    service,
    readers,
    slot(at = 0) {
      const slot = service.slots[at];
      if (slot === undefined) throw new Error(`the rig has no slot ${at}`);
      return slot;
    },
    insert(at = 0, card = labCard()) {
      const { port } = lab.slot(at);
      const hand = labCards.has(card)
        ? threadHand('serve', port, card.atr(), (card as LabCard).memory)
        : serveVpcd(card, { port });
      cards.push(hand);
      return hand;
    },
    insertCut(at = 0) {
      const hand = threadHand('cut', lab.slot(at).port, T0);
      cards.push(hand);
      return hand;
    },
    connect(at = 0, card = labCard(), waiting = {}) {
      lab.insert(at, card);
      return readers.waitForCard({ reader: lab.slot(at).name, timeout: 10_000, ...waiting });
    },
    async [Symbol.asyncDispose]() {
      try {
        // Cards first: a mute one holds a thread until it is pulled.
        await Promise.all(cards.map((card) => card.close()));
        await readers[Symbol.asyncDispose]();
      } finally {
        await service[Symbol.asyncDispose]();
      }
    },
  };
  return lab;
}

/** Reads events in the background; `until` waits for one, also for one that came already. */
export function follow(readers: Readers) {
  const stop = new AbortController();
  const events: ReaderEvent[] = [];
  let wake = () => {};
  const ended = (async () => {
    for await (const event of readers.watch({ signal: stop.signal })) {
      events.push(event);
      wake();
    }
  })();
  return {
    events,
    /** The first event that fits, counted from event `from`. */
    async until(fits: (event: ReaderEvent) => boolean, from = 0, timeout = 10_000): Promise<ReaderEvent> {
      const end = performance.now() + timeout;
      for (;;) {
        const found = events.slice(from).find(fits);
        if (found) return found;
        if (performance.now() > end)
          throw new Error(`no such event; seen: ${events.map(({ type }) => type).join(' ')}`);
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, 250);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
    },
  };
}

/** The error a promise ends with; fails when it does not. */
export async function failure(
  pending: Promise<unknown>,
): Promise<{ code?: string; details?: Record<string, unknown> }> {
  try {
    await pending;
  } catch (error) {
    return error as never;
  }
  throw new Error('it did not fail');
}
