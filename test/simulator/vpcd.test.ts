import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../apdu/bytes.ts';
import { serveVpcd, type VpcdCard, type VpcdEvent, type VpcdOptions } from '../../src/simulator/vpcd.ts';

const ATR = '3B021450';
let server: Server;
let events: VpcdEvent[];
let calls: string[];
let options: VpcdOptions;
let watchers: (() => void)[];

beforeEach(async () => {
  events = [];
  calls = [];
  watchers = [];
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const onEvent = (event: VpcdEvent) => {
    events.push(event);
    for (const watcher of watchers) watcher();
  };
  options = { port: (server.address() as AddressInfo).port, onEvent };
});
afterEach(() => {
  server.close();
});

/** A card that echoes, or does what the test says. */
const card = (process: VpcdCard['process'] = (command) => command): VpcdCard => ({
  atr: () => fromHex(ATR),
  powerOn: () => calls.push('on'),
  powerOff: () => calls.push('off'),
  reset: () => calls.push('reset'),
  process,
});

async function connection(): Promise<Reader> {
  const [socket] = (await once(server, 'connection')) as [Socket];
  return new Reader(socket);
}

/** Resolves when an event of this type has come. */
function happened(type: VpcdEvent['type']): Promise<VpcdEvent> {
  return new Promise((resolve) => {
    const look = () => {
      const event = events.find((candidate) => candidate.type === type);
      if (event) resolve(event);
    };
    watchers.push(look);
    look();
  });
}

/** The reader's side of the port. */
class Reader {
  readonly socket: Socket;
  #bytes = '';
  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Uint8Array) => {
      this.#bytes += toHex(Uint8Array.from(chunk));
    });
    // A hang-up of ours may race with bytes of the card.
    socket.on('error', () => {});
  }
  frame(hex: string): Uint8Array {
    return fromHex(`${(hex.length / 2).toString(16).padStart(4, '0')}${hex}`);
  }
  send(...frames: string[]): void {
    for (const hex of frames) this.socket.write(this.frame(hex));
  }
  /** The next frame from the card. */
  async answer(): Promise<string> {
    for (;;) {
      const end = 4 + Number.parseInt(this.#bytes.slice(0, 4), 16) * 2;
      if (this.#bytes.length >= 4 && this.#bytes.length >= end) {
        const answer = this.#bytes.slice(4, end);
        this.#bytes = this.#bytes.slice(end);
        return answer;
      }
      await once(this.socket, 'data');
    }
  }
}

