import { describe, expect, test, vi } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { decryptEcb } from '../../../src/crypto/blocks.ts';
import { emulatedPadKinds, emulatePad } from '../../../src/simulator/pads/devices.ts';
import { KmyPad } from '../../../src/simulator/pads/kmy.ts';
import type { EmulatedPad } from '../../../src/simulator/pads/pad.ts';
import { PlainPad } from '../../../src/simulator/pads/plain.ts';
import { Zt598Pad } from '../../../src/simulator/pads/zt598.ts';
import { goldenExchange, type PadHost, plugIn } from './pad-host.ts';

const PIN = '735190';
/** In ASCII, in packed digits: as they must not stand on a line of a pad that enciphers. */
const TRACES = [toHex(new TextEncoder().encode(PIN)), PIN];
const KMY_DONE = '0230313034303503';
const KMY_START = '023036333530363031303130303145324203';
const KMY_BLOCK = '0230313432343303';
const ZT_DONE = '0230303160033532';
const ZT_OPEN = '02303036363030303132033330';

/** What the golden exchange has before its person comes: keys, account, keypad. */
function prepare(name: string, pad: EmulatedPad): PadHost {
  const lines = goldenExchange(name);
  const until = lines.findIndex(({ by }) => by === 'person');
  const host = plugIn(pad);
  for (const line of lines.slice(0, until)) if (line.by === 'host') host.say(line.hex);
  return host;
}

describe('a person at a pad', () => {
  test('who types too few digits goes on', async () => {
    const pad = new KmyPad();
    using host = prepare('kmy', pad);
    await host.heard();
    pad.act('735', '190');
    host.say(KMY_START);
    await host.hears(`${KMY_DONE}2A2A2A2A2A2A0D`);
  });

  test('who types too many finds the last ones not taken', async () => {
    const pad = new KmyPad();
    using host = prepare('kmy', pad);
    await host.heard();
    pad.act('73519048');
    host.say(KMY_START);
    await host.hears(`${KMY_DONE}2A2A2A2A2A2A0D`);
  });

  test('who comes late is waited for', async () => {
    const pad = new KmyPad();
    using host = prepare('kmy', pad);
    await host.heard();
    host.say(KMY_START);
    await host.hears(KMY_DONE);
    pad.act(PIN);
    await host.hears('2A2A2A2A2A2A0D');
  });

  test('who takes back a digit that may not be taken back', async () => {
    const pad = new Zt598Pad();
    using host = prepare('zt598', pad);
    await host.heard();
    pad.act('73<5190');
    host.say('02303036363030303032033331');
    await host.hears(`${ZT_DONE}2A2A2A2A2A2A0D`);
  });

  test('has no other keys', () => {
    expect(() => new KmyPad().act('12a4')).toThrow(RangeError);
  });

  test('is not heard any more when the pad was unplugged', async () => {
    const pad = new KmyPad();
    const host = prepare('kmy', pad);
    await host.heard();
    pad.act(PIN);
    host.say(KMY_START);
    await host.hears(KMY_DONE);
    pad.detach();
    expect(await host.heard()).toBe('');
  });

  test('whose entry the host ends does not type into the next one', async () => {
    const pad = new KmyPad();
    using host = prepare('kmy', pad);
    await host.heard();
    host.say(KMY_START);
    host.say(KMY_START);
    pad.act(PIN);
    expect(await host.heard()).toBe(`${KMY_DONE}${KMY_DONE}2A2A2A2A2A2A0D`);
  });
});

describe('the PIN of an encrypting pad', () => {
  test.each([
    ['kmy', () => new KmyPad()],
    ['zt598', () => new Zt598Pad()],
    ['zt598-sm4', () => new Zt598Pad()],
  ] as const)('%s: no byte on the line has it', async (name, make) => {
    const pad = make();
    using host = plugIn(pad);
    for (const line of goldenExchange(name)) {
      if (line.by === 'person') pad.act(PIN);
      if (line.by === 'host') host.say(line.hex);
      await host.heard();
    }
    for (const trace of TRACES) expect(host.all()).not.toContain(trace);
  });

  test('is what the block gives under the working key', async () => {
    const lines = goldenExchange('kmy').filter(({ by }) => by === 'pad');
    const answer =
      lines.map((line) => ('hex' in line ? line.hex : '')).find((hex) => hex.startsWith('0230393034')) ?? '';
    const block = fromHex(Buffer.from(fromHex(answer.slice(10, -6))).toString('latin1'));
    const working = decryptEcb(
      '3DES',
      fromHex('0123456789ABCDEFFEDCBA9876543210'),
      fromHex('00112233445566778899AABBCCDDEEFF'),
    );
    const field = decryptEcb('3DES', working, block).map((byte, at) => byte ^ (fromHex('0000345678901234')[at] ?? 0));
    expect(toHex(field)).toBe(`06${PIN}FFFFFFFF`);
  });
});

