import { describe, expect, test } from 'vitest';
import { pcscReaders } from '../../drivers/pcsc/readers.ts';
import { BINDINGS, ECHO, failure, follow, labCard, openLab, T0, T1 } from './lab.ts';
import { requireNamespace } from './rig.ts';

describe.each(BINDINGS)('%s', (binding) => {
  test('tells first what is there, then each insertion and removal', async () => {
    await using lab = await openLab(binding);
    const { name } = lab.slot(0);
    await using watch = follow(lab.readers);
    await watch.until(({ type }) => type === 'reader-attached');
    for (let round = 0; round < 3; round++) {
      const from = watch.events.length;
      const card = lab.insert(0);
      const inserted = await watch.until(({ type }) => type === 'card-inserted', from);
      expect(inserted).toMatchObject({ slot: { name, state: 'present', atr: T0 } });
      card.remove();
      expect(await watch.until(({ type }) => type === 'card-removed', from)).toEqual({ type: 'card-removed', name });
    }
    const kinds = watch.events.map(({ type }) => type);
    const once = ['card-inserted', 'card-removed'];
    expect(kinds).toEqual(['reader-attached', 'reader-attached', ...once, ...once, ...once]);
  });

  test('tells a card that was there before', async () => {
    await using lab = await openLab(binding);
    await using _channel = await lab.connect(0);
    await using watch = follow(lab.readers);
    await watch.until(({ type }) => type === 'card-inserted');
    for (const at of [0, 1]) {
      await watch.until((event) => event.type === 'reader-attached' && event.slot.name === lab.slot(at).name);
    }
    expect(watch.events.map(({ type }) => type).sort()).toEqual([
      'card-inserted',
      'reader-attached',
      'reader-attached',
    ]);
  });

  test('notices a removal within two seconds', async () => {
    await using lab = await openLab(binding);
    const card = lab.insert(0);
    await using watch = follow(lab.readers);
    await watch.until(({ type }) => type === 'card-inserted');
    const begin = performance.now();
    card.remove();
    await watch.until(({ type }) => type === 'card-removed');
    expect(performance.now() - begin).toBeLessThan(2_000);
  });

  test('goes on after the service was killed and started again with other readers', async () => {
    await using lab = await openLab(binding, { names: ['Lab A', 'Lab B'] });
    await using watch = follow(lab.readers);
    await watch.until((event) => event.type === 'reader-attached' && event.slot.name === 'Lab B 00 01');
    await lab.service.kill();
    await watch.until(({ type }) => type === 'service-lost');
    const from = watch.events.length;
    lab.service.removeReader('Lab A');
    lab.service.addReader('Lab C');
    await lab.service.start();
    const card = lab.insert(0);
    await watch.until(({ type }) => type === 'card-inserted', from);
    card.remove();
    await watch.until(({ type }) => type === 'card-removed', from);
    const names = watch.events
      .slice(from)
      .flatMap((event) => (event.type === 'reader-attached' ? [event.slot.name] : []));
    expect(watch.events[from]).toEqual({ type: 'service-back' });
    expect(names.sort()).toEqual(['Lab B 00 00', 'Lab B 00 01', 'Lab C 00 00', 'Lab C 00 01']);
  });

  test('a wait that was begun before goes on when the service comes back', async () => {
    await using lab = await openLab(binding);
    await using watch = follow(lab.readers);
    await watch.until(({ type }) => type === 'reader-attached');
    const waiting = lab.readers.waitForCard({ timeout: 20_000 });
    await lab.service.kill();
    await watch.until(({ type }) => type === 'service-lost');
    await lab.service.start();
    lab.insert(0);
    await using channel = await waiting;
    expect((await channel.transmit(ECHO)).length).toBe(ECHO.length + 2);
  });

  test('says that no service answers, and watches until one does', async () => {
    requireNamespace();
    await using readers = pcscReaders({ binding });
    expect(await failure(readers.list())).toMatchObject({ code: 'service-unavailable' });
    expect(await failure(readers.waitForCard())).toMatchObject({ code: 'service-unavailable' });
    await using watch = follow(readers);
    await watch.until(({ type }) => type === 'service-lost');
    await using lab = await openLab(binding);
    for (const at of [0, 1]) {
      await watch.until((event) => event.type === 'reader-attached' && event.slot.name === lab.slot(at).name);
    }
    expect(watch.events.map(({ type }) => type)).toEqual([
      'service-lost',
      'service-back',
      'reader-attached',
      'reader-attached',
    ]);
  });

  test('takes the only slot with a card, and lists the choices when there are several', async () => {
    await using lab = await openLab(binding, { readers: 2 });
    await using only = await lab.connect(2, labCard(T1), { reader: 'lab b' });
    expect(only.slot).toBe('Lab B 00 00');
    await only.close();
    lab.insert(0);
    await using watch = follow(lab.readers);
    await watch.until((event) => event.type === 'card-inserted' && event.slot.name === lab.slot(0).name);
    const several = await failure(lab.readers.waitForCard());
    expect(several).toMatchObject({ code: 'reader-ambiguous' });
    expect([...((several.details?.['choices'] ?? []) as string[])].sort()).toEqual(['Lab A 00 00', 'Lab B 00 00']);
    await using left = await lab.readers.waitForCard({ except: ['Lab A 00 00'] });
    expect(left.slot).toBe('Lab B 00 00');
  });

  test('finds no reader of that name at once, and no card when the time is up', async () => {
    await using lab = await openLab(binding);
    const none = await failure(lab.readers.waitForCard({ reader: 'elsewhere' }));
    expect(none).toMatchObject({ code: 'reader-not-found' });
    expect([...((none.details?.['choices'] ?? []) as string[])].sort()).toEqual(['Lab A 00 00', 'Lab A 00 01']);
    expect(await failure(lab.readers.waitForCard({ timeout: 200 }))).toMatchObject({ code: 'no-card' });
  });

  test('finds no reader where the service has none', async () => {
    await using lab = await openLab(binding, { readers: 0 });
    expect(await lab.readers.list()).toEqual([]);
    expect(await failure(lab.readers.waitForCard())).toMatchObject({ code: 'reader-not-found' });
  });

  test('ends a wait and a watch when they are cancelled', async () => {
    await using lab = await openLab(binding);
    const stop = new AbortController();
    const waiting = failure(lab.readers.waitForCard({ signal: stop.signal }));
    const watching = (async () => {
      for await (const event of lab.readers.watch({ signal: stop.signal }))
        if (event.type === 'reader-attached') stop.abort();
      return 'ended';
    })();
    expect(await waiting).toMatchObject({ code: 'cancelled' });
    expect(await watching).toBe('ended');
    await using channel = await lab.connect(0);
    expect((await channel.transmit(ECHO)).length).toBe(ECHO.length + 2);
  });

  test.each([4, 8])('serves all slots of %i readers', async (count) => {
    await using lab = await openLab(binding, { readers: count });
    for (const at of [0, count, count * 2 - 1]) lab.insert(at, labCard(Uint8Array.of(0x3b, 0x01, at)));
    await using watch = follow(lab.readers);
    for (const at of [0, count, count * 2 - 1]) {
      await watch.until((event) => event.type === 'card-inserted' && event.slot.atr?.[2] === at);
    }
    expect(await lab.readers.list()).toHaveLength(count * 2);
    await using channel = await lab.readers.waitForCard({ reader: lab.slot(count * 2 - 1).name });
    expect(channel.atr).toEqual(Uint8Array.of(0x3b, 0x01, count * 2 - 1));
  });
});

test('chooses by alias and by whole name before parts of names', async () => {
  await using lab = await openLab('koffi', { names: ['Lab', 'Lab 00 00 Extra'] });
  await using readers = pcscReaders({ aliases: { counter: 'extra 00 01' } });
  lab.insert(0);
  lab.insert(2);
  lab.insert(3);
  await using watch = follow(lab.readers);
  for (const at of [0, 2, 3]) {
    await watch.until((event) => event.type === 'card-inserted' && event.slot.name === lab.slot(at).name);
  }
  await using byName = await readers.waitForCard({ reader: 'Lab 00 00' });
  await using byAlias = await readers.waitForCard({ reader: 'counter' });
  expect([byName.slot, byAlias.slot]).toEqual(['Lab 00 00', 'Lab 00 00 Extra 00 01']);
  expect((await readers.list()).map(({ alias }) => alias).filter(Boolean)).toEqual(['counter']);
});