describe('the port of the virtual reader', () => {
  it('hands power and reset on to the card', async () => {
    await using _slot = serveVpcd(card(), options);
    const reader = await connection();
    reader.send('01', '02', '00', '9000');
    expect(await reader.answer()).toBe('9000');
    expect(calls).toEqual(['on', 'reset', 'off']);
  });

  it('is given the answer to reset while a command is being worked off', async () => {
    let finish: (answer: Uint8Array) => void = () => {};
    const slow = () =>
      new Promise<Uint8Array>((resolve) => {
        finish = resolve;
      });
    await using _slot = serveVpcd(card(slow), options);
    const reader = await connection();
    reader.send('00B0000000', '04');
    expect(await reader.answer()).toBe(ATR);
    finish(fromHex('9000'));
    expect(await reader.answer()).toBe('9000');
  });

  it('may cut frames anywhere', async () => {
    await using _slot = serveVpcd(card(), options);
    const reader = await connection();
    for (const byte of reader.frame('00A4040002DDF1')) {
      reader.socket.write(Uint8Array.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await reader.answer()).toBe('00A4040002DDF1');
  });

  it('may send several frames at once, empty ones too', async () => {
    await using _slot = serveVpcd(card(), options);
    const reader = await connection();
    const frames = ['00A4', '', '00B2'].flatMap((hex) => [...reader.frame(hex)]);
    reader.socket.write(Uint8Array.from(frames));
    expect([await reader.answer(), await reader.answer()]).toEqual(['00A4', '00B2']);
  });

  it.each([
    ['throws', () => Promise.reject(new Error('broken'))],
    ['gives one byte', () => Uint8Array.of(0x90)],
    ['gives more than a frame holds', () => new Uint8Array(0x10000)],
  ])('is answered 6F00 when the card %s', async (_what, process) => {
    await using _slot = serveVpcd(card(process), options);
    const reader = await connection();
    reader.send('00A4');
    expect(await reader.answer()).toBe('6F00');
    expect(await happened('card-failed')).toMatchObject({ type: 'card-failed' });
  });

  it('loses the card when the card cannot say its answer to reset', async () => {
    const silent: VpcdCard = {
      ...card(),
      atr: () => {
        throw new Error('no answer to reset');
      },
    };
    await using _slot = serveVpcd(silent, options);
    const reader = await connection();
    reader.send('04');
    await once(reader.socket, 'close');
    expect(events.map(({ type }) => type)).toContain('card-failed');
  });

  it('loses the card when it does not wait for answers', async () => {
    await using _slot = serveVpcd(
      card(() => new Promise(() => {})),
      options,
    );
    const reader = await connection();
    reader.send(...Array.from({ length: 8 }, () => '00A4'));
    await once(reader.socket, 'close');
    expect(reader.socket.destroyed).toBe(true);
  });
});

describe('the card on the port', () => {
  it('goes in again when the reader hung up, and has lost its power', async () => {
    await using slot = serveVpcd(card(), options);
    const first = await connection();
    first.send('01', '9000');
    await first.answer();
    first.socket.destroy();
    const second = await connection();
    second.send('9000');
    expect(await second.answer()).toBe('9000');
    expect(slot.inserted).toBe(true);
    expect(calls).toEqual(['on', 'off']);
    expect(events.map(({ type }) => type)).toEqual(['inserted', 'removed', 'inserted']);
  });

  it('goes in as soon as somebody listens', async () => {
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    await using slot = serveVpcd(card(), options);
    expect(await happened('unreachable')).toMatchObject({ type: 'unreachable' });
    server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    await connection();
    await happened('inserted');
    expect(slot.inserted).toBe(true);
    expect(events.filter(({ type }) => type === 'unreachable')).toHaveLength(1);
  });

  it('stays out when it is taken out by whoever is told that nobody listens', async () => {
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    await using slot = serveVpcd(card(), {
      port,
      onEvent(event) {
        options.onEvent?.(event);
        if (event.type === 'unreachable') slot.remove();
      },
    });
    await happened('unreachable');
    server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    // Far longer than the pause before a second attempt.
    await pause(500);
    expect(events.map(({ type }) => type)).toEqual(['unreachable']);
  });

  it('stays out until it is put in', async () => {
    await using slot = serveVpcd(card(), { ...options, insert: false });
    expect(slot.inserted).toBe(false);
    slot.insert();
    slot.insert();
    await connection();
    await happened('inserted');
    expect(events).toEqual([{ type: 'inserted' }]);
  });

  it('can be taken out in the middle of a command, and be put in again', async () => {
    let finish: (answer: Uint8Array) => void = () => {};
    const slow = () =>
      new Promise<Uint8Array>((resolve) => {
        finish = resolve;
      });
    await using slot = serveVpcd(card(slow), options);
    const reader = await connection();
    reader.send('01', '00A4', '04');
    await reader.answer();
    slot.remove();
    slot.remove();
    await once(reader.socket, 'close');
    finish(fromHex('9000'));
    expect(events.at(-1)).toEqual({ type: 'removed', by: 'us' });
    slot.insert();
    await connection();
    expect(calls).toEqual(['on', 'off']);
  });

  it('leaves for good on close', async () => {
    const slot = serveVpcd(card(), options);
    const reader = await connection();
    await happened('inserted');
    await Promise.all([slot.close(), once(reader.socket, 'close')]);
    await slot.close();
    slot.insert();
    expect(slot.inserted).toBe(false);
  });

  it('leaves for good when the signal aborts', async () => {
    const abort = new AbortController();
    serveVpcd(card(), { ...options, signal: abort.signal });
    const reader = await connection();
    abort.abort();
    await once(reader.socket, 'close');
    expect(reader.socket.destroyed).toBe(true);
  });

  it('never goes in when the signal has aborted before', async () => {
    await using slot = serveVpcd(card(), { ...options, signal: AbortSignal.abort() });
    slot.insert();
    expect(slot.inserted).toBe(false);
    expect(events).toEqual([]);
  });
});
