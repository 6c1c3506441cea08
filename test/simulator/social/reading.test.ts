import { describe, expect, it } from 'vitest';
import { SscardError } from '../../../apdu/errors.ts';
import { openCard } from '../../../src/card.ts';
import { SimulatedCard } from '../../../src/simulator/card.ts';
import { simReaders } from '../../../src/simulator/readers.ts';
import { scriptedKeys } from '../account/scripted.ts';
import { goldenChallenges, goldenImage } from '../golden-cards.ts';
import { meterLine } from '../line-meter.ts';
import { expectedReading, goldenHolders } from './channels.ts';

async function insert(id: string) {
  const card = new SimulatedCard(await goldenImage(id), { random: goldenChallenges(id) });
  return simReaders(undefined, { card }).waitForCard();
}

describe('a whole reading of the twin', () => {
  it.each(goldenHolders())('gives what was put on $id', async (holder) => {
    await using card = await openCard(await insert(holder.id));
    expect(await card.social.readBasic()).toEqual(expectedReading(holder));
  });

  it('can be repeated', async () => {
    await using card = await openCard(await insert('zhang-san-2.0'));
    expect(await card.social.readBasic()).toEqual(await card.social.readBasic());
  });

  it.each(goldenHolders())('tells the generation of $id', async (holder) => {
    await using card = await openCard(await insert(holder.id));
    expect(await card.social.generation()).toBe(holder.generation);
  });
});

describe('what a reading costs on the contact line', () => {
  // One SELECT of 23 bytes; a record of n bytes costs n + 8: header, procedure byte, tag and length in n, status.
  it.each([
    ['li-si-1.0', 11, 214],
    ['zhang-san-2.0', 12, 236],
    ['long-name-2.0', 13, 266],
    ['wang-wu-3.0', 7, 132],
  ])('%s: %i commands, %i bytes', async (id, commands, bytes) => {
    const { channel, count } = meterLine(await insert(id));
    await using card = await openCard(channel);
    await card.social.readBasic();
    expect(count()).toEqual({ commands, bytes });
  });
});

describe('the terminal number of a reading', () => {
  const keysOf = (terminal: () => Promise<never>) => ({ keys: scriptedKeys({ terminal }) });

  it('is left out where the PSAM fails, and that is said', async () => {
    const channel = await simReaders().waitForCard();
    const broken = () => Promise.reject(new SscardError('card-mute', 'the PSAM is broken'));
    const { terminalNumber, name, oddities } = await (await openCard(channel, keysOf(broken))).social.readBasic();
    expect({ terminalNumber, oddities }).toEqual({
      terminalNumber: null,
      oddities: [{ field: 'terminalNumber', kind: 'unavailable' }],
    });
    expect(name).not.toBeNull();
  });

  it('does not outlive the cancelling of the reading', async () => {
    const channel = await simReaders().waitForCard();
    const cancelled = () => Promise.reject(new SscardError('cancelled', 'while the PSAM was asked'));
    const reading = (await openCard(channel, keysOf(cancelled))).social.readBasic();
    await expect(reading).rejects.toMatchObject({ code: 'cancelled' });
  });
});
