import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { VirtualCard } from '../../../src/simulator/readers.ts';
import { type Crt02Options, Crt02Unit } from '../../../src/simulator/units/crt-02.ts';
import { ATR, plugIn, scripted, scriptedT1, vectors, xor } from './host.ts';

const s2 = vectors('crt-02');
const at = (id: string) => s2.get(id) ?? '';
const frame = (text: string) => {
  const body = `02${(text.length / 2).toString(16).padStart(4, '0')}${text}03`.toUpperCase();
  return `${body}${xor(body)}`;
};

function plugged(seats: { card?: VirtualCard; sams?: (VirtualCard | undefined)[] } = {}, options: Crt02Options = {}) {
  const unit = new Crt02Unit(seats, options);
  const host = plugIn(unit);
  /** Frame, acknowledgement, ENQ, answer. */
  const say = async (hex: string) => {
    expect(await host.say(hex)).toBe('06');
    return host.say('05');
  };
  return { unit, host, say, ask: (text: string) => say(frame(text)) };
}

async function powered(card: VirtualCard = scripted()) {
  const all = plugged({ card });
  await all.say(at('s2-09'));
  await all.say(at('s2-10'));
  return all;
}

describe('the emulated 02 unit, byte for byte as published', () => {
  it('is reset when it is asked to by ENQ (s2-01 to s2-04)', async () => {
    const { host } = plugged();
    expect(await host.say(at('s2-01'))).toBe(at('s2-02'));
    expect(await host.say(at('s2-03'))).toBe(at('s2-04'));
  });

  it('tells its state (s2-05, s2-06)', async () => {
    const { say } = plugged({ card: scripted() });
    expect(await say(at('s2-09'))).toBe(frame('322F59'));
    expect(await say(at('s2-05'))).toBe(at('s2-06'));
  });

  it('tells the type of the card (s2-07, s2-08)', async () => {
    const { say } = await powered();
    expect(await say(at('s2-07'))).toBe(at('s2-08'));
  });

  it('resets a card with T=0 (s2-10, s2-11), and warmly (s2-19)', async () => {
    const card = scripted();
    const { say } = plugged({ card });
    await say(at('s2-09'));
    expect(await say(at('s2-10'))).toBe(at('s2-11'));
    expect(await say(at('s2-19'))).toBe(frame(`372F59000C${ATR}`));
    expect(card.log).toEqual(['on', 'reset']);
  });

  it('resets a card with T=1 (s2-12)', async () => {
    const { say } = plugged({ card: scriptedT1() });
    await say(at('s2-09'));
    expect(await say(at('s2-10'))).toBe(at('s2-12'));
  });

  it('has no card to reset (s2-14), or none at the contacts (s2-15)', async () => {
    expect(await plugged().say(at('s2-10'))).toBe(at('s2-14'));
    expect(await plugged({ card: scripted() }).say(at('s2-10'))).toBe(at('s2-15'));
  });

  it('does not reset a card warmly that has no power, and says failed as published (s2-13)', async () => {
    const { say } = plugged({ card: scripted() });
    await say(at('s2-09'));
    expect(await say(at('s2-19'))).toBe(frame('372F4E'));
    expect(at('s2-13')).toBe(frame('37304E'));
  });

  it('carries an APDU of T=0 (s2-16, s2-17)', async () => {
    const { say } = await powered();
    expect(await say(at('s2-16'))).toBe(at('s2-17'));
  });

  it('carries an APDU of T=1 to a card that speaks it, and to no other (s2-18)', async () => {
    expect(await (await powered(scriptedT1())).say(at('s2-18'))).toBe(frame('373259000A11223344556677889000'));
    expect(await (await powered()).say(at('s2-18'))).toBe(frame('37324E'));
  });

  it('serves a PSAM (s2-20, s2-21, s2-23, s2-24)', async () => {
    const psam = scripted();
    const { say } = plugged({ sams: [psam] });
    expect(await say(at('s2-20'))).toBe(at('s2-21'));
    expect(await say(at('s2-23'))).toBe(frame('3D313059000A11223344556677889000'));
    expect(await say(at('s2-24'))).toBe(frame('4A3159'));
    expect(psam.log).toEqual(['on', '0084000008', 'off']);
  });

  it('finds no PSAM in an empty socket (s2-22)', async () => {
    expect(await plugged().say(at('s2-20'))).toBe(at('s2-22'));
  });

  it('refuses what it does not know (form of s2-25)', async () => {
    const { ask } = plugged();
    expect(await ask('7730')).toBe(frame('4E7700'));
    expect(await ask('3039')).toBe(frame('4E3001'));
    expect(await ask('30')).toBe(frame('4E3004'));
    expect(at('s2-25')).toBe(frame('4E3702'));
  });

  it('stops on EOT, and says so (s2-26)', async () => {
    const { unit, host, say } = await powered();
    unit.misbehave({ kind: 'late-answer', ms: 20 });
    expect(await say(at('s2-16'))).toBe('');
    expect(await host.say(at('s2-26'))).toBe('04');
    await pause(40);
    expect(host.heard()).toBe('');
    expect(await say(at('s2-16'))).toBe(at('s2-17'));
  });

  it('changes its speed after its answer (s2-27)', async () => {
    const { host, say, ask } = plugged();
    expect(await say(at('s2-27'))).toBe(frame('343359'));
    await ask('3435');
    expect(host.speeds).toEqual([9600, 38_400]);
    expect(await ask('3436')).toBe(frame('4E3401'));
  });

  it('switches the power of the card (s2-28, s2-29)', async () => {
    const card = scripted();
    const { say, ask } = plugged({ card });
    expect(await say(at('s2-28'))).toBe(frame('333057'));
    await say(at('s2-09'));
    expect(await say(at('s2-28'))).toBe(frame('333059'));
    expect(await say(at('s2-29'))).toBe(frame('333159'));
    expect(await ask('3332')).toBe(frame('4E3301'));
    expect(card.log).toEqual(['on', 'off']);
  });
});

