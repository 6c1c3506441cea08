import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it, vi } from 'vitest';
import { serialPorts } from '../../drivers/serial/ports.ts';
import { unitReaders } from '../../drivers/units/readers.ts';
import { SimulatedCard } from '../../src/simulator/card.ts';
import { GemplusUnit } from '../../src/simulator/units/gemplus.ts';
import { servePty } from '../../src/simulator/wire/pty.ts';
import { goldenImage } from '../simulator/golden-cards.ts';

const CYCLES = 1_000;
/** Cycles after which nothing new is loaded or compiled. */
const WARM = 100;
/** Bytes that a thousand cycles may leave behind: far below one listener or buffer each. */
const SLACK = 2 << 20;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function left() {
  collectGarbage();
  const resources = process.getActiveResourcesInfo();
  return {
    files: readdirSync('/proc/self/fd').length,
    timers: resources.filter((name) => name === 'Timeout').length,
    ttys: resources.filter((name) => name === 'TTYWrap').length,
    heap: process.memoryUsage().heapUsed,
  };
}

it('1,000 plug cycles of a unit with a card: every event in its order, nothing left behind', {
  timeout: 300_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sscard-cycles-'));
  const link = join(folder, 'unit');
  const slot = await servePty(new GemplusUnit({ card: new SimulatedCard(await goldenImage('zhang-san-2.0')) }), {
    link,
  });
  const readers = unitReaders({ protocol: 'ccid-gemplus', ports: serialPorts(), port: link });
  const stop = new AbortController();
  const events: string[] = [];
  const watching = (async () => {
    for await (const { type } of readers.watch({ signal: stop.signal })) events.push(type);
  })();
  const told = (count: number) => vi.waitUntil(() => events.length >= count, { interval: 1, timeout: 20_000 });
  await told(2);
  let before = left();
  for (let cycle = 1; cycle <= CYCLES; cycle++) {
    slot.unplug();
    await told(3 * cycle);
    slot.plugIn();
    await told(3 * cycle + 2);
    if (cycle === WARM) before = left();
  }
  const after = left();
  const one = ['reader-attached', 'card-inserted', 'reader-detached'];
  expect(events).toEqual(Array.from({ length: 3 * CYCLES + 2 }, (_, at) => one[at % 3]));
  expect(after.files).toBeLessThanOrEqual(before.files);
  expect(after.timers).toBeLessThanOrEqual(before.timers + 1);
  expect(after.ttys).toBeLessThanOrEqual(before.ttys);
  expect(after.heap).toBeLessThan(before.heap + SLACK);
  stop.abort();
  await watching;
  await readers[Symbol.asyncDispose]();
  await slot.close();
  rmSync(folder, { recursive: true, force: true });
});
