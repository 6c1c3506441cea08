import { expect, test } from 'vitest';
import type { BindingName } from '../../drivers/pcsc/binding.ts';
import { koffiBinding } from '../../drivers/pcsc/koffi.ts';
import { ECHO, failure, labCard, openLab, slow, T0 } from './lab.ts';

test('keeps another program out until the transaction ends', async () => {
  await using lab = await openLab('koffi');
  const card = labCard();
  await using channel = await lab.connect(0, card, { share: 'shared' });
  const foreign = await (await koffiBinding()).connect({ name: lab.slot(0).name, state: 0, atr: T0 }, 'shared', 3);
  let theirs: Promise<unknown> = Promise.resolve();
  await channel.transaction('leave', async () => {
    theirs = foreign.transmit(new Uint8Array(ECHO));
    await channel.transmit(slow(200));
    await channel.transmit(slow(1));
  });
  await theirs;
  expect(card.seen).toEqual([slow(200), slow(1), ECHO]);
  await foreign.disconnect(0);
});

test('resets the card at the end when told to, and the channel goes on', async () => {
  await using lab = await openLab('koffi');
  const card = labCard();
  await using channel = await lab.connect(0, card, { share: 'shared' });
  const result = await channel.transaction('reset', async () => {
    await channel.transmit(ECHO);
    return 'worked';
  });
  expect(result).toBe('worked');
  expect(card.resets.warm).toBe(1);
  expect((await channel.transmit(ECHO)).length).toBe(ECHO.length + 2);
});

test('leaves the card as it is at the end when told to', async () => {
  await using lab = await openLab('koffi');
  const card = labCard();
  await using channel = await lab.connect(0, card);
  await channel.transaction('leave', () => channel.transmit(ECHO));
  expect(card.resets).toEqual({ warm: 0, cold: 1 });
});

test('resets the card when the work fails, and hands the failure on', async () => {
  await using lab = await openLab('koffi');
  const card = labCard();
  await using channel = await lab.connect(0, card);
  const broken = channel.transaction('leave', () => Promise.reject(new Error('broken')));
  await expect(broken).rejects.toThrow('broken');
  expect(card.resets.warm).toBe(1);
});

test('gives up waiting for a foreign transaction, and the channel works when it has ended', async () => {
  await using lab = await openLab('koffi');
  const card = labCard();
  await using channel = await lab.connect(0, card, { share: 'shared' });
  const foreign = await (await koffiBinding()).connect({ name: lab.slot(0).name, state: 0, atr: T0 }, 'shared', 3);
  await foreign.begin();
  const refused = await failure(channel.transaction('leave', async () => {}, { timeout: 100 }));
  expect(refused).toMatchObject({ code: 'card-in-use', details: { outcome: 'not-done' } });
  expect(await failure(channel.transmit(ECHO))).toMatchObject({ code: 'card-in-use' });
  await foreign.end(0);
  // pcsc-lite looks every 100 ms whether the card is free: then the late transaction begins and is ended again.
  await expect
    .poll(
      () =>
        channel.transmit(ECHO).then(
          ({ length }) => length,
          () => 0,
        ),
      { timeout: 5_000 },
    )
    .toBe(ECHO.length + 2);
  await channel.transaction('leave', () => channel.transmit(ECHO));
  await foreign.disconnect(0);
});

test.each(['smartcard', 'pcsclite'] as BindingName[])('%s refuses a transaction on a shared card', async (binding) => {
  await using lab = await openLab(binding);
  const card = labCard();
  await using channel = await lab.connect(0, card, { share: 'shared' });
  expect(channel.lacks.has('transactions')).toBe(true);
  expect(await failure(channel.transaction('leave', () => channel.transmit(ECHO)))).toMatchObject({
    code: 'unsupported',
  });
  expect(card.seen).toEqual([]);
});

test.each(['smartcard', 'pcsclite'] as BindingName[])(
  '%s runs the work on a card it holds exclusively',
  async (binding) => {
    await using lab = await openLab(binding);
    const card = labCard();
    await using channel = await lab.connect(0, card);
    await channel.transaction('leave', () => channel.transmit(ECHO));
    expect(card.seen).toEqual([ECHO]);
  },
);
