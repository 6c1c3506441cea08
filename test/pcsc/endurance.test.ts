import { readdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { nativeCalls } from '../../drivers/pcsc/native-calls.ts';
import { pcscReaders } from '../../drivers/pcsc/readers.ts';
import { BINDINGS, ECHO, follow, labCard, openLab } from './lab.ts';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** Open descriptors, what only waits to be collected left aside: pcsclite closes its contexts that way. */
const descriptors = () => {
  collect();
  return readdirSync('/proc/self/fd').length;
};

/** What the number comes down to within half a second. */
async function settledDescriptors(): Promise<number> {
  let least = descriptors();
  for (let count = 0; count < 25; count++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    least = Math.min(least, descriptors());
  }
  return least;
}

const TIMES = [
  ['koffi', 50],
  ['smartcard', 15],
  ['pcsclite', 15],
] as const;

test.each(TIMES)(
  '%s: %i cards in, read and out leave no descriptor or thread behind',
  { timeout: 120_000 },
  async (binding, times) => {
    await using lab = await openLab(binding);
    await using watch = follow(lab.readers);
    const hand = lab.insert(0, labCard());
    const round = async () => {
      const channel = await lab.readers.waitForCard({ timeout: 10_000 });
      expect((await channel.transmit(ECHO)).length).toBe(ECHO.length + 2);
      await channel.close();
      const from = watch.events.length;
      hand.remove();
      await watch.until(({ type }) => type === 'card-removed', from);
      hand.insert();
      await watch.until(({ type }) => type === 'card-inserted', from);
    };
    await round();
    const before = await settledDescriptors();
    for (let count = 0; count < times; count++) await round();
    process.stdout.write(`${binding}: ${times} cards in, read and out\n`);
    // The service hangs up a little after us.
    await expect.poll(descriptors).toBeLessThanOrEqual(before);
    expect(nativeCalls.long).toBeLessThanOrEqual(1);
  },
);

test.each(BINDINGS)(
  '%s: 250 connections, waits and lists leave no descriptor behind',
  { timeout: 120_000 },
  async (binding) => {
    await using lab = await openLab(binding);
    await (await lab.connect()).close('leave');
    await lab.readers.list();
    const before = await settledDescriptors();
    for (let count = 0; count < 250; count++) {
      await using readers = pcscReaders({ binding });
      const channel = await readers.waitForCard();
      await channel.transmit(ECHO);
      await channel.close('leave');
      await readers.list();
    }
    // pcsclite's contexts wait for the collector: 500 were made, and far fewer than the service allows may be left.
    await expect.poll(descriptors).toBeLessThanOrEqual(before + (binding === 'pcsclite' ? 24 : 0));
  },
);
