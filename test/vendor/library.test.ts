import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SimulatedCard } from '../../src/simulator/card.ts';
import { inventFile } from '../../src/simulator/invent.ts';
import { childrenOf, failure, runs, USER, type VendorRig, vendorRig } from './rig.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
let rig: VendorRig;

beforeEach(async () => {
  rig = await vendorRig();
});
afterEach(() => rig[Symbol.asyncDispose]());

const libraryProcess = () => childrenOf(process.pid).find(({ words }) => words.includes('library-process'));

describe('what a library is told', () => {
  test('the connector numbers of the level: 01 for the card, 11 to 14 for the sockets', async () => {
    await rig.readers.list();
    const slots = rig.unit.asked.filter(({ fn }) => fn === 'status').map(({ slot }) => slot);
    expect(slots).toEqual([0x01, 0x11, 0x12, 0x13, 0x14]);
  });

  test('one place only, by its name', async () => {
    const states = await rig.readersWith({ slot: 'psam1' }).list();
    expect(states.map(({ kind, state }) => [kind, state])).toEqual([['sam', 'present']]);
  });

  test('one place only, by the number that the library has for it', async () => {
    rig.unit.slots.set(0x05, rig.unit.slots.get(USER) as SimulatedCard);
    await using channel = await rig.readersWith({ slot: 0x05 }).waitForCard();
    expect(channel.atr.length).toBeGreaterThan(2);
  });

  test('to close its device in the end, and its process is gone then', async () => {
    const channel = await rig.readers.waitForCard();
    const { id } = libraryProcess() ?? { id: 0 };
    await channel.close();
    await rig.readers[Symbol.asyncDispose]();
    expect(rig.unit.asked.at(-1)?.fn).toBe('close');
    await expect.poll(() => runs(id)).toBe(false);
  });

  test('a reset as power off and on', async () => {
    await using channel = await rig.readers.waitForCard();
    rig.unit.asked.length = 0;
    await channel.reset('warm');
    expect(rig.unit.asked.map(({ fn }) => fn)).toEqual(['power-off', 'power-on']);
  });

  test('on T=0, a command with data without its Le', async () => {
    await using channel = await rig.readers.waitForCard();
    await channel.transmit(Uint8Array.of(0x00, 0xa4, 0x00, 0x00, 0x02, 0xef, 0x05, 0x00));
    expect(rig.unit.commands(USER).at(-1)).toEqual(Uint8Array.of(0x00, 0xa4, 0x00, 0x00, 0x02, 0xef, 0x05));
  });
});

describe('what cannot be driven', () => {
  test('no such library', async () => {
    expect(await failure(rig.readersWith({ library: '/nowhere/libmaker.so' }).list())).toMatchObject({
      code: 'library-missing',
    });
  });

  test('a library without the functions', async () => {
    expect(await failure(rig.readersWith({ library: 'libc.so.6' }).list())).toMatchObject({ code: 'library-missing' });
  });

  test('a file that is no library', async () => {
    const library = join(dirname(rig.library), 'text.so');
    writeFileSync(library, 'no library');
    expect(await failure(rig.readersWith({ library }).list())).toMatchObject({ code: 'library-missing' });
  });

  test('a maker whose library has calls of its own', () => {
    expect(() => rig.readersWith({ maker: 'decard' })).toThrow(expect.objectContaining({ code: 'unsupported' }));
  });
});

describe.each([
  ['with a call for the state of a slot', []],
  ['without one', ['-DWITHOUT_STATUS']],
])('a library %s', (_, flags) => {
  let own: VendorRig;
  beforeEach(async () => {
    own = await vendorRig(...flags);
  });
  afterEach(() => own[Symbol.asyncDispose]());

  test('tells where a card is', async () => {
    const states = (await own.readers.list()).map(({ state }) => state);
    expect(states).toEqual(['present', 'present', 'empty', 'empty', 'empty']);
  });

  test('has a card that comes noticed', async () => {
    own.unit.remove(USER);
    const waiting = own.readers.waitForCard({ timeout: 10_000 });
    await expect.poll(() => own.unit.asked.length).toBeGreaterThan(2);
    own.unit.slots.set(USER, new SimulatedCard((await inventFile({ generation: '2.0', seed: 6 })).card));
    await using channel = await waiting;
    expect(channel.slot).toContain('libmaker.so');
  });

  test('says that there is no card when the time is over', async () => {
    own.unit.remove(USER);
    expect(await failure(own.readers.waitForCard({ timeout: 700 }))).toMatchObject({ code: 'no-card' });
  });
});

