import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../apdu/bytes.ts';
import type { Channel, ReaderEvent } from '../../drivers/reader.ts';
import { type Fault, withFaults } from '../../src/simulator/faults.ts';
import { simReaders } from '../../src/simulator/readers.ts';
import { poweredCard, SELECT_SSSE } from './cards.ts';

const READ_VERSION = fromHex('00B2032806');
const fails = (code: string, outcome?: string) =>
  expect.objectContaining({
    code,
    ...(outcome === undefined ? {} : { details: expect.objectContaining({ outcome }) }),
  });

async function faulty(...faults: Fault[]) {
  const readers = simReaders(undefined, { card: withFaults(await poweredCard(), faults) });
  return { readers, channel: await readers.waitForCard() };
}

async function send(channel: Channel, ...commands: string[]): Promise<string[]> {
  const answers: string[] = [];
  for (const command of commands) answers.push(toHex(await channel.transmit(fromHex(command))));
  return answers;
}

describe('the simulated reader', () => {
  it('lists its slot with the card in it', async () => {
    const [slot] = await simReaders().list();
    expect(slot).toMatchObject({ name: 'Simulated reader', kind: 'card', state: 'present' });
    expect(slot?.atr?.length).toBe(17);
  });

  it('lists an empty slot without an ATR', async () => {
    expect(await simReaders(undefined, { inserted: false }).list()).toEqual([
      { name: 'Simulated reader', kind: 'card', interface: 'contact', state: 'empty' },
      expect.objectContaining({ name: 'Simulated PSAM', state: 'present' }),
    ]);
  });

  it('says that a channel is open', async () => {
    const readers = simReaders();
    await using channel = await readers.waitForCard();
    expect(await readers.list()).toMatchObject([{ name: channel.slot, inUse: 'exclusive' }, { kind: 'sam' }]);
  });

  it('hands on 61xx: the caller follows it', async () => {
    await using channel = await simReaders().waitForCard();
    expect([channel.chains, await send(channel, SELECT_SSSE)]).toEqual([false, ['611E']]);
  });

  it('does not send the Le of a case 4 command', async () => {
    await using channel = await simReaders().waitForCard();
    expect(await send(channel, `${SELECT_SSSE}00`)).toEqual(['611E']);
  });

  it('gives one channel at a time', async () => {
    const readers = simReaders();
    const first = await readers.waitForCard();
    await expect(readers.waitForCard()).rejects.toThrow(fails('card-in-use'));
    await first.close();
    await expect(readers.waitForCard()).resolves.toBeDefined();
  });

  it.each([
    ['part of the name', { reader: 'simul' }, undefined],
    ['another name', { reader: 'acme' }, 'reader-not-found'],
    ['its own name left aside', { except: ['Simulated reader'] }, 'reader-not-found'],
    ['T=1', { protocols: ['T=1'] as const }, 'card-unresponsive'],
  ])('is asked for by %s', async (_, options, code) => {
    const opened = simReaders().waitForCard(options);
    if (code === undefined) await expect(opened).resolves.toBeDefined();
    else await expect(opened).rejects.toThrow(fails(code));
  });
});

describe('waiting for a card', () => {
  it('ends when the card is put in', async () => {
    const readers = simReaders(undefined, { inserted: false });
    const waiting = readers.waitForCard();
    readers.insert();
    await expect(waiting).resolves.toBeDefined();
  });

  it('ends when time is up', async () => {
    const readers = simReaders(undefined, { inserted: false });
    await expect(readers.waitForCard({ timeout: 10 })).rejects.toThrow(fails('no-card'));
  });

  it('ends when it is cancelled', async () => {
    const stop = new AbortController();
    const waiting = simReaders(undefined, { inserted: false }).waitForCard({ signal: stop.signal });
    stop.abort();
    await expect(waiting).rejects.toThrow(fails('cancelled'));
  });
});