describe('the line of the emulated 02 unit', () => {
  it('does nothing without ENQ, and nothing on ENQ alone', async () => {
    const card = scripted();
    const { host, say } = plugged({ card });
    expect(await host.say('05')).toBe('');
    await say(at('s2-09'));
    expect(await host.say(at('s2-10'))).toBe('06');
    expect(card.log).toEqual([]);
  });

  it('works off the last frame before ENQ, once', async () => {
    const { host } = await powered();
    expect(await host.say(at('s2-10') + at('s2-16'))).toBe('0606');
    expect(await host.say('0505')).toBe(at('s2-17'));
  });

  it('refuses damaged frames, and frames with another end', async () => {
    const { host } = plugged();
    expect(await host.say('02000230300302')).toBe('15');
    expect(await host.say('02000230300404')).toBe('15');
  });

  it('forgets what EOT takes back', async () => {
    const { host } = plugged();
    await host.say(at('s2-01'));
    expect(await host.say('0405')).toBe('04');
  });

  it('takes no notice of zeros behind a frame, as HID reports have them', async () => {
    const { host } = plugged();
    expect(await host.say(`${at('s2-01')}${'00'.repeat(57)}`)).toBe('06');
    expect(await host.say(`05${'00'.repeat(63)}`)).toBe(at('s2-04'));
  });

  it('needs no ENQ and puts the result first in the HID form', async () => {
    const host = plugIn(new Crt02Unit({}, { enq: false, resultHead: true }));
    expect(await host.say(at('s2-01'))).toBe(`06${frame('503030435254203331302056332E30')}`);
    expect(await host.say(frame('3730'))).toBe(`06${frame('50373045')}`);
    expect(await host.say(frame('7730'))).toBe(`06${frame('4E773000')}`);
  });

  it('is deaf, silent, stubborn, stale, mistaken, and damaged on order', async () => {
    const { unit, host, say } = await powered();
    unit.misbehave({ kind: 'silence' }, { kind: 'refuse', after: 1 }, { kind: 'no-answer', after: 2 });
    unit.misbehave({ kind: 'stale-answer', after: 3 }, { kind: 'misaddressed', after: 4 });
    unit.misbehave({ kind: 'wrong-check', after: 5 }, { kind: 'speed-lost', after: 5 });
    expect(await host.say(at('s2-16'))).toBe('');
    expect(await host.say(at('s2-16'))).toBe('15');
    expect(await say(at('s2-16'))).toBe('');
    expect(await say(at('s2-16'))).toBe(at('s2-11') + at('s2-17'));
    expect(await say(at('s2-16'))).toBe(frame('373E59000A11223344556677889000'));
    expect(await say(at('s2-16'))).toBe(`${at('s2-17').slice(0, -2)}${xor(`${at('s2-17').slice(-2)}FF`)}`);
    expect(host.speeds).toEqual([9600]);
  });

  it('acknowledges late, and not what was taken back meanwhile', async () => {
    const { unit, host } = plugged();
    unit.misbehave({ kind: 'late-acknowledge', ms: 20, times: 2 });
    expect(await host.say(at('s2-01'))).toBe('');
    await pause(40);
    expect(host.heard()).toBe('06');
    await host.say(`04${at('s2-01')}04`);
    await pause(40);
    expect(host.heard()).toBe('');
  });
});

