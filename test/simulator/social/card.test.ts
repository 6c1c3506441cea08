import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../apdu/bytes.ts';
import { SscardError } from '../../../apdu/errors.ts';
import type { Waiting } from '../../../drivers/reader.ts';
import { openCard } from '../../../src/card.ts';
import { simReaders } from '../../../src/simulator/readers.ts';
import { cardOf, GOLDEN_VALUES, scriptedChannel } from './channels.ts';

describe('a card object', () => {
  it('sends nothing when it is opened', async () => {
    const channel = cardOf(GOLDEN_VALUES);
    await openCard(channel);
    expect(channel.sent).toEqual([]);
  });

  it('resets the card at the end of its block', async () => {
    const channel = cardOf(GOLDEN_VALUES);
    {
      await using card = await openCard(channel);
      expect(card.atr).toEqual(channel.atr);
    }
    expect(channel.endings).toEqual(['close reset']);
  });

  it('can be closed with another ending', async () => {
    const channel = cardOf(GOLDEN_VALUES);
    await (await openCard(channel)).close('unpower');
    expect(channel.endings).toEqual(['close unpower']);
  });

  it('fails with card-removed on every call after the card left', async () => {
    const readers = simReaders();
    const card = await openCard(await readers.waitForCard());
    await card.social.readBasic();
    readers.remove();
    readers.insert();
    await expect(card.social.readBasic()).rejects.toMatchObject({ code: 'card-removed' });
    await expect(card.social.generation()).rejects.toMatchObject({ code: 'card-removed' });
  });

  it('reads a new card in the same slot through a new object', async () => {
    const readers = simReaders();
    await openCard(await readers.waitForCard());
    readers.remove();
    readers.insert();
    await using card = await openCard(await readers.waitForCard());
    expect((await card.social.readBasic()).generation).toBe('2.0');
  });
});

describe('a reading', () => {
  it('is one transaction and leaves the card as it is', async () => {
    const channel = cardOf(GOLDEN_VALUES);
    await (await openCard(channel)).social.readBasic();
    expect(channel.endings).toEqual(['leave']);
  });

  it('that fails resets the card', async () => {
    const channel = cardOf({ ...GOLDEN_VALUES, '07': null });
    await expect((await openCard(channel)).social.readBasic()).rejects.toMatchObject({ code: 'card-refused' });
    expect(channel.endings).toEqual(['reset']);
  });

  it('does without transactions where the driver has none', async () => {
    const channel = cardOf(GOLDEN_VALUES, { lacks: ['transactions'] });
    await (await openCard(channel)).social.readBasic();
    expect(channel.endings).toEqual([]);
  });

  it('follows 6Cxx itself, once, where the reader does not', async () => {
    const channel = scriptedChannel({ answer: (command) => fromHex(command[1] === 0xa4 ? '9000' : '6C06') });
    await expect((await openCard(channel)).social.readBasic()).rejects.toMatchObject({
      code: 'chain-stalled',
      details: { step: 'read-record', place: 'SSSEEF05|03', sw: 0x6c06 },
    });
    expect(channel.sent).toHaveLength(3);
  });

  it('leaves 6Cxx to a reader that follows it', async () => {
    const answer = (command: Uint8Array) => fromHex(command[1] === 0xa4 ? '9000' : '6C06');
    const channel = scriptedChannel({ chains: true, answer });
    await expect((await openCard(channel)).social.readBasic()).rejects.toMatchObject({ code: 'card-refused' });
    expect(channel.sent).toHaveLength(2);
  });

  it('ends when an endless 61xx chain passes its limit', async () => {
    const answer = (command: Uint8Array) => fromHex(command[1] === 0xa4 ? '9000' : '6101');
    const endless = scriptedChannel({ answer });
    await expect((await openCard(endless)).social.readBasic()).rejects.toMatchObject({ code: 'chain-stalled' });
    const channel = scriptedChannel({
      answer: (command) => fromHex(command[1] === 0xa4 ? '9000' : command[1] === 0xc0 ? '006101' : '6101'),
    });
    await expect((await openCard(channel)).social.readBasic()).rejects.toBeInstanceOf(SscardError);
    expect(channel.sent.length).toBeLessThanOrEqual(66);
  });

  it('gives every command the deadline and the signal of the whole', async () => {
    const seen: (Waiting | undefined)[] = [];
    const card = cardOf(GOLDEN_VALUES);
    const channel = scriptedChannel({
      answer: (command, waiting) => {
        seen.push(waiting);
        return card.transmit(command);
      },
    });
    const { signal } = new AbortController();
    await (await openCard(channel)).social.readBasic({ timeout: 5_000, signal });
    expect(new Set(seen).size).toBe(1);
    expect(seen[0]).toMatchObject({ timeout: 5_000, signal: expect.any(AbortSignal) });
  });

  it('is bounded as a whole: many slow answers do not add up', async () => {
    const card = cardOf(GOLDEN_VALUES);
    const channel = scriptedChannel({
      answer: async (command, waiting) => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        if (waiting?.signal?.aborted) throw new SscardError('cancelled', 'aborted', { outcome: 'not-done' });
        return card.transmit(command);
      },
    });
    await expect((await openCard(channel)).social.readBasic({ timeout: 50 })).rejects.toMatchObject({
      code: 'card-mute',
    });
    expect(channel.sent.length).toBeLessThan(5);
  });

  it('shows a fault of the channel that is not ours as it is', async () => {
    const fault = new TypeError('a bug below');
    const channel = scriptedChannel({ answer: () => Promise.reject(fault) });
    await expect((await openCard(channel)).social.readBasic()).rejects.toBe(fault);
  });
});