describe('watching', () => {
  const empty = { inserted: false, psam: null };

  async function watched(act: (readers: ReturnType<typeof simReaders>) => void, count: number) {
    const readers = simReaders();
    const stop = new AbortController();
    const events: ReaderEvent['type'][] = [];
    for await (const event of readers.watch({ signal: stop.signal })) {
      events.push(event.type);
      if (events.length === 4) act(readers);
      if (events.length === count) stop.abort();
    }
    return events;
  }

  it('starts with what is there', async () => {
    expect(await watched(() => {}, 4)).toEqual([
      'reader-attached',
      'card-inserted',
      'reader-attached',
      'card-inserted',
    ]);
  });

  it('loses no move, however fast they follow', async () => {
    const act = (readers: ReturnType<typeof simReaders>) => {
      for (let i = 0; i < 50; i++) {
        readers.remove();
        readers.insert();
      }
    };
    const events = await watched(act, 104);
    expect(events.slice(4)).toEqual(Array.from({ length: 50 }, () => ['card-removed', 'card-inserted']).flat());
  });

  it('ends while it waits', async () => {
    const stop = new AbortController();
    const events = simReaders(undefined, empty).watch({ signal: stop.signal })[Symbol.asyncIterator]();
    for (let slot = 0; slot < 2; slot++) await events.next();
    const waiting = events.next();
    stop.abort();
    expect(await waiting).toEqual({ done: true, value: undefined });
  });

  it('ends when the readers are disposed of', async () => {
    const readers = simReaders(undefined, empty);
    const events = readers.watch()[Symbol.asyncIterator]();
    for (let slot = 0; slot < 2; slot++) await events.next();
    const waiting = events.next();
    await readers[Symbol.asyncDispose]();
    expect((await waiting).done).toBe(true);
  });
});

describe('a channel and its insertion', () => {
  it('is over when the card leaves, and stays so when a card comes', async () => {
    const readers = simReaders();
    const channel = await readers.waitForCard();
    readers.remove();
    readers.insert();
    await expect(channel.transmit(READ_VERSION)).rejects.toThrow(fails('card-removed', 'not-done'));
    await expect(channel.transaction('leave', async () => 0)).rejects.toThrow(fails('card-removed'));
    await expect(channel.reset('warm')).rejects.toThrow(fails('card-removed'));
    await expect(readers.waitForCard()).resolves.toBeDefined();
  });

  it('is over when it is closed', async () => {
    const channel = await simReaders().waitForCard();
    await channel.close();
    await channel.close();
    await expect(channel.transmit(READ_VERSION)).rejects.toThrow(fails('card-removed'));
  });

  it('leaves no selection behind', async () => {
    const readers = simReaders();
    const first = await readers.waitForCard();
    await send(first, SELECT_SSSE);
    await first.close('leave');
    expect(await send(await readers.waitForCard(), '00B2032806')).toEqual(['6A82']);
  });

  it.each([
    ['leave', '0304322E30309000'],
    ['reset', '6A82'],
    ['unpower', '6A82'],
  ] as const)('a transaction that ends with %s', async (ending, answer) => {
    await using channel = await simReaders().waitForCard();
    await channel.transaction(ending, () => send(channel, SELECT_SSSE));
    expect(await send(channel, '00B2032806')).toEqual([answer]);
  });

  it('a transaction that fails resets the card', async () => {
    await using channel = await simReaders().waitForCard();
    const failing = channel.transaction('leave', async () => {
      await send(channel, SELECT_SSSE);
      throw new Error('work');
    });
    await expect(failing).rejects.toThrow('work');
    expect(await send(channel, '00B2032806')).toEqual(['6A82']);
  });

  it('a transaction that ends with eject takes the card out', async () => {
    const readers = simReaders();
    const channel = await readers.waitForCard();
    await channel.transaction('eject', async () => {});
    expect(await readers.list()).toMatchObject([{ state: 'empty' }, { kind: 'sam' }]);
  });

  it.each(['warm', 'cold'] as const)('a %s reset gives the ATR and drops the selection', async (kind) => {
    await using channel = await simReaders().waitForCard();
    await send(channel, SELECT_SSSE);
    expect(await channel.reset(kind)).toEqual(channel.atr);
    expect(await send(channel, '00B2032806')).toEqual(['6A82']);
  });

  it('says what it lacks', async () => {
    await using channel = await simReaders().waitForCard();
    await expect(channel.control(1, new Uint8Array())).rejects.toThrow(fails('unsupported'));
    await expect(channel.attribute(1)).rejects.toThrow(fails('unsupported'));
    expect([...channel.lacks].sort()).toEqual(['attributes', 'control', 'shared']);
  });

  it('carries commands in the order of the calls', async () => {
    await using channel = await simReaders().waitForCard();
    const [selected, version] = await Promise.all([
      channel.transmit(fromHex(SELECT_SSSE)),
      channel.transmit(READ_VERSION),
    ]);
    expect([toHex(selected), toHex(version)]).toEqual(['611E', '0304322E30309000']);
  });

  it('sends nothing once the signal is aborted', async () => {
    await using channel = await simReaders().waitForCard();
    const aborted = channel.transmit(READ_VERSION, { signal: AbortSignal.abort() });
    await expect(aborted).rejects.toThrow(fails('cancelled', 'not-done'));
  });
});

