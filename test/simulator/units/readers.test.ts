import { afterEach, describe, expect, it, vi } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import type { SscardError } from '../../../apdu/errors.ts';
import type { ReaderEvent, Readers } from '../../../drivers/reader.ts';
import { type UnitReadersOptions, unitReaders } from '../../../drivers/units/readers.ts';
import type { VirtualCard } from '../../../src/simulator/readers.ts';
import { GemplusUnit } from '../../../src/simulator/units/gemplus.ts';
import { type MemoryPorts, memoryPorts } from '../../../src/simulator/wire/memory.ts';
import { scripted } from './host.ts';

const CHALLENGE = fromHex('0084000008');
const ANSWER = '11223344556677889000';
const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one[Symbol.asyncDispose]();
});

interface Rig {
  readonly card: VirtualCard & { log: string[] };
  readonly unit: GemplusUnit;
  readonly ports: MemoryPorts;
  readonly readers: Readers;
}

function rig(options: Partial<UnitReadersOptions> & { inserted?: boolean; sam?: boolean } = {}): Rig {
  const { inserted = true, sam = true, ...more } = options;
  const card = scripted();
  const seats = { ...(inserted && { card }), ...(sam && { sams: [scripted()] }) };
  const unit = new GemplusUnit(seats, { model: 'pos-pro' });
  const ports = memoryPorts(unit);
  const readers = unitReaders({ protocol: 'ccid-gemplus', ports, port: 'memory', ...more });
  open.push(readers);
  return { card, unit, ports, readers };
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'none',
    ({ code }: SscardError) => code,
  );

/** The events of a watch, as they come. */
function watched(readers: Readers): { readonly events: string[]; stop(): Promise<void> } {
  const events: string[] = [];
  const abort = new AbortController();
  const run = (async () => {
    for await (const event of readers.watch({ signal: abort.signal })) events.push(short(event));
  })();
  return {
    events,
    async stop() {
      abort.abort();
      await run;
    },
  };
}

function short(event: ReaderEvent): string {
  if ('slot' in event) return `${event.type} ${event.slot.name}`;
  return 'name' in event ? `${event.type} ${event.name}` : event.type;
}

const UNIT = 'memory ccid-gemplus';

describe('a unit as readers', () => {
  it('lists its slots: what is in them, where that can be told; a SAM socket is given power to see', async () => {
    const { readers } = rig();
    const slots = await readers.list();
    expect(slots.map(({ name, kind, state }) => [name, kind, state])).toEqual([
      [UNIT, 'card', 'present'],
      [`${UNIT} SAM 1`, 'sam', 'present'],
      [`${UNIT} SAM 2`, 'sam', 'empty'],
      [`${UNIT} SAM 3`, 'sam', 'empty'],
      [`${UNIT} SAM 4`, 'sam', 'empty'],
    ]);
    expect(toHex(slots[1]?.atr ?? new Uint8Array())).toBe('3B6800000073C84000009000');
  });

  it('connects to the card, and carries commands', async () => {
    const { readers } = rig();
    const channel = await readers.waitForCard();
    expect([channel.slot, channel.protocol, toHex(channel.atr)]).toEqual([UNIT, 'T=0', '3B6800000073C84000009000']);
    expect(toHex(await channel.transmit(CHALLENGE))).toBe(ANSWER);
  });

  it('connects to a SAM socket by its name', async () => {
    const { readers } = rig();
    const channel = await readers.waitForCard({ reader: 'SAM 1' });
    expect(channel.slot).toBe(`${UNIT} SAM 1`);
    expect(await codeOf(readers.waitForCard({ reader: 'SAM 2', timeout: 50 }))).toBe('no-card');
  });

  it('has card and PSAM open at the same time, their commands in turn', async () => {
    const { readers } = rig();
    const [card, psam] = [await readers.waitForCard(), await readers.waitForCard({ reader: 'SAM 1' })];
    const answers = await Promise.all([1, 2, 3].flatMap(() => [card.transmit(CHALLENGE), psam.transmit(CHALLENGE)]));
    expect(answers.map(toHex)).toEqual(Array(6).fill(ANSWER));
  });

  it('has one connection to a card at a time', async () => {
    const { readers } = rig();
    const channel = await readers.waitForCard();
    expect(await codeOf(readers.waitForCard())).toBe('card-in-use');
    expect((await readers.list())[0]?.inUse).toBe('exclusive');
    await channel.close();
    await (await readers.waitForCard()).close();
  });

  it('is only the slot that is named', async () => {
    const { readers } = rig({ slot: 1 });
    expect((await readers.list()).map(({ name }) => name)).toEqual([`${UNIT} SAM 1`]);
    expect((await readers.waitForCard()).slot).toBe(`${UNIT} SAM 1`);
  });

  it.each([
    ['a slot that is none', { slot: 9 }, 'reader-not-found'],
    ['a protocol that is none', { protocol: 'morse' }, 'unit-unknown'],
    ['a port that is none', { port: 'nowhere' }, 'port-not-found'],
  ])('%s', async (_, options, code) => {
    const { readers } = rig(options);
    expect(await codeOf(readers.list())).toBe(code);
    expect(await codeOf(readers.waitForCard())).toBe(code);
  });

  it('a name that is none lists the choices', async () => {
    const { readers } = rig();
    expect(await codeOf(readers.waitForCard({ reader: 'nobody' }))).toBe('reader-not-found');
  });

  it('leaves slots aside that it is told to', async () => {
    const { readers } = rig();
    expect(await codeOf(readers.waitForCard({ except: [UNIT] }))).toBe('reader-not-found');
    expect(await codeOf(readers.waitForCard({ interface: 'contactless' }))).toBe('reader-not-found');
  });
});

