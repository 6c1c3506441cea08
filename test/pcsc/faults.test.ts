import { readFile } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { describe, expect, test } from 'vitest';
import { koffiBinding } from '../../drivers/pcsc/koffi.ts';
import { nativeCalls } from '../../drivers/pcsc/native-calls.ts';
import { BINDINGS, ECHO, failure, follow, labCard, MUTE, openLab, slow, T0 } from './lab.ts';

const READY = { timeout: 10_000 };

describe.each(BINDINGS)('%s', (binding) => {
  test('tells a card that is pulled in the middle of a command, and the next one is served', async () => {
    await using lab = await openLab(binding);
    await using watch = follow(lab.readers);
    const card = labCard();
    const hand = lab.insert(0, card);
    await using channel = await lab.readers.waitForCard(READY);
    const cut = failure(channel.transmit(MUTE));
    await card.arrived();
    hand.remove();
    expect(await cut).toMatchObject({ code: 'card-removed', details: { outcome: 'unknown', place: lab.slot(0).name } });
    const after = await failure(channel.transmit(ECHO));
    expect(after).toMatchObject({ code: 'card-removed', details: { outcome: 'not-done' } });
    expect(card.seen).toEqual([MUTE]);
    await watch.until(({ type }) => type === 'card-removed');
    hand.insert();
    await using next = await lab.readers.waitForCard(READY);
    expect((await next.transmit(ECHO)).length).toBe(ECHO.length + 2);
  });

  test('tells a card that was pulled between two commands', async () => {
    await using lab = await openLab(binding);
    await using watch = follow(lab.readers);
    const hand = lab.insert(0);
    await using channel = await lab.readers.waitForCard(READY);
    await channel.transmit(ECHO);
    hand.remove();
    await watch.until(({ type }) => type === 'card-removed');
    expect(await failure(channel.transmit(ECHO))).toMatchObject({ code: 'card-removed' });
  });

  test('takes an answer that is cut in the middle for a lost card', async () => {
    await using lab = await openLab(binding);
    lab.insertCut();
    await using channel = await lab.readers.waitForCard(READY);
    expect(await failure(channel.transmit(ECHO))).toMatchObject({
      code: 'card-removed',
      details: { outcome: 'unknown' },
    });
  });

  test('ends the wait for a mute card at the deadline, while another reader and the event loop go on', async () => {
    await using lab = await openLab(binding, { readers: 2 });
    const mute = labCard();
    const hand = lab.insert(0, mute);
    await using channel = await lab.readers.waitForCard(READY);
    await using other = await lab.connect(2);
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const ended = failure(channel.transmit(MUTE, { timeout: 1_500 }));
    let exchanges = 0;
    let over = false;
    void ended.then(() => {
      over = true;
    });
    while (!over) {
      await other.transmit(ECHO);
      await readFile('/proc/self/stat');
      exchanges++;
    }
    delay.disable();
    expect(await ended).toMatchObject({ code: 'card-mute', details: { outcome: 'unknown' } });
    expect(exchanges).toBeGreaterThan(100);
    // Any call of ours that waited for the card on the main thread would show as 1,500 ms.
    expect(delay.max / 1e6).toBeLessThan(200);
    process.stdout.write(
      `${binding}: ${exchanges} exchanges beside a mute card, loop delay ${(delay.max / 1e6).toFixed(1)} ms at worst\n`,
    );
    expect(await failure(channel.transmit(ECHO))).toMatchObject({
      code: 'card-mute',
      details: { outcome: 'not-done' },
    });
    expect(nativeCalls.long).toBeGreaterThan(0);
    hand.remove();
    await expect.poll(() => nativeCalls.long).toBe(0);
  });

  test('drops the answer that comes after the deadline', async () => {
    await using lab = await openLab(binding);
    const card = labCard();
    lab.insert(0, card);
    const channel = await lab.readers.waitForCard(READY);
    expect(await failure(channel.transmit(slow(400), { timeout: 50 }))).toMatchObject({ code: 'card-mute' });
    await expect.poll(() => nativeCalls.long).toBe(0);
    expect(await failure(channel.transmit(ECHO))).toMatchObject({ code: 'card-mute' });
    await channel.close();
    await using again = await lab.readers.waitForCard(READY);
    expect((await again.transmit(ECHO)).length).toBe(ECHO.length + 2);
    expect(card.seen).toEqual([slow(400), ECHO]);
  });

  test('can be cancelled before, while waiting for a turn, and in the middle of a command', async () => {
    await using lab = await openLab(binding);
    const card = labCard();
    await using channel = await lab.connect(0, card);
    const before = await failure(channel.transmit(ECHO, { signal: AbortSignal.abort() }));
    expect(before).toMatchObject({ code: 'cancelled', details: { outcome: 'not-done' } });
    const queued = new AbortController();
    const running = new AbortController();
    const first = failure(channel.transmit(slow(500), { signal: running.signal }));
    const second = failure(channel.transmit(ECHO, { signal: queued.signal }));
    await card.arrived();
    queued.abort();
    expect(await second).toMatchObject({ code: 'cancelled', details: { outcome: 'not-done' } });
    running.abort();
    expect(await first).toMatchObject({ code: 'cancelled', details: { outcome: 'unknown' } });
    expect(card.seen).toEqual([slow(500)]);
  });

  test('notices a foreign reset, sends nothing after it, and can begin anew', async () => {
    await using lab = await openLab(binding);
    const card = labCard();
    const channel = await lab.connect(0, card, { share: 'shared' });
    const foreign = await (await koffiBinding()).connect({ name: lab.slot(0).name, state: 0, atr: T0 }, 'shared', 3);
    await channel.transmit(ECHO);
    await foreign.reconnect(1);
    await foreign.disconnect(0);
    const lost = await failure(channel.transmit(ECHO));
    expect(lost).toMatchObject({ code: 'card-reset', details: { outcome: 'not-done' } });
    expect(await failure(channel.transmit(ECHO))).toMatchObject({ code: 'card-reset' });
    expect(card.seen).toEqual([ECHO]);
    if (!channel.lacks.has('reset')) {
      await channel.reset('warm');
      expect((await channel.transmit(ECHO)).length).toBe(ECHO.length + 2);
    }
    await channel.close();
    await using again = await lab.readers.waitForCard({ ...READY, share: 'shared' });
    expect((await again.transmit(ECHO)).length).toBe(ECHO.length + 2);
  });

  test('tells a service that is killed in the middle of a command, ten times over', async () => {
    await using lab = await openLab(binding);
    const card = labCard();
    lab.insert(0, card);
    await using watch = follow(lab.readers);
    for (let kill = 0; kill < 10; kill++) {
      const channel = await lab.readers.waitForCard({ timeout: 20_000 });
      const from = watch.events.length;
      const cut = failure(channel.transmit(MUTE));
      await card.arrived();
      await lab.service.kill();
      expect(await cut).toMatchObject({ code: 'service-lost', details: { outcome: 'unknown' } });
      expect(await failure(channel.transmit(ECHO))).toMatchObject({
        code: 'service-lost',
        details: { outcome: 'not-done' },
      });
      await channel.close();
      await watch.until(({ type }) => type === 'service-lost', from);
      await lab.service.start();
      await watch.until(
        ({ type }) => type === 'card-inserted',
        watch.events.findLastIndex(({ type }) => type === 'service-lost'),
      );
    }
    process.stdout.write(`${binding}: 10 kills in a command\n`);
    expect(card.seen).toEqual(Array.from({ length: 10 }, () => MUTE));
    expect(nativeCalls.long).toBeLessThanOrEqual(1);
  });

  test('keeps a slow reader from delaying another', async () => {
    await using lab = await openLab(binding, { readers: 2 });
    await using tardy = await lab.connect(0);
    await using quick = await lab.connect(2);
    const begin = performance.now();
    const pending = tardy.transmit(slow(1_500));
    for (let count = 0; count < 20; count++) await quick.transmit(ECHO);
    expect(performance.now() - begin).toBeLessThan(1_000);
    await pending;
  });
});