describe('the motor of the emulated 02 unit', () => {
  const status = frame('3130').slice(0);
  const places: readonly (readonly [string, string, string])[] = [
    ['322E', '4A', 'inside'],
    ['322F', '4B', 'at the contacts'],
    ['3230', '48', 'in the mouth, loose'],
    ['3231', '49', 'in the mouth, held'],
    ['3232', '4C', 'at the rear'],
    ['3233', '4E', 'in the bin'],
  ];
  for (const [command, s1, where] of places) {
    it(`has its card ${where} after ${command}`, async () => {
      const { ask, say } = plugged({ card: scripted() });
      expect(await ask(command)).toBe(frame(`${command}59`));
      expect(await say(status)).toBe(frame(`3130${s1}4A4E`));
    });
  }

  it('says that there is no card to move, that it jams, and that its bin is full', async () => {
    const { unit, ask } = plugged({ card: scripted() }, { bin: 1 });
    unit.misbehave({ kind: 'jam' });
    expect(await ask('322F')).toBe(frame('322F4E'));
    expect(await ask('3233')).toBe(frame('323359'));
    expect(await ask('3233')).toBe(frame('323345'));
    expect(await ask('3234')).toBe(frame('4E3201'));
    unit.insert(scripted());
    expect(await ask('3233')).toBe(frame('32334E'));
  });

  it('takes no card into a closed mouth, and tells how it opens', async () => {
    const { unit, ask, say } = plugged();
    expect(await ask('2F3130')).toBe(frame('2F3159'));
    unit.insert(scripted());
    expect(await say(status)).toBe(frame('31304E4E4A'));
    expect(await ask('2F3431')).toBe(frame('2F3459'));
    expect(await say(status)).toBe(frame('31304A4B4E'));
    expect(await ask('2F3531')).toBe(frame('4E2F01'));
    expect(await ask('2F3132')).toBe(frame('4E2F01'));
  });

  it('tells what its sensors see, and what card there is', async () => {
    const { ask, unit } = plugged();
    expect(await ask('312F')).toBe(frame('312F3030303030'));
    expect(await ask('3131')).toBe(frame('31314E30'));
    unit.insert(scripted());
    expect(await ask('312E')).toBe(frame('312E3131313131'));
    expect(await ask('3131')).toBe(frame('31314E32'));
    expect(await ask('3132')).toBe(frame('4E3101'));
    expect(await ask('2E30')).toBe(frame('2E3059'));
  });

  it('gives the card back, or away, when it is reset', async () => {
    const { ask, say } = await powered();
    expect(await ask('3031')).toBe(frame('3031435254203331302056332E30'));
    expect(await say(status)).toBe(frame('3130484A4E'));
    await ask('3032');
    expect(await say(status)).toBe(frame('31304E4A4E'));
  });

  it('keeps its serial number', async () => {
    const { ask } = plugged();
    expect(await ask('303A')).toBe(frame('303A3030303030303031'));
    expect(await ask('303B4142')).toBe(frame('303B59'));
    expect(await ask('303A')).toBe(frame('303A4142'));
  });
});

describe('the cards in the emulated 02 unit', () => {
  it('get no APDU of another length than announced', async () => {
    const { ask } = await powered();
    expect(await ask('373100060084000008')).toBe(frame('4E3704'));
    expect(await ask('37310003008400')).toBe(frame('4E3704'));
    expect(await ask('3735')).toBe(frame('4E3701'));
  });

  it('fail when they are torn out or silent', async () => {
    const { unit, say } = await powered();
    unit.misbehave({ kind: 'pulled', when: 'before' });
    expect(await say(at('s2-16'))).toBe(frame('37314E'));
    expect(await say(at('s2-10'))).toBe(at('s2-14'));
  });

  it('sit in eight sockets', async () => {
    const { ask } = plugged({ sams: Array.from({ length: 8 }, () => scripted()) });
    expect(await ask('3D3037')).toBe(frame(`3D303759000C${ATR}`));
    expect(await ask('3D3038')).toBe(frame('4E3D01'));
    expect(await ask('3D3730')).toBe(frame('4E3D01'));
    expect(await ask('4A30')).toBe(frame('4E4A01'));
  });

  it('lose their power when the plug is pulled', async () => {
    const card = scripted();
    const { unit } = await powered(card);
    unit.detach();
    expect(card.log).toEqual(['on', 'off']);
  });
});