describe('a pad that misbehaves on order', () => {
  test.each(emulatedPadKinds)('%s: does not hear a command', async (kind) => {
    const pad = await emulatePad(kind);
    using host = plugIn(pad);
    pad.misbehave({ kind: 'silence' });
    pad.act(PIN);
    const [ask, answered] = asking(kind);
    host.say(ask);
    expect(await host.heard()).toBe('');
    host.say(ask);
    expect(await host.heard()).toMatch(answered);
  });

  test.each(emulatedPadKinds)('%s: answers late, or not at all', async (kind) => {
    const pad = await emulatePad(kind);
    using host = plugIn(pad);
    const [ask, answered] = asking(kind);
    pad.misbehave({ kind: 'late-answer', ms: 150 });
    pad.act(PIN, PIN);
    host.say(ask);
    expect(await host.heard()).toBe('');
    await expect.poll(host.all).toMatch(answered);
    await host.heard();
    pad.misbehave({ kind: 'no-answer' });
    host.say(ask);
    expect(await host.heard()).toBe('');
  });

  test('KMY350x: a wrong check, a low battery', async () => {
    const pad = new KmyPad();
    using host = plugIn(pad);
    pad.misbehave({ kind: 'wrong-check' }, { kind: 'battery', after: 1, times: 2 });
    host.say('02303234353032343503');
    await host.hears('0230313034464103');
    host.say('02303234353032343503');
    await host.hears('0230314334433503');
    host.say(KMY_BLOCK);
    await host.hears('0230314435443403');
  });

  test('KMY350x: keys that are lost are gone', async () => {
    const pad = new KmyPad();
    using host = prepare('kmy', pad);
    await host.heard();
    pad.misbehave({ kind: 'keys-lost' });
    host.say(KMY_START);
    await host.hears('0230314235423403');
  });

  test('ZT598: a wrong check, a low battery, opened by somebody', async () => {
    const pad = new Zt598Pad();
    using host = prepare('zt598', pad);
    await host.heard();
    pad.misbehave({ kind: 'wrong-check' }, { kind: 'battery', after: 1 }, { kind: 'tampered', after: 2 });
    host.say(ZT_OPEN);
    await host.hears('0230303160033032');
    host.say(ZT_OPEN);
    await host.hears('02303031E0034432');
    host.say(ZT_OPEN);
    await host.hears('02303031DD034546');
    host.say(ZT_OPEN);
    await host.hears('02303031DD034546');
  });

  test.each([
    ['kmy', () => new KmyPad(), KMY_START],
    ['zt598', () => new Zt598Pad(), ZT_OPEN],
  ] as const)('%s: shows digits where stars are due', async (name, make, start) => {
    const pad = make();
    using host = prepare(name, pad);
    await host.heard();
    pad.misbehave({ kind: 'clear-digits' });
    pad.act('482615');
    host.say(start);
    await host.hears(`${name === 'kmy' ? KMY_DONE : ZT_DONE}3438323631350D`);
  });
});

describe('bytes on the line', () => {
  test('in any pieces, with noise before a frame', async () => {
    const pad = new KmyPad();
    using host = plugIn(pad);
    host.say('FF1503');
    for (const byte of '0230313330333103'.match(/../g) ?? []) host.say(byte);
    expect(await host.heard()).toMatch(/^02313130343442/);
  });

  test('a frame that was cut is forgotten, and the next one heard', async () => {
    vi.useFakeTimers();
    try {
      const pad = new Zt598Pad();
      using host = plugIn(pad);
      host.say('02303031');
      await vi.advanceTimersByTimeAsync(300);
      host.say('0230303149033742');
      expect(host.all()).toMatch(/^0230323360/);
    } finally {
      vi.useRealTimers();
    }
  });

  test.each(emulatedPadKinds)('%s: nothing that comes makes it fail', async (kind) => {
    const pad = await emulatePad(kind);
    using host = plugIn(pad);
    let seed = 7;
    const bytes = Uint8Array.from({ length: 50_000 }, () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return [0x02, 0x03, 0x1b, 0x30, 0x31, 0x45][seed % 9] ?? seed >> 16;
    });
    pad.receive(bytes);
    expect((await host.heard()).length).toBeLessThan(200_000);
  });
});

describe('plain keypads', () => {
  test('enter alone is an answer without a digit', async () => {
    const pad = new PlainPad({ answer: 'stx-etx' });
    using host = plugIn(pad);
    pad.act('');
    host.say('82');
    await host.hears('0203');
  });

  test('a length that the host sets', async () => {
    const pad = new PlainPad({ answer: 'fixed' });
    using host = plugIn(pad);
    pad.act('7351');
    host.say('1B4E303482');
    await host.hears('37333531');
  });

  test('a text for the display disturbs nothing', async () => {
    const pad = new PlainPad();
    using host = plugIn(pad);
    pad.act(PIN);
    host.say('1B443182830D0A82');
    await host.hears('3733353139300D');
  });

  test('cancel and walking away say nothing', async () => {
    const pad = new PlainPad();
    using host = plugIn(pad);
    pad.act({ act: 'cancel', keys: '73' });
    host.say('82');
    expect(await host.heard()).toBe('');
    pad.act({ act: 'walk-away' });
    host.say('82');
    expect(await host.heard()).toBe('');
  });
});

/** A command that every pad of this kind answers, and how the answer begins. */
function asking(kind: string): readonly [string, RegExp] {
  if (kind === 'kmy') return ['0230313330333103', /^023131/];
  return kind === 'zt598' ? ['0230303149033742', /^0230323360/] : ['82', /^3733353139300D/];
}
