import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { GemplusUnit } from '../../../src/simulator/units/gemplus.ts';
import { ATR, plugIn, scripted, vectors, xor } from './host.ts';

const gem = vectors('ccid-serial-gemplus');
const frame = (message: string) => `0306${message}${xor(`0306${message}`)}`;
const at = (id: string) => gem.get(id) ?? '';
/** Escapes, power on, the challenge: as the vectors have them. */
const FIRMWARE = at('gem-01');
const POWER_ON = at('gem-09');
const ASK = frame('6F0500000000040000000084000008');
const ANSWER = frame('800A000000000400000011223344556677889000');

describe('the emulated Gemplus unit, byte for byte as published', () => {
  it('gives the command back and tells its firmware (gem-01 to gem-03)', async () => {
    const host = plugIn(new GemplusUnit({}));
    // Without a card the slot is empty: bStatus 02 where the vector, which has one in, says 00.
    const answer = frame('8312000000000002000047656D5477696E2D56322E30302D474C3034');
    expect(await host.say(FIRMWARE)).toBe(at('gem-02') + answer);
  });

  it('tells its firmware with a powered card in, as published (gem-03)', async () => {
    const host = plugIn(new GemplusUnit({ card: scripted() }));
    await host.say(POWER_ON);
    expect(await host.say(FIRMWARE)).toBe(at('gem-02') + at('gem-03'));
  });

  it('powers the card (gem-09, gem-10)', async () => {
    const host = plugIn(new GemplusUnit({ card: scripted() }));
    expect(await host.say(POWER_ON)).toBe(POWER_ON + at('gem-10'));
  });

  it('powers a PSAM in its fourth slot (gem-11)', async () => {
    const psam = scripted();
    const host = plugIn(new GemplusUnit({ sams: [undefined, undefined, psam] }, { model: 'pos-pro' }));
    expect(await host.say(at('gem-11'))).toBe(frame(`800C000000030300000 0${ATR}`.replace(' ', '')));
    expect(psam.log).toEqual(['on']);
  });

  it('goes to 115200 after its answer at 9600 (gem-12)', async () => {
    const unit = new GemplusUnit({}, { model: 'sim-pro-2' });
    const host = plugIn(unit);
    expect(unit.line.baud).toBe(9600);
    expect(await host.say(at('gem-12'))).toBe(frame('83000000000000020000'));
    expect(host.speeds).toEqual([115_200]);
  });

  it('says it all in one stream: echo, time request, card notice, answer (gem-13)', async () => {
    const unit = new GemplusUnit({ card: scripted() });
    const host = plugIn(unit);
    await host.say(POWER_ON);
    unit.misbehave({ kind: 'time-requests' }, { kind: 'notice', when: 'before-answer', present: true });
    expect(await host.say(ASK)).toBe(at('gem-13'));
  });

  it('refuses a frame whose LRC is wrong (gem-05)', async () => {
    const host = plugIn(new GemplusUnit({}));
    expect(await host.say(`${FIRMWARE.slice(0, -2)}00`)).toBe(at('gem-05'));
    expect(await host.say(FIRMWARE)).toContain(at('gem-02'));
  });

  it('tells that a card came and went (gem-06, gem-07)', () => {
    const unit = new GemplusUnit({});
    const host = plugIn(unit);
    unit.insert(scripted());
    expect(host.heard()).toBe(at('gem-06'));
    unit.remove();
    expect(host.heard()).toBe(at('gem-07'));
  });

  it('keeps card notices until the next command when it is told to (gem-04)', async () => {
    const unit = new GemplusUnit({}, { model: 'pos-pro' });
    const host = plugIn(unit);
    expect(await host.say(at('gem-04'))).toBe(frame('83000000000001020000'));
    unit.insert(scripted());
    expect(host.heard()).toBe('');
    expect(await host.say(frame('65000000000002000000'))).toBe(`5003${frame('81000000000002010000')}`);
  });
});