describe('who waits for a card', () => {
  it('gets it when it comes', async () => {
    const { readers, unit, card } = rig({ inserted: false });
    const waiting = readers.waitForCard();
    setTimeout(() => unit.insert(card), 20);
    expect(toHex(await (await waiting).transmit(CHALLENGE))).toBe(ANSWER);
  });

  it('gives up when the time is over', async () => {
    const { readers } = rig({ inserted: false });
    expect(await codeOf(readers.waitForCard({ timeout: 50 }))).toBe('no-card');
  });

  it('in one slot does not ask again and again because another has a card', async () => {
    const { readers, card } = rig({ take: 2 });
    await readers.list();
    const asked = vi.spyOn(card, 'powerOn');
    const before = performance.now();
    expect(await codeOf(readers.waitForCard({ timeout: 100 }))).toBe('no-card');
    expect(performance.now() - before).toBeGreaterThanOrEqual(99);
    expect(asked).not.toHaveBeenCalled();
  });

  it('gives up when told to', async () => {
    const { readers } = rig({ inserted: false });
    const abort = new AbortController();
    const waiting = readers.waitForCard({ signal: abort.signal });
    setTimeout(() => abort.abort(), 20);
    expect(await codeOf(waiting)).toBe('cancelled');
  });

  it('is told when the readers are given back', async () => {
    const { readers } = rig({ inserted: false });
    const waiting = readers.waitForCard();
    setTimeout(() => void readers[Symbol.asyncDispose](), 20);
    expect(await codeOf(waiting)).toBe('cancelled');
    expect(await codeOf(readers.list())).toBe('channel-closed');
  });

  it('gets the card of a unit that was unplugged meanwhile', async () => {
    const { readers, ports, unit, card } = rig({ inserted: false });
    const waiting = readers.waitForCard();
    await vi.waitUntil(() => readers.mover === undefined);
    setTimeout(() => ports.unplug(), 20);
    setTimeout(() => {
      ports.plugIn();
      unit.insert(card);
    }, 60);
    expect(toHex(await (await waiting).transmit(CHALLENGE))).toBe(ANSWER);
  });
});

