import { connect, type Socket } from 'node:net';
import { concat } from '../../apdu/bytes.ts';

/**
 * The card's side of the virtual PC/SC reader (vsmartcard's `vpcd`): a TCP connection to the reader's port is an
 * inserted card, closing it is pulling the card out. Both ways `length (2 bytes, big endian) || payload`; a payload of
 * one byte is a control message, anything longer a command APDU.
 */
export interface VpcdCard {
  /** The answer to reset; asked for at any time, also while a command is being worked off. */
  atr(): Uint8Array;
  /** The reader gives power: the card starts anew. */
  powerOn(): void;
  /** The reader takes the power away: rights, challenge and pending answer are lost. */
  powerOff(): void;
  /** A warm reset: lost is the same as without power. */
  reset(): void;
  /** Works a command off. @returns data and status word, at least two and at most 65,535 bytes */
  process(command: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** What happened between our card and the virtual reader. */
export type VpcdEvent =
  | { readonly type: 'inserted' }
  /** `by` reader: the service ended or hung up; the card is put in again as soon as the port answers. */
  | { readonly type: 'removed'; readonly by: 'us' | 'reader' }
  /** Nobody listens on the port. Said once per row of attempts. */
  | { readonly type: 'unreachable'; readonly error: Error }
  /** The card broke on a command; the reader was answered 6F00. */
  | { readonly type: 'card-failed'; readonly error: unknown };

/** Where the virtual reader listens, and who is told what happens. */
export interface VpcdOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 35963 (0x8C7B), the first slot of an unchanged installation. */
  readonly port?: number;
  /** Default true: the card goes in at once. */
  readonly insert?: boolean;
  /** Takes the card out for good. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: VpcdEvent) => void;
}

/** A hand that puts the card in and takes it out. */
export interface VpcdSlot extends AsyncDisposable {
  readonly inserted: boolean;
  /** Puts the card in; nothing happens when it is in. */
  insert(): void;
  /** Takes the card out, also in the middle of a command. */
  remove(): void;
  /** Takes the card out for good; resolves when the port is free for another card. */
  close(): Promise<void>;
}

const CONTROL = {
  powerOff: 0x00,
  powerOn: 0x01,
  reset: 0x02,
  atr: 0x04,
} as const;
const LONGEST_PAYLOAD = 0xffff;
/** Commands a reader may send before the answer to the first: none by the protocol; a few are forgiven. */
const LONGEST_QUEUE = 4;
const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 2_000;
const BROKEN = Uint8Array.of(0x6f, 0x00);

/**
 * Puts `card` on the port of a virtual reader and keeps it there until `remove()`: when the service restarts, the card
 * goes in again, with growing pauses between the attempts (50 ms to 2 s).
 *
 * @example
 * const slot = serveVpcd(card, { port: 35963 });
 * slot.remove();
 */
export function serveVpcd(card: VpcdCard, options: VpcdOptions = {}): VpcdSlot {
  const { host = '127.0.0.1', port = 35963, insert = true, signal, onEvent = () => {} } = options;
  let wanted = false;
  let closed = false;
  let link: Link | undefined;
  let timer: NodeJS.Timeout | undefined;
  let pause = FIRST_PAUSE;

  const attempt = () => {
    timer = undefined;
    const current = openLink(card, host, port, {
      up: () => onEvent({ type: 'inserted' }),
      heard: () => {
        pause = FIRST_PAUSE;
      },
      failed: (error) => onEvent({ type: 'card-failed', error }),
      down: (wasUp, error) => {
        if (link !== current) return;
        link = undefined;
        const first = pause === FIRST_PAUSE;
        timer = setTimeout(attempt, pause);
        pause = Math.min(pause * 2, LONGEST_PAUSE);
        // Told last: whoever is told may take the card out.
        if (wasUp) onEvent({ type: 'removed', by: 'reader' });
        else if (first) onEvent({ type: 'unreachable', error: error ?? new Error('connection closed') });
      },
    });
    link = current;
  };
  const slot: VpcdSlot = {
    get inserted() {
      return link?.up ?? false;
    },
    insert() {
      if (wanted || closed) return;
      wanted = true;
      pause = FIRST_PAUSE;
      attempt();
    },
    remove() {
      wanted = false;
      clearTimeout(timer);
      const last = link;
      link = undefined;
      if (last === undefined) return;
      last.cut();
      if (last.up) onEvent({ type: 'removed', by: 'us' });
    },
    async close() {
      if (closed) return;
      closed = true;
      signal?.removeEventListener('abort', slot.close);
      const last = link;
      slot.remove();
      await last?.gone;
    },
    [Symbol.asyncDispose]: () => slot.close(),
  };
  if (signal?.aborted) closed = true;
  signal?.addEventListener('abort', slot.close, { once: true });
  if (insert) slot.insert();
  return slot;
}

interface Link {
  readonly up: boolean;
  readonly gone: Promise<void>;
  cut(): void;
}

interface LinkEvents {
  up(): void;
  heard(): void;
  failed(error: unknown): void;
  down(wasUp: boolean, error: Error | undefined): void;
}

/** One connection: from the TCP handshake to its end. */
function openLink(card: VpcdCard, host: string, port: number, events: LinkEvents): Link {
  const socket = connect({ host, port });
  // Two small writes and a delayed ACK cost 40 ms an exchange; a frame is one write and leaves at once.
  socket.setNoDelay(true);
  const commands: Uint8Array[] = [];
  let up = false;
  let working = false;
  let powered = false;
  let lastError: Error | undefined;

  const work = async () => {
    if (working) return;
    working = true;
    for (let command = commands.shift(); command !== undefined && !socket.destroyed; command = commands.shift()) {
      let answer: Uint8Array;
      try {
        answer = await card.process(command);
        if (answer.length < 2 || answer.length > LONGEST_PAYLOAD) throw new Error(`answer of ${answer.length} bytes`);
      } catch (error) {
        events.failed(error);
        answer = BROKEN;
      }
      send(socket, answer);
    }
    working = false;
  };
  const power = (on: boolean) => {
    powered = on;
    if (on) card.powerOn();
    else card.powerOff();
  };
  const take = (payload: Uint8Array) => {
    events.heard();
    if (payload.length > 1) {
      if (commands.length >= LONGEST_QUEUE) socket.destroy(new Error('the reader does not wait for answers'));
      else commands.push(payload);
      void work();
    } else if (payload[0] === CONTROL.atr) {
      // The reader's presence check, several times a second: answered at once even while a command is worked on.
      send(socket, card.atr());
    } else if (payload[0] === CONTROL.powerOn) power(true);
    else if (payload[0] === CONTROL.powerOff) power(false);
    else if (payload[0] === CONTROL.reset) card.reset();
  };

  socket.once('connect', () => {
    // Nobody listens, and the kernel picked the very port that is dialled as ours: reset, or the service could not have it.
    if (socket.localPort === socket.remotePort && socket.localAddress === socket.remoteAddress) {
      socket.resetAndDestroy();
      return;
    }
    up = true;
    events.up();
  });
  const split = splitFrames(take);
  socket.on('data', (chunk) => {
    try {
      split(chunk);
    } catch (error) {
      events.failed(error);
      socket.destroy();
    }
  });
  socket.on('error', (error) => {
    lastError = error;
  });
  const gone = new Promise<void>((resolve) => {
    socket.once('close', () => {
      commands.length = 0;
      if (powered) power(false);
      resolve();
      const wasUp = up;
      up = false;
      events.down(wasUp, lastError);
    });
  });
  return {
    get up() {
      return up;
    },
    gone,
    cut: () => socket.destroy(),
  };
}

function send(socket: Socket, payload: Uint8Array): void {
  if (!socket.writable) return;
  socket.write(concat([Uint8Array.of(payload.length >> 8, payload.length & 0xff), payload]));
}

/** Calls `take` for each whole frame, however the bytes are cut into chunks; keeps at most one unfinished frame. */
function splitFrames(take: (payload: Uint8Array) => void): (chunk: Uint8Array) => void {
  let rest: Uint8Array = new Uint8Array();
  return (chunk) => {
    let bytes = rest.length === 0 ? chunk : concat([rest, chunk]);
    while (bytes.length >= 2) {
      const length = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
      if (bytes.length < 2 + length) break;
      const payload = Uint8Array.from(bytes.subarray(2, 2 + length));
      bytes = bytes.subarray(2 + length);
      if (length > 0) take(payload);
    }
    rest = Uint8Array.from(bytes);
  };
}