describe('the emulated Gemplus unit', () => {
  it('hears a frame in any pieces, after any noise', async () => {
    const host = plugIn(new GemplusUnit({}, { model: 'pos-pro' }));
    let heard = '';
    for (const byte of `FF50${FIRMWARE}`.match(/../g) ?? []) heard += await host.say(byte);
    expect(heard.startsWith('030683')).toBe(true);
  });

  it('forgets half a frame', async () => {
    const host = plugIn(new GemplusUnit({}, { model: 'pos-pro' }));
    await host.say(FIRMWARE.slice(0, 10));
    await pause(300);
    expect(await host.say(FIRMWARE)).toContain('030683');
  });

  it('takes no frame that is longer than its memory', async () => {
    const host = plugIn(new GemplusUnit({}, { model: 'pos-pro' }));
    await host.say('03066F0601000000');
    expect(await host.say(FIRMWARE)).toContain('030683');
  });

  it('echoes a long command without its data', async () => {
    const host = plugIn(new GemplusUnit({}, { model: 'pinpad' }));
    const texts = `6BA5000000000 7000000B2A0004D4C`.replace(' ', '').padEnd(2 * (10 + 165), '20');
    expect(await host.say(frame(texts))).toBe(frame('6B000000000007000000') + frame('83000000000007020000'));
  });

  it('gives its last answer again when it is told NAK', async () => {
    const host = plugIn(new GemplusUnit({ card: scripted() }, { model: 'pos-pro' }));
    await host.say(POWER_ON);
    await host.say(ASK);
    expect(await host.say('031516')).toBe(ANSWER);
  });

  it('does not know foreign Escapes', async () => {
    const host = plugIn(new GemplusUnit({}, { model: 'pos-pro' }));
    expect(await host.say(frame('6B0100000000090000006A'))).toBe(frame('83000000000009420000'));
    expect(await host.say(frame('6B030000000009000000011020'))).toBe(frame('83000000000009420000'));
  });

  it('has power nowhere when the plug is pulled', async () => {
    const card = scripted();
    const unit = new GemplusUnit({ card });
    const host = plugIn(unit);
    await host.say(POWER_ON);
    unit.detach();
    expect(card.log).toEqual(['on', 'off']);
    expect(await host.say(ASK)).toBe('');
  });
});

describe('the emulated Gemplus unit misbehaves', () => {
  const ready = async (card = scripted()) => {
    const unit = new GemplusUnit({ card }, { model: 'pos-pro' });
    const host = plugIn(unit);
    await host.say(POWER_ON);
    return { unit, host, card };
  };

  it('with wrong check bytes, so often as ordered', async () => {
    const { unit, host } = await ready();
    unit.misbehave({ kind: 'wrong-check', times: 2 });
    const bad = `${ANSWER.slice(0, -2)}${xor(`${ANSWER.slice(-2)}FF`)}`;
    expect(await host.say(ASK)).toBe(bad);
    expect(await host.say('031516')).toBe(ANSWER);
    expect(await host.say(ASK)).toBe(bad);
    expect(await host.say(ASK)).toBe(ANSWER);
  });

  it('by refusing good frames, after some that go well', async () => {
    const { unit, host, card } = await ready();
    unit.misbehave({ kind: 'refuse', after: 1, times: 2 });
    const said = [await host.say(ASK), await host.say(ASK), await host.say(ASK), await host.say(ASK)];
    expect(said).toEqual([ANSWER, '031516', '031516', ANSWER]);
    expect(card.log).toEqual(['on', '0084000008', '0084000008']);
  });

  it('by not hearing, and by not telling', async () => {
    const { unit, host, card } = await ready();
    unit.misbehave({ kind: 'silence' }, { kind: 'no-answer', after: 1 });
    expect([await host.say(ASK), await host.say(ASK)]).toEqual(['', '']);
    expect(card.log).toEqual(['on', '0084000008']);
  });

  it('late', async () => {
    const { unit, host } = await ready();
    unit.misbehave({ kind: 'late-answer', ms: 30 });
    expect(await host.say(ASK)).toBe('');
    await pause(60);
    expect(host.heard()).toBe(ANSWER);
  });

  it('with the answer before, and with the number of another command', async () => {
    const { unit, host } = await ready();
    unit.misbehave({ kind: 'stale-answer' }, { kind: 'misaddressed', after: 1 });
    expect(await host.say(ASK)).toBe(`${frame(`800C0000000002000000${ATR}`)}${ANSWER}`);
    expect(await host.say(ASK)).toBe(frame('800A000000000500000011223344556677889000'));
  });

  it('with notices before and after', async () => {
    const { unit, host } = await ready();
    unit.misbehave(
      { kind: 'notice', when: 'before-acknowledge', present: false },
      { kind: 'notice', when: 'after-answer', present: true },
    );
    expect(await host.say(ASK)).toBe(`5002${ANSWER}5003`);
  });

  it('when the card is torn out before it has the command', async () => {
    const { unit, host, card } = await ready();
    unit.misbehave({ kind: 'pulled', when: 'before' });
    expect(await host.say(ASK)).toBe(`5002${frame('8000000000000442FE00')}`);
    expect(card.log).toEqual(['on', 'off']);
  });

  it('when the card is torn out before its answer', async () => {
    const { unit, host, card } = await ready();
    unit.misbehave({ kind: 'pulled', when: 'after' });
    expect(await host.say(ASK)).toBe(`5002${frame('8000000000000442FE00')}`);
    expect(card.log).toEqual(['on', '0084000008', 'off']);
  });

  it('by falling back to its first speed', async () => {
    const { unit, host } = await ready();
    unit.misbehave({ kind: 'speed-lost' });
    expect(await host.say(ASK)).toBe(ANSWER);
    expect(host.speeds).toEqual([115_200]);
  });
});
