import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Channel } from '../../drivers/reader.ts';
import { openCard } from '../../src/card.ts';
import { Pin } from '../../src/crypto/pin.ts';
import type { Request, Trouble } from './maker.ts';
import { childrenOf, failure, runs, USER, type VendorRig, vendorRig } from './rig.ts';

const GET_CHALLENGE = Uint8Array.of(0x00, 0x84, 0x00, 0x00, 0x08);
const LONGEST_SHORT = 258;
const ROOM = 1024;

let rig: VendorRig;
let channel: Channel;

beforeEach(async () => {
  rig = await vendorRig();
  channel = await rig.readers.waitForCard();
});
afterEach(() => rig[Symbol.asyncDispose]());

/** In the next call of this function, once. */
function once(fn: Request['fn'], trouble: Trouble): void {
  rig.unit.trouble = (request) => {
    if (request.fn !== fn) return undefined;
    rig.unit.trouble = () => undefined;
    return trouble;
  };
}

const pinOf = (digits: string) => Pin.fromDigits(new TextEncoder().encode(digits));
const libraryProcess = () => childrenOf(process.pid).find(({ words }) => words.includes('library-process'));

/** The next card is served, by whatever process. */
async function nextCard(): Promise<void> {
  await channel.close();
  await using next = await rig.readers.waitForCard({ timeout: 10_000 });
  expect((await next.transmit(GET_CHALLENGE)).length).toBe(10);
}

describe('a library that breaks in a command', () => {
  test.each([
    ['crashes', 'crash', 'SIGSEGV'],
    ['ends its process', 'exit', 'exit-3'],
  ] as const)('%s: the outcome is unknown, and the next card is served', async (_, does, reason) => {
    once('transmit', { does });
    const failed = await failure(channel.transmit(GET_CHALLENGE));
    expect(failed).toMatchObject({ code: 'library-crashed', outcome: 'unknown', reason });
    await nextCard();
  });

  test('hangs: late at the deadline, its process is gone, and the next card is served', async () => {
    const { id } = libraryProcess() ?? { id: 0 };
    once('transmit', { does: 'hang' });
    const failed = await failure(channel.transmit(GET_CHALLENGE, { timeout: 1_000 }));
    expect(failed).toMatchObject({ code: 'library-late', outcome: 'unknown' });
    await nextCard();
    expect(runs(id)).toBe(false);
  });

  test('hangs and is given up: cancelled, with an outcome that nobody knows', async () => {
    const abort = new AbortController();
    rig.unit.trouble = ({ fn }) => {
      if (fn !== 'transmit') return undefined;
      setTimeout(() => abort.abort(), 20);
      rig.unit.trouble = () => undefined;
      return { does: 'hang' };
    };
    const failed = await failure(channel.transmit(GET_CHALLENGE, { signal: abort.signal }));
    expect(failed).toMatchObject({ code: 'cancelled', outcome: 'unknown' });
    await nextCard();
  });

  test('nothing is sent twice', async () => {
    const before = rig.unit.commands(USER).length;
    once('transmit', { does: 'crash' });
    await failure(channel.transmit(GET_CHALLENGE));
    expect(rig.unit.commands(USER).length).toBe(before + 1);
  });

  test('a command that waits behind it was not sent', async () => {
    once('transmit', { does: 'crash' });
    const [first, second] = await Promise.all([
      failure(channel.transmit(GET_CHALLENGE)),
      failure(channel.transmit(GET_CHALLENGE)),
    ]);
    expect(first).toMatchObject({ outcome: 'unknown' });
    expect(second).toMatchObject({ code: 'reader-lost', outcome: 'not-done' });
  });
});

describe('a library that breaks elsewhere', () => {
  test.each(['open', 'status', 'power-on', 'power-off'] as const)('in %s: the next card is served', async (fn) => {
    await channel.close();
    if (fn === 'open') {
      await rig.readers[Symbol.asyncDispose]();
      const readers = rig.readersWith({});
      once('open', { does: 'crash' });
      expect(await failure(readers.list())).toMatchObject({ code: 'library-crashed' });
      expect((await readers.list())[0]?.state).toBe('present');
      return;
    }
    once(fn, { does: 'crash' });
    // Whoever waits may see the crash, or be served by the process after it.
    await rig.readers.waitForCard({ timeout: 10_000 }).then(
      (one) => one.close(),
      () => {},
    );
    await nextCard();
  });

  test('while nobody calls: the card is gone for its channel, and the next one is served', async () => {
    const events = rig.readers.watch();
    const lost = (async () => {
      for await (const { type } of events) if (type === 'reader-detached') return;
    })();
    process.kill(libraryProcess()?.id ?? 0, 'SIGKILL');
    await lost;
    expect(await failure(channel.transmit(GET_CHALLENGE))).toMatchObject({ code: 'reader-lost', outcome: 'not-done' });
    await nextCard();
  });
});

test('forty crashes in a row leave nothing behind', { timeout: 60_000 }, async () => {
  const open = () => readdirSync('/proc/self/fd').length;
  await channel.close();
  const before = open();
  for (let round = 0; round < 40; round++) {
    await using card = await rig.readers.waitForCard({ timeout: 10_000 });
    once('transmit', { does: round % 2 === 0 ? 'crash' : 'exit' });
    expect(await failure(card.transmit(GET_CHALLENGE))).toMatchObject({ code: 'library-crashed' });
  }
  await nextCard();
  expect(childrenOf(process.pid).filter(({ words }) => words.includes('library-process'))).toHaveLength(1);
  expect(open() - before).toBeLessThan(3);
});