describe('faults on order', () => {
  it('the card is pulled before a command', async () => {
    const { readers, channel } = await faulty({ kind: 'removed-before', command: 2 });
    expect(await send(channel, SELECT_SSSE)).toEqual(['611E']);
    await expect(channel.transmit(READ_VERSION)).rejects.toThrow(fails('card-removed', 'not-done'));
    expect(await readers.list()).toMatchObject([{ state: 'empty' }, { kind: 'sam' }]);
  });

  it('the card is pulled before the answer: the try is spent, nobody knows', async () => {
    const card = await poweredCard();
    const readers = simReaders(undefined, { card: withFaults(card, [{ kind: 'removed-after', command: 2 }]) });
    const channel = await readers.waitForCard();
    await send(channel, SELECT_SSSE);
    const lost = channel.transmit(fromHex('0020000003735190'));
    await expect(lost).rejects.toThrow(fails('card-removed', 'unknown'));
    expect(card.image().pin.triesLeft).toBe(5);
  });

  it('another program resets the card: the command is not sent, rights are gone', async () => {
    const { channel } = await faulty({ kind: 'reset', command: 2 });
    await send(channel, SELECT_SSSE);
    await expect(channel.transmit(READ_VERSION)).rejects.toThrow(fails('card-reset', 'not-done'));
    expect(await send(channel, '00B2032806')).toEqual(['6A82']);
  });

  it('something else arrives in place of the answer', async () => {
    const { channel } = await faulty(
      { kind: 'answer', command: 1, answer: fromHex('6F00') },
      { kind: 'answer', command: 2, answer: (real) => real.slice(1) },
    );
    expect(await send(channel, SELECT_SSSE, '00B2032806')).toEqual(['6F00', '04322E30309000']);
  });

  it('an answer without a status word is a card that is gone', async () => {
    const { channel } = await faulty({ kind: 'answer', command: 1, answer: fromHex('90') });
    await expect(channel.transmit(READ_VERSION)).rejects.toThrow(fails('card-removed', 'unknown'));
  });

  it('a mute card is ended by the deadline, and the channel is dead', async () => {
    const { channel } = await faulty({ kind: 'mute', command: 1 });
    await expect(channel.transmit(READ_VERSION, { timeout: 10 })).rejects.toThrow(fails('card-mute', 'unknown'));
    await expect(channel.transmit(READ_VERSION)).rejects.toThrow(fails('card-mute', 'not-done'));
  });

  it('a wait for a mute card can be cancelled', async () => {
    const { readers, channel } = await faulty({ kind: 'mute', command: 1 });
    const stop = new AbortController();
    const waiting = channel.transmit(READ_VERSION, { signal: stop.signal });
    setTimeout(() => stop.abort(), 10);
    await expect(waiting).rejects.toThrow(fails('cancelled', 'unknown'));
    await channel.close();
    expect(await send(await readers.waitForCard(), SELECT_SSSE)).toEqual(['611E']);
  });
});
