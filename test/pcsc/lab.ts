import { connect } from 'node:net';
import { concat } from '../../apdu/bytes.ts';
import type { BindingName } from '../../drivers/pcsc/binding.ts';
import { pcscReaders } from '../../drivers/pcsc/readers.ts';
import type { Channel, ReaderEvent, Readers } from '../../drivers/reader.ts';
import { serveVpcd, type VpcdCard, type VpcdSlot } from '../../src/simulator/vpcd.ts';
import { type RigSlot, type Service, startService } from './rig.ts';

export const BINDINGS: readonly BindingName[] = ['koffi', 'smartcard', 'pcsclite'];

export const T0 = Uint8Array.of(0x3b, 0x00);
export const T1 = Uint8Array.of(0x3b, 0x80, 0x01, 0x81);
export const GARBAGE = Uint8Array.of(0xff, 0xff);

/** A card that does what the instruction byte says, and counts. */
export interface LabCard extends VpcdCard {
  readonly seen: Uint8Array[];
  readonly resets: { warm: number; cold: number };
  /** Resolves when the next mute or slow command has reached the card. */
  arrived(): Promise<void>;
}

/** Commands the lab card knows. */
export const ECHO = Uint8Array.of(0x80, 0xec, 0, 0, 0x0a, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 16);
export const MUTE = Uint8Array.of(0x80, 0xfe, 0, 0);
export const MORE = Uint8Array.of(0x80, 0x61, 0, 0);
/** Answers after `milliseconds`. */
export const slow = (milliseconds: number) => Uint8Array.of(0x80, 0x5a, milliseconds >> 8, milliseconds & 0xff);
/** Answers `bytes` bytes and 9000. */
export const big = (bytes: number) => Uint8Array.of(0x80, 0xb1, bytes >> 8, bytes & 0xff);

const OK = Uint8Array.of(0x90, 0x00);

export function labCard(atr: Uint8Array = T0): LabCard {
  const seen: Uint8Array[] = [];
  const resets = { warm: 0, cold: 0 };
  let wake = () => {};
  let arrival = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const arrive = () => {
    wake();
    arrival = new Promise((resolve) => {
      wake = resolve;
    });
  };
  return {
    seen,
    resets,
    arrived: () => arrival,
    atr: () => atr,
    powerOn: () => {
      resets.cold++;
    },
    powerOff: () => {},
    reset: () => {
      resets.warm++;
    },
    async process(command) {
      seen.push(command);
      const [, ins, p1 = 0, p2 = 0] = command;
      const number = p1 * 256 + p2;
      switch (ins) {
        case 0xec:
          return concat([command, OK]);
        case 0x61:
          return Uint8Array.of(0x61, 0x10);
        case 0xb1:
          return concat([new Uint8Array(number).fill(0xb1), OK]);
        case 0x5a:
          arrive();
          await new Promise((resolve) => setTimeout(resolve, number));
          return OK;
        case 0xfe:
          arrive();
          return new Promise<never>(() => {});
        default:
          return Uint8Array.of(0x6d, 0x00);
      }
    },
  };
}

/** A card whose answer is cut in the middle of the frame: ten bytes announced, one sent, then the line is dead. (With two, the service
 * gives them out as a whole answer: nobody under the caller can tell.) */
export async function cutFrameCard(port: number): Promise<AsyncDisposable> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  socket.on('error', () => {});
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length > 2 && rest.length >= 2 + rest.readUInt16BE()) {
      const length = rest.readUInt16BE();
      if (length > 1) socket.end(Uint8Array.of(0, 10, 0x90));
      else if (rest[2] === 0x04) socket.write(Uint8Array.of(0, T0.length, ...T0));
      rest = rest.subarray(2 + length);
    }
  });
  await new Promise((resolve) => socket.once('connect', resolve));
  return {
    async [Symbol.asyncDispose]() {
      socket.destroy();
    },
  };
}

export interface Lab extends AsyncDisposable {
  readonly service: Service;
  readonly readers: Readers;
  slot(at?: number): RigSlot;
  /** Puts a card in; the service notices within 0.4 s. */
  insert(at?: number, card?: VpcdCard): VpcdSlot;
  /** Puts a card in and connects to it. */
  connect(at?: number, card?: VpcdCard, options?: Parameters<Readers['waitForCard']>[0]): Promise<Channel>;
}

/** A service of its own, a driver, and hands that put cards in; all of it gone at the end of the test. */
export async function openLab(binding: BindingName, options: Parameters<typeof startService>[0] = {}): Promise<Lab> {
  const service = await startService(options);
  const readers = pcscReaders({ binding });
  const cards: VpcdSlot[] = [];
  const lab: Lab = {
    service,
    readers,
    slot(at = 0) {
      const slot = service.slots[at];
      if (slot === undefined) throw new Error(`the rig has no slot ${at}`);
      return slot;
    },
    insert(at = 0, card = labCard()) {
      const hand = serveVpcd(card, { port: lab.slot(at).port });
      cards.push(hand);
      return hand;
    },
    connect(at = 0, card = labCard(), waiting = {}) {
      lab.insert(at, card);
      return readers.waitForCard({ reader: lab.slot(at).name, timeout: 10_000, ...waiting });
    },
    async [Symbol.asyncDispose]() {
      // Cards first: a mute one holds a thread until it is pulled.
      await Promise.all(cards.map((card) => card.close()));
      await readers[Symbol.asyncDispose]();
      await service[Symbol.asyncDispose]();
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
