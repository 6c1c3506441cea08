import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../apdu/bytes.ts';
import { pcscReaders } from '../../drivers/pcsc/readers.ts';
import { ReaderPad } from '../../drivers/pinpad/part10/reader-pad.ts';
import type { Channel, Readers } from '../../drivers/reader.ts';
import { serialPorts } from '../../drivers/serial/ports.ts';
import { unitReaders } from '../../drivers/units/readers.ts';
import { openCard } from '../../src/card.ts';
import type { PadAct } from '../../src/simulator/pin-pad.ts';
import { SITE } from '../simulator/matrix/rig.ts';
import { openscTool } from './outside.ts';
import { type Service, startService, until } from './rig.ts';
import { type UnitOnPty, type UnitOnPtyOptions, unitOnPty } from './unit-on-pty.ts';

/**
 * Our emulated Gemplus unit on a pseudo-terminal, driven twice: by the system's own serial CCID driver in a real PC/SC service, and
 * by our own driver over the real serial package. Both must come to the same results.
 */

const PIN = '735190';
const NEXT = '482615';
const SELECT = '00A404000F7378312E73682EC9E7BBE1B1A3D5CF';
const NAMES = { pinpad: 'GemPCPinPad', twin: 'GemPCTwin' } as const;
type Model = keyof typeof NAMES;

interface Driver extends AsyncDisposable {
  readonly unit: UnitOnPty;
  readonly readers: Readers;
  readonly service?: Service;
}

async function outside(options: UnitOnPtyOptions & { readonly model: Model }): Promise<Driver> {
  const unit = await unitOnPty(options);
  const units = [{ name: 'Line', device: `${unit.path}:${NAMES[options.model]}` }];
  const service = await startService({ readers: 0, units });
  const readers = pcscReaders({ binding: 'koffi' });
  return {
    ...{ unit, readers, service },
    async [Symbol.asyncDispose]() {
      await readers[Symbol.asyncDispose]();
      await service[Symbol.asyncDispose]();
      await unit[Symbol.asyncDispose]();
    },
  };
}

async function ours(options: UnitOnPtyOptions & { readonly model: Model }): Promise<Driver> {
  const unit = await unitOnPty(options);
  const readers = unitReaders({ protocol: 'ccid-gemplus', ports: serialPorts(), port: unit.path });
  return {
    ...{ unit, readers },
    async [Symbol.asyncDispose]() {
      await readers[Symbol.asyncDispose]();
      await unit[Symbol.asyncDispose]();
    },
  };
}

const send = async (channel: Channel, command: string) => toHex(await channel.transmit(fromHex(command)));

/** What a card says to everybody, as text. */
async function exchanges({ readers }: Driver): Promise<string[]> {
  const channel = await readers.waitForCard({ timeout: 10_000 });
  await using card = await openCard(channel, { overlays: [SITE] });
  const told = [`${toHex(channel.atr)} ${channel.protocol}`];
  told.push(await send(channel, SELECT));
  told.push((await send(channel, '0084000008')).slice(16));
  told.push(await send(channel, '00B0850000'));
  told.push(JSON.stringify(await card.social.readBasic()));
  told.push(JSON.stringify(await card.financial.info()));
  return told;
}

/** What comes of PINs at the keys of the unit, as text. */
async function entries({ readers, unit }: Driver): Promise<string[]> {
  const channel = await readers.waitForCard({ timeout: 10_000 });
  await using card = await openCard(channel, { overlays: [SITE] });
  const pad = await ReaderPad.of(channel);
  if (pad === undefined) return ['no keys'];
  const told = [[...pad.can].join(' ')];
  const verify = { command: fromHex('0020000003FFFFFF'), blockBytes: 3, least: 6, most: 6 };
  const change = { command: fromHex('805E010007FFFFFFFFFFFFFF'), blockBytes: 3, least: 6, most: 6, oldAt: 0, newAt: 4 };
  const after = async (entry: () => Promise<unknown>, ...acts: readonly PadAct[]) => {
    await unit.act(...acts);
    told.push(JSON.stringify(await entry()));
  };
  await send(channel, SELECT);
  await after(() => pad.verify(verify), PIN);
  await after(() => pad.verify(verify), NEXT);
  await after(() => pad.verify(verify), { act: 'cancel' });
  await after(() => pad.verify(verify), { act: 'walk-away' });
  await after(() => pad.verify(verify), '7351');
  await after(() => pad.modify(change), PIN, NEXT, PIN);
  await after(() => pad.modify(change), PIN, NEXT, NEXT);
  await after(() => pad.verify(verify), NEXT);
  await after(() => card.social.pin.verifyAtReader(pad), NEXT);
  await after(() => card.social.pin.changeAtReader(pad, { weak: 'allow' }), NEXT, PIN, PIN);
  await after(() => card.social.pin.verifyAtReader(pad), NEXT);
  return told;
}