test('whoever stops waiting for a card takes nothing from the others', async () => {
  const sam = (await rig.readers.list()).find(({ kind, state }) => kind === 'sam' && state === 'present')?.name ?? '';
  await using psam = await rig.readers.waitForCard({ reader: sam });
  const stop = new AbortController();
  rig.unit.trouble = async ({ fn, slot }) => {
    if (fn !== 'status' || slot !== USER) return undefined;
    rig.unit.trouble = () => undefined;
    stop.abort();
    await new Promise((resolve) => setTimeout(resolve, 200));
    return undefined;
  };
  expect(await failure(rig.readers.waitForCard({ signal: stop.signal }))).toMatchObject({ code: 'cancelled' });
  expect((await psam.transmit(Uint8Array.of(0, 0x84, 0, 0, 4))).length).toBe(6);
});

test('readers are given back although the library hangs', async () => {
  const channel = await rig.readers.waitForCard();
  rig.unit.trouble = ({ fn }) => (fn === 'transmit' ? { does: 'hang' } : undefined);
  const hung = failure(channel.transmit(Uint8Array.of(0, 0x84, 0, 0, 8), { timeout: 1_000 }));
  const { id } = libraryProcess() ?? { id: 0 };
  await rig.readers[Symbol.asyncDispose]();
  expect(await hung).toMatchObject({ outcome: 'unknown' });
  await expect.poll(() => runs(id)).toBe(false);
});

test('a card that was pulled and put in again is another one: its rights are gone, and the old channel with it', async () => {
  const channel = await rig.readers.waitForCard();
  const card = rig.unit.slots.get(USER) as SimulatedCard;
  const stop = new AbortController();
  const seen: string[] = [];
  const watching = (async () => {
    for await (const event of rig.readers.watch({ signal: stop.signal })) seen.push(event.type);
  })();
  rig.unit.remove(USER);
  rig.unit.slots.set(USER, card);
  await expect.poll(() => seen, { timeout: 5_000 }).toContain('card-removed');
  expect(await failure(channel.transmit(Uint8Array.of(0, 0x84, 0, 0, 8)))).toMatchObject({ code: 'card-removed' });
  await expect.poll(() => seen.at(-1), { timeout: 5_000 }).toBe('card-inserted');
  stop.abort();
  await watching;
});

describe('the process of the library', () => {
  /** Another program with the built package, which says when its card is there and then does nothing. */
  async function program(hang: boolean): Promise<number> {
    const text = `
      import { vendorReaders } from 'sscard/drivers/vendor';
      const readers = vendorReaders(${JSON.stringify({ library: rig.library, port: rig.unit.port })});
      const channel = await readers.waitForCard();
      console.log('ready');
      ${hang ? 'await channel.transmit(Uint8Array.of(0, 0x84, 0, 0, 8));' : 'setInterval(() => {}, 1000);'}`;
    const other = spawn(process.execPath, ['--input-type=module', '-e', text], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => createInterface({ input: other.stdout }).once('line', resolve));
    return other.pid ?? 0;
  }

  test.each([
    ['idle', false],
    ['hung in a call', true],
  ])('%s: ends with its program, also when that is killed', async (_, hang) => {
    if (hang) rig.unit.trouble = ({ fn }) => (fn === 'transmit' ? { does: 'hang' } : undefined);
    const parent = await program(hang);
    const [child] = childrenOf(parent);
    if (hang) await expect.poll(() => rig.unit.asked.at(-1)?.fn).toBe('transmit');
    expect(runs(child?.id ?? 0)).toBe(true);
    process.kill(parent, 'SIGKILL');
    await expect.poll(() => runs(child?.id ?? 0), { timeout: 5_000 }).toBe(false);
  });
});
