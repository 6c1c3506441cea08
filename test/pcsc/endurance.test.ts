import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { nativeCalls } from '../../drivers/pcsc/native-calls.ts';
import { pcscReaders } from '../../drivers/pcsc/readers.ts';
import { BINDINGS, ECHO, follow, labCard, openLab } from './lab.ts';

const descriptors = () => readdirSync('/proc/self/fd').length;

test.each(BINDINGS)(
  '%s: fifty cards in, read and out leave no descriptor, timer or thread behind',
  { timeout: 120_000 },
  async (binding) => {
    await using lab = await openLab(binding);
    await using watch = follow(lab.readers);
    const card = labCard();
    const hand = lab.insert(0, card);
    const round = async () => {
      const channel = await lab.readers.waitForCard({ timeout: 10_000 });
      expect((await channel.transmit(ECHO)).length).toBe(18);
      await channel.close();
      const from = watch.events.length;
      hand.remove();
      await watch.until(({ type }) => type === 'card-removed', from);
      hand.insert();
      await watch.until(({ type }) => type === 'card-inserted', from);
    };
    await round();
    await expect.poll(() => nativeCalls.long).toBeLessThanOrEqual(1);
    const before = descriptors();
    for (let count = 0; count < 50; count++) await round();
    process.stdout.write(`${binding}: 50 cards in, read and out\n`);
    // The service hangs up a little after us.
    await expect.poll(descriptors).toBe(before);
  },
);

test.each(BINDINGS)(
  '%s: a thousand connections, lists and waits leave no descriptor behind',
  { timeout: 120_000 },
  async (binding) => {
    await using lab = await openLab(binding);
    await (await lab.connect()).close('leave');
    await lab.readers.list();
    const before = descriptors();
    for (let count = 0; count < 250; count++) {
      await using readers = pcscReaders({ binding });
      const channel = await readers.waitForCard();
      await channel.transmit(ECHO);
      await channel.close('leave');
      await readers.list();
    }
    await expect.poll(descriptors).toBeLessThanOrEqual(before + 2);
  },
);