/** Digits as they are, packed, one a byte, and as text; the whole command is found with them. */
function forms(pin: string): string[] {
  const digits = [...pin];
  return [pin, digits.map((digit) => `0${digit}`).join(''), digits.map((digit) => `3${digit}`).join('')];
}

/** Where a PIN is in bytes that are written as hex; whole bytes only. */
function places(hex: string): string[] {
  return [PIN, NEXT].flatMap(forms).filter((form) => {
    for (let at = hex.indexOf(form); at >= 0; at = hex.indexOf(form, at + 1)) if (at % 2 === 0) return true;
    return false;
  });
}

const models: readonly (readonly [Model, 0 | 1, number | undefined])[] = [
  ['pinpad', 0, undefined],
  ['pinpad', 1, undefined],
  ['twin', 0, 0x95],
  ['twin', 1, 0x95],
];

describe.each(models)('an emulated %s with a card of T=%i (TA1 %s)', (model, protocol, speed) => {
  const options = { model, protocol, pin: PIN, ...(speed === undefined ? {} : { speed }) } as const;
  let system: Driver;
  let own: Driver;
  const results: { exchanges: string[]; entries: string[] } = { exchanges: [], entries: [] };

  beforeAll(async () => {
    system = await outside(options);
    own = await ours(options);
    await until('the service sees the unit', async () => (await system.readers.list()).length === 1);
  });
  afterAll(async () => {
    await own[Symbol.asyncDispose]();
    await system[Symbol.asyncDispose]();
  });

  test('answers a client in which nobody of this project wrote a line', async () => {
    const [slot] = await system.readers.list();
    const answers = await openscTool(slot?.name ?? '', [`${SELECT}00`, '0084000008', '00B0850000']);
    expect(answers.map(({ sw }) => sw)).toEqual(['9000', '9000', '6981']);
    expect(answers[0]?.data).toMatch(/^6F1C840F7378312E73682EC9E7BBE1B1A3D5CF/);
  });

  test('is read by the system driver and by ours with the same results', async () => {
    results.exchanges = await exchanges(system);
    expect(results.exchanges[0]).toMatch(new RegExp(` T=${protocol}$`));
    expect(await exchanges(own)).toEqual(results.exchanges);
    if (speed === undefined) return;
    // PPS: both agreed on the card's speed, else the unit would not hear the card.
    const request = `FF1${protocol}${speed.toString(16)}`;
    for (const { unit } of [system, own]) expect((await unit.bytes()).fromHost).toContain(request);
  });

  test('takes PINs at its keys for the system driver and for ours with the same results', async () => {
    results.entries = await entries(system);
    if (model === 'pinpad') {
      expect(results.entries).toEqual([
        'verify modify',
        '{"kind":"answered","sw":36864}',
        '{"kind":"answered","sw":25541}',
        '{"kind":"cancelled"}',
        '{"kind":"timed-out"}',
        '{"kind":"length"}',
        '{"kind":"differs"}',
        '{"kind":"answered","sw":36864}',
        '{"kind":"answered","sw":36864}',
        '{"kind":"verified"}',
        '{"kind":"changed"}',
        '{"kind":"wrong","triesLeft":5}',
      ]);
    }
    expect(await entries(own)).toEqual(results.entries);
  });

  test('shows no PIN in any byte of its line, nor in the log of the service', async () => {
    for (const { unit } of [system, own]) {
      const { fromHost, toHost } = await unit.bytes();
      expect(fromHost.length).toBeGreaterThan(100);
      expect([...places(fromHost), ...places(toHost)]).toEqual([]);
    }
    const log = system.service?.log() ?? '';
    // Every byte of the line is in it: the search is worth something.
    expect(log.replaceAll(' ', '')).toContain(SELECT);
    const lines = log.split('\n').map((line) => line.replace(/^\d+ /, ''));
    const bare = lines.map((line) => line.replaceAll(' ', ''));
    expect([PIN, NEXT].flatMap(forms).filter((form) => bare.some((line) => line.includes(form)))).toEqual([]);
  });
});
