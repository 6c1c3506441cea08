import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { ReaderPad } from '../../../drivers/pinpad/part10/reader-pad.ts';
import { unitReaders } from '../../../drivers/units/readers.ts';
import { GemplusUnit } from '../../../src/simulator/units/gemplus.ts';
import { memoryPorts } from '../../../src/simulator/wire/memory.ts';
import type { WireDevice } from '../../../src/simulator/wire/wire.ts';
import { failure } from './ccid-rig.ts';
import { scripted, scriptedT1 } from './host.ts';

const VERIFY = { command: fromHex('0020000003FFFFFF'), blockBytes: 3, least: 6, most: 6 };
const CHANGE = { ...VERIFY, command: fromHex('0024000006FFFFFFFFFFFF'), oldAt: 0, newAt: 3 };
const ANSWERS = {
  '0020000003123456': '9000',
  '0020000003735190': '63C2',
  '0024000006123456735190': '9000',
  '0084000008': '11223344556677889000',
};

/** The device, and all that goes over its line. */
function overheard(device: WireDevice) {
  const bytes: string[] = [];
  const heard: WireDevice = {
    line: device.line,
    attach: (wire) =>
      device.attach({
        send: (sent) => {
          bytes.push(toHex(sent));
          wire.send(sent);
        },
        setSpeed: (baud) => wire.setSpeed(baud),
        unplug: () => wire.unplug(),
      }),
    receive: (sent) => {
      bytes.push(toHex(sent));
      device.receive(sent);
    },
    detach: () => device.detach(),
  };
  return { heard, bytes };
}

async function counter(card: ReturnType<typeof scripted>) {
  const unit = new GemplusUnit({ card }, { model: 'pinpad' });
  const { heard, bytes } = overheard(unit);
  const readers = unitReaders({ protocol: 'ccid-gemplus', ports: memoryPorts(heard), port: 'memory' });
  const channel = await readers.waitForCard();
  const pad = (await ReaderPad.of(channel)) as ReaderPad;
  return { unit, bytes, channel, pad, readers };
}

describe.each([
  ['T=0', scripted],
  ['T=1', scriptedT1],
] as const)('the keys of a unit on a serial line, with a card of %s', (protocol, make) => {
  it('give the PIN to the card, and to nobody else', async () => {
    const card = make(ANSWERS);
    const { unit, bytes, channel, pad, readers } = await counter(card);
    await using _readers = readers;
    expect(channel.protocol).toBe(protocol);
    expect([...pad.can]).toEqual(['verify', 'modify']);
    unit.act('123456', '735190', '123456', '735190', '735190');
    expect(await pad.verify(VERIFY)).toEqual({ kind: 'answered', sw: 0x9000 });
    expect(await pad.verify(VERIFY)).toEqual({ kind: 'answered', sw: 0x63c2 });
    expect(await pad.modify(CHANGE)).toEqual({ kind: 'answered', sw: 0x9000 });
    expect(toHex(await channel.transmit(fromHex('0084000008')))).toBe('11223344556677889000');
    expect(card.log.filter((one) => one !== 'on')).toEqual(Object.keys(ANSWERS));
    const all = bytes.join('|');
    for (const pin of ['123456', '735190', toHex(Buffer.from('123456')), toHex(Buffer.from('735190'))])
      expect(all).not.toContain(pin);
  });

  it('tell what the person did, and nothing of it to the card', async () => {
    const card = make(ANSWERS);
    const { unit, pad, channel, readers } = await counter(card);
    await using _readers = readers;
    unit.act({ act: 'cancel' }, { act: 'walk-away' });
    expect(await pad.verify(VERIFY)).toEqual({ kind: 'cancelled' });
    expect(await pad.verify(VERIFY)).toEqual({ kind: 'timed-out' });
    expect(toHex(await channel.transmit(fromHex('0084000008')))).toBe('11223344556677889000');
    expect(card.log.filter((one) => one !== 'on')).toEqual(['0084000008']);
  });

  it('let the person go when the caller has had enough, and serve the next card', async () => {
    const card = make(ANSWERS);
    const { unit, pad, channel, readers } = await counter(card);
    await using _readers = readers;
    const abort = new AbortController();
    const entry = pad.verify(VERIFY, { signal: abort.signal });
    setTimeout(() => abort.abort(), 30);
    expect(await failure(entry)).toEqual(['cancelled', 'unknown']);
    await channel.close();
    const next = await readers.waitForCard();
    unit.act('123456');
    expect(await ((await ReaderPad.of(next)) as ReaderPad).verify(VERIFY)).toEqual({ kind: 'answered', sw: 0x9000 });
  });
});

describe('a unit without keys', () => {
  it('says that it has none', async () => {
    const ports = memoryPorts(new GemplusUnit({ card: scripted() }));
    await using readers = unitReaders({ protocol: 'ccid-gemplus', ports, port: 'memory' });
    expect(await ReaderPad.of(await readers.waitForCard())).toBeUndefined();
  });

  it('has them where the caller says so', async () => {
    const ports = memoryPorts(new GemplusUnit({ card: scripted() }));
    const options = new Map([['pinpad', 'yes']]);
    await using readers = unitReaders({ protocol: 'ccid-gemplus', ports, port: 'memory', options });
    const pad = await ReaderPad.of(await readers.waitForCard());
    expect(await failure(pad?.verify(VERIFY))).toEqual(['unit-refused', 'not-done']);
  });
});
