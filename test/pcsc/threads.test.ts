import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { NativeCalls, nativeCalls, poolSize } from '../../drivers/pcsc/native-calls.ts';
import { Turns } from '../../drivers/turns.ts';
import { ECHO, failure, labCard, MUTE, openLab } from './lab.ts';

test('refuses further calls when mute cards hold all threads but one, and files can still be read', async () => {
  await using lab = await openLab('koffi', { readers: 4 });
  const hands = [];
  const mutes = [];
  // All at once: the last thread that is free must not be needed to begin.
  const cards = Array.from({ length: nativeCalls.capacity }, () => labCard());
  const channels = [];
  for (const [at, card] of cards.entries()) {
    hands.push(lab.insert(at, card));
    channels.push(await lab.readers.waitForCard({ reader: lab.slot(at).name, timeout: 10_000 }));
  }
  await using spare = await lab.connect(7);
  for (const channel of channels) mutes.push(failure(channel.transmit(MUTE, { timeout: 200 })));
  for (const ended of mutes) expect(['card-mute', 'pcsc-threads-exhausted']).toContain((await ended).code);
  await expect.poll(() => nativeCalls.long).toBe(nativeCalls.capacity);
  const refused = await failure(spare.transmit(ECHO));
  expect(refused).toMatchObject({ code: 'pcsc-threads-exhausted', details: { outcome: 'not-done' } });
  expect(await readFile('/proc/self/stat', 'utf8')).toContain(String(process.pid));
  for (const hand of hands) hand.remove();
  await expect.poll(() => nativeCalls.long).toBe(0);
  expect((await spare.transmit(ECHO)).length).toBe(ECHO.length + 2);
});

test('a process with a call stuck in a mute card can exit', async () => {
  await using lab = await openLab('koffi');
  const card = labCard();
  lab.insert(0, card);
  const program = `
    const { pcscReaders } = await import(${JSON.stringify(new URL('../../dist/drivers/pcsc/readers.js', import.meta.url).href)});
    const channel = await pcscReaders().waitForCard({ timeout: 10_000 });
    await channel.transmit(Uint8Array.from(${JSON.stringify([...MUTE])}), { timeout: 200 }).catch((error) => console.log(error.code));
    process.exit(12);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.on('data', (chunk) => {
    printed += chunk;
  });
  const [code] = await once(child, 'exit', { signal: AbortSignal.timeout(15_000) });
  expect([printed.trim(), code]).toEqual(['card-mute', 12]);
});

test('lets calls beyond the number of threads wait for their turn', async () => {
  const calls = new NativeCalls(3);
  let running = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 5));
    running--;
  };
  await Promise.all(Array.from({ length: 20 }, () => calls.run(work, { timeout: 5_000, overdue: 'card-mute' })));
  expect([most, calls.capacity]).toEqual([2, 2]);
});

test('gives up a call that found no thread in time without beginning it', async () => {
  const calls = new NativeCalls(2);
  let release = () => {};
  const first = calls.run(
    () =>
      new Promise<void>((resolve) => {
        release = resolve;
      }),
    { timeout: 5_000, overdue: 'card-mute' },
  );
  let begun = false;
  const second = calls.run(
    async () => {
      begun = true;
    },
    { timeout: 20, overdue: 'card-mute' },
  );
  expect(await failure(second)).toMatchObject({ code: 'pcsc-threads-exhausted', details: { outcome: 'not-done' } });
  release();
  await first;
  expect(begun).toBe(false);
});

test('hands the result of a call that was given up to whoever tidies up', async () => {
  const calls = new NativeCalls(2);
  let release = (_: string) => {};
  let late: unknown;
  const pending = calls.run(
    () =>
      new Promise<string>((resolve) => {
        release = resolve;
      }),
    {
      timeout: 20,
      overdue: 'card-mute',
      onLate: (result) => {
        late = result;
      },
    },
  );
  expect(await failure(pending)).toMatchObject({ code: 'card-mute', details: { outcome: 'unknown' } });
  expect(calls.long).toBe(1);
  release('handle');
  await expect.poll(() => late).toEqual({ value: 'handle' });
  expect(calls.long).toBe(0);
});

test.each([
  [undefined, 4],
  ['', 1],
  ['16', 16],
  ['0', 1],
  ['9999', 1024],
  ['x', 1],
])('reads a pool size of %j as %i', (text, size) => {
  expect(poolSize(text)).toBe(size);
});

test('refuses more commands than a queue may hold', () => {
  const turns = new Turns();
  turns.take();
  for (let count = 0; count < 256; count++) void turns.take();
  expect(() => turns.take()).toThrow(expect.objectContaining({ code: 'channel-overrun' }));
});