describe('a connection', () => {
  it('ends when its card is pulled, and another insertion is another connection', async () => {
    const { readers, unit } = rig();
    const channel = await readers.waitForCard();
    unit.remove();
    expect(await codeOf(channel.transmit(CHALLENGE))).toBe('card-removed');
    unit.insert();
    expect(await codeOf(channel.transmit(CHALLENGE))).toBe('card-removed');
    await channel.close();
    expect(toHex(await (await readers.waitForCard()).transmit(CHALLENGE))).toBe(ANSWER);
  });

  it('ends when the unit is unplugged', async () => {
    const { readers, ports } = rig();
    const channel = await readers.waitForCard();
    ports.unplug();
    expect(await codeOf(channel.transmit(CHALLENGE))).toBe('reader-lost');
    await channel.close();
    ports.plugIn();
    expect(toHex(await (await readers.waitForCard()).transmit(CHALLENGE))).toBe(ANSWER);
  });

  it('takes power from the card when it is closed, so that no right is left', async () => {
    const { readers, card } = rig();
    const channel = await readers.waitForCard();
    await channel.close();
    expect(card.log.at(-1)).toBe('off');
    expect(await codeOf(channel.transmit(CHALLENGE))).toBe('channel-closed');
    await channel.close();
  });

  it('leaves the card as it is where that is wanted', async () => {
    const { readers, card } = rig();
    const channel = await readers.waitForCard();
    const before = card.log.length;
    await channel.close('leave');
    expect(card.log.length).toBe(before);
  });

  it('resets the card after a transaction that failed, or that earned a right', async () => {
    const { readers, card } = rig();
    const channel = await readers.waitForCard();
    const resets = () => card.log.filter((line) => line === 'on').length;
    const before = resets();
    await channel.transaction('leave', async () => {});
    expect(resets()).toBe(before);
    await channel.transaction('reset', async () => {});
    expect(resets()).toBe(before + 1);
    await channel.transaction('leave', () => Promise.reject(new Error('no'))).catch(() => {});
    expect(resets()).toBe(before + 2);
    expect(toHex(await channel.reset('cold'))).toBe('3B6800000073C84000009000');
  });

  it('refuses what is no command, unsent', async () => {
    const { readers } = rig();
    const channel = await readers.waitForCard();
    await expect(channel.transmit(Uint8Array.of(0))).rejects.toMatchObject({
      code: 'command-malformed',
      details: { outcome: 'not-done' },
    });
    expect(await codeOf(channel.attribute(1))).toBe('unsupported');
  });

  it('keeps no copy of a command', async () => {
    const { readers } = rig();
    const channel = await readers.waitForCard();
    const command = CHALLENGE.slice();
    const sending = channel.transmit(command);
    command.fill(0xee);
    expect(toHex(await sending)).toBe(ANSWER);
  });
});

describe('who watches', () => {
  it('is told what is there, and every change', async () => {
    const { readers, unit } = rig({ sam: false, slot: 0 });
    const { events, stop } = watched(readers);
    await vi.waitUntil(() => events.length === 2);
    unit.remove();
    await vi.waitUntil(() => events.length === 3);
    unit.insert();
    await vi.waitUntil(() => events.length === 4);
    await stop();
    const [attached, inserted] = [`reader-attached ${UNIT}`, `card-inserted ${UNIT}`];
    expect(events).toEqual([attached, inserted, `card-removed ${UNIT}`, inserted]);
  });

  it('is told of a card that is pulled while somebody works with it', async () => {
    const { readers, unit } = rig({ slot: 0 });
    const { events, stop } = watched(readers);
    const channel = await readers.waitForCard();
    unit.remove();
    await vi.waitUntil(() => events.at(-1) === `card-removed ${UNIT}`);
    expect(await codeOf(channel.transmit(CHALLENGE))).toBe('card-removed');
    await stop();
  });

  it('is told of a unit that goes and comes back, card and all', async () => {
    const { readers, ports } = rig({ slot: 0 });
    const { events, stop } = watched(readers);
    await vi.waitUntil(() => events.length === 2);
    ports.unplug();
    await vi.waitUntil(() => events.length === 3);
    ports.plugIn();
    await vi.waitUntil(() => events.length === 5);
    await stop();
    const [attached, inserted] = [`reader-attached ${UNIT}`, `card-inserted ${UNIT}`];
    expect(events).toEqual([attached, inserted, `reader-detached ${UNIT}`, attached, inserted]);
  });

  it('is told of a unit that comes later', async () => {
    const { readers, ports } = rig({ slot: 0 });
    ports.unplug();
    const { events, stop } = watched(readers);
    await vi.waitUntil(() => events.length === 0);
    ports.plugIn();
    await vi.waitUntil(() => events.length === 2);
    await stop();
  });

  it('is one of several, and all are told the same', async () => {
    const { readers, unit } = rig({ slot: 0 });
    const [one, two] = [watched(readers), watched(readers)];
    await vi.waitUntil(() => one.events.length === 2 && two.events.length === 2);
    unit.remove();
    await vi.waitUntil(() => one.events.length === 3 && two.events.length === 3);
    await one.stop();
    await two.stop();
    expect(one.events).toEqual(two.events);
  });
});
