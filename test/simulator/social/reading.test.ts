import { describe, expect, it } from 'vitest';
import { openCard } from '../../../src/card.ts';
import { SimulatedCard } from '../../../src/simulator/card.ts';
import { simReaders } from '../../../src/simulator/readers.ts';
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