describe('answers of wrong length', () => {
  test.each([
    ['of no byte', 0, 0],
    ['of one byte', 1, 1],
    ['longer than a card can give', LONGEST_SHORT + 1, LONGEST_SHORT + 1],
    ['said to be longer than its buffer', ROOM + 1, 0],
    ['of two thousand million bytes', 0x7fff_ffff, 0],
  ])('%s', async (_, code, bytes) => {
    once('transmit', { does: 'return', code, bytes: new Uint8Array(bytes).fill(0x90) });
    expect(await failure(channel.transmit(GET_CHALLENGE))).toMatchObject({
      code: 'answer-malformed',
      outcome: 'unknown',
    });
    await nextCard();
  });

  test('the longest short answer is taken', async () => {
    const bytes = new Uint8Array(LONGEST_SHORT).fill(0x90);
    once('transmit', { does: 'return', code: bytes.length, bytes });
    expect(await channel.transmit(GET_CHALLENGE)).toEqual(bytes);
  });

  test.each([1, 100, 4096])(
    'written %i bytes behind the buffer: an overrun, and a new process for the next card',
    async (over) => {
      const { id } = libraryProcess() ?? { id: 0 };
      once('transmit', { does: 'return', code: 2, bytes: new Uint8Array(ROOM + over).fill(0x90) });
      expect(await failure(channel.transmit(GET_CHALLENGE))).toMatchObject({
        code: 'library-overrun',
        outcome: 'unknown',
      });
      await nextCard();
      expect(runs(id)).toBe(false);
    },
  );

  test('written far behind the buffer: the process is lost, nothing else', async () => {
    once('transmit', { does: 'return', code: 2, bytes: new Uint8Array(50_000_000).fill(0x90) });
    expect(await failure(channel.transmit(GET_CHALLENGE))).toMatchObject({ outcome: 'unknown' });
    await nextCard();
  });

  test.each([
    ['no answer to reset', 0, 0],
    ['one of 34 bytes', 34, 34],
    ['one of odd bytes', 4, 4],
  ])('%s: the card does not answer', async (_, code, bytes) => {
    await channel.close();
    once('power-on', { does: 'return', code, bytes: new Uint8Array(bytes).fill(0x11) });
    const failed = await failure(rig.readers.waitForCard({ timeout: 10_000 }));
    expect(failed).toMatchObject({ code: code > 33 ? 'answer-malformed' : 'card-unresponsive' });
    await nextCard();
  });
});

describe('return codes', () => {
  test.each([
    [-1, 'library-failed', 'unknown'],
    [-2, 'card-removed', 'unknown'],
    [-3, 'card-removed', 'unknown'],
    [-4, 'card-mute', 'unknown'],
    [-11, 'reader-lost', 'unknown'],
    [-12, 'reader-lost', 'not-done'],
    [-13, 'unsupported', 'not-done'],
    [-14, 'library-failed', 'unknown'],
    [-15, 'library-failed', 'unknown'],
    [-999, 'library-failed', 'unknown'],
  ])('%i of a command is %s, the number kept', async (platformCode, code, outcome) => {
    once('transmit', { does: 'return', code: platformCode });
    expect(await failure(channel.transmit(GET_CHALLENGE))).toMatchObject({ code, outcome, platformCode });
    await nextCard();
  });

  test.each([
    [-1, 'card-unresponsive'],
    [-4, 'card-unresponsive'],
    [-14, 'library-failed'],
  ])('%i of a power-on is %s', async (platformCode, code) => {
    await channel.close();
    once('power-on', { does: 'return', code: platformCode });
    expect(await failure(rig.readers.waitForCard({ timeout: 10_000 }))).toMatchObject({ code, platformCode });
  });

  test.each([
    [-11, 'port-not-found'],
    [-14, 'port-not-found'],
    [-99, 'port-failed'],
  ])('%i of opening is %s', async (platformCode, code) => {
    once('open', { does: 'return', code: platformCode });
    expect(await failure(rig.readersWith({}).list())).toMatchObject({ code, platformCode });
  });
});

describe('a PIN', () => {
  test('that was on its way when the library crashed has an unknown outcome', async () => {
    const card = await openCard(channel);
    await card.social.readBasic();
    rig.unit.trouble = ({ fn, bytes }) => (fn === 'transmit' && bytes[1] === 0x20 ? { does: 'crash' } : undefined);
    expect(await card.social.pin.verify(pinOf('123456'), { lastTry: true })).toMatchObject({ kind: 'unknown' });
  });

  test('is in no argument and no variable of the library’s process', async () => {
    const card = await openCard(channel);
    const words = libraryProcess()?.words;
    expect(await card.social.pin.verify(pinOf('123456'), { lastTry: true })).toMatchObject({ kind: 'verified' });
    expect(rig.unit.commands(USER).some((bytes) => bytes[1] === 0x20)).toBe(true);
    expect(words).not.toContain('123456');
  });
});
