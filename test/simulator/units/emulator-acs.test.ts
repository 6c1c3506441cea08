import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { VirtualCard } from '../../../src/simulator/readers.ts';
import { type AcsOptions, AcsUnit } from '../../../src/simulator/units/acs.ts';
import { CHALLENGE, plugIn, scripted, vectors, xor } from './host.ts';

const acs = vectors('ccid-serial-acs');
const at = (id: string) => acs.get(id) ?? '';
const frame = (message: string, mark = 0) => `${mark}2${message}${xor(message)}${mark}3`;
/** The card of the vendor's samples. */
const SAMPLE_ATR = '3B2A00806524B0000200829000';
const TAKEN = '02000003';
const POWER_ON = frame('62000000000100010000');
const ASK = frame('6F0500000001040000000084000008');
const ANSWER = frame('800A000000010400000011223344556677889000');

const plugged = (seats: { card?: VirtualCard; sams?: VirtualCard[] } = {}, options: AcsOptions = {}) => {
  const unit = new AcsUnit(seats, options);
  return { unit, host: plugIn(unit) };
};
const acr122 = (sams: VirtualCard[] = [], card?: VirtualCard) =>
  plugged({ sams, ...(card ? { card } : {}) }, { model: 'acr122l' });

async function powered(card: VirtualCard = scripted()) {
  const all = plugged({ card });
  await all.host.say(POWER_ON);
  return all;
}

describe('the emulated ACS units, byte for byte as published', () => {
  it('power a SAM (acs-01 to acs-03)', async () => {
    const { host } = acr122([scripted(CHALLENGE, SAMPLE_ATR)]);
    expect(await host.say(at('acs-01'))).toBe(at('acs-02') + at('acs-03'));
  });

  it('refuse a wrong checksum (acs-04)', async () => {
    const { host } = acr122();
    expect(await host.say(at('acs-01').replace(/6203$/, '6303'))).toBe(at('acs-04'));
  });

  it('refuse a length over 0105h (acs-05)', async () => {
    expect(await acr122().host.say('026F06010000')).toBe(at('acs-05'));
    expect(await (await powered()).host.say(`026F05010000${'00'.repeat(5)}${'AB'.repeat(0x105)}`)).toBe('');
  });

  it('refuse a wrong end (acs-06)', async () => {
    const { host } = acr122();
    expect(await host.say(at('acs-01').replace(/03$/, '04'))).toBe(at('acs-06'));
  });

  it('say that a frame was not complete in time, where they do (acs-07)', async () => {
    const { host } = acr122();
    const other = plugged();
    await host.say(at('acs-01').slice(0, 12));
    await other.host.say(POWER_ON.slice(0, 12));
    await pause(300);
    expect(host.heard()).toBe(at('acs-07'));
    expect(other.host.heard()).toBe('');
  });

  it('give the last answer again on NAK (acs-08)', async () => {
    const { host } = acr122([scripted(CHALLENGE, SAMPLE_ATR)]);
    expect(await host.say(at('acs-08'))).toBe('');
    await host.say(at('acs-01'));
    expect(await host.say(at('acs-08'))).toBe(at('acs-03'));
  });

  it('switch a SAM off (acs-09, acs-10)', async () => {
    const sam = scripted(CHALLENGE, SAMPLE_ATR);
    const { host } = acr122([sam]);
    await host.say(at('acs-01'));
    expect(await host.say(at('acs-09'))).toBe(at('acs-02') + at('acs-10'));
    expect(sam.log).toEqual(['on', 'off']);
  });

  it('have three SAM interfaces by their marks (acs-11 to acs-13)', async () => {
    const { host } = acr122();
    const status = '81000000000002000000';
    expect(await host.say(at('acs-11'))).toBe(at('acs-12') + frame(status, 1));
    expect(await host.say(at('acs-13'))).toBe(`22000023${frame(status, 2)}`);
  });

  it('sound the buzzer (acs-14, acs-15)', async () => {
    expect(await plugged().host.say(at('acs-14'))).toBe(TAKEN + at('acs-15'));
  });

  it('change their speed after the answer (acs-16, acs-17)', async () => {
    const { host } = await powered();
    expect(await host.say(at('acs-16'))).toBe(TAKEN + at('acs-17'));
    expect(host.speeds).toEqual([115_200]);
  });

  it('tell their firmware (acs-18, acs-19)', async () => {
    expect(await (await powered()).host.say(at('acs-18'))).toBe(TAKEN + at('acs-19'));
  });
});

describe('the emulated ACS units', () => {
  it('carry APDUs, and fetch what waits', async () => {
    const { host } = await powered(scripted({ ...CHALLENGE, '00A40000023F00': '6102', '00C0000002': 'EF019000' }));
    expect(await host.say(ASK)).toBe(TAKEN + ANSWER);
    expect(await host.say(frame('6F080000000105000000' + '00A40000023F0000'))).toBe(
      TAKEN + frame('80040000000105000000EF019000'),
    );
    expect(await host.say(frame('6F03000000010600000000' + '8400'))).toBe(TAKEN + frame('80000000000106400100'));
  });

  it('carry them to a card without contacts, by marks of its own', async () => {
    const { host } = acr122([], scripted());
    await host.say(frame('62000000000000000000', 3));
    expect(await host.say(frame('6F0500000000040000000084000008', 3))).toBe(
      TAKEN + frame('800A000000000400000011223344556677889000'),
    );
  });

  it('take the speed as a command to the reader', async () => {
    const { host } = acr122();
    expect(await host.say(frame('6F0500000000040000FF00440100'))).toBe('');
    expect(await acr122().host.say(frame('6F050000000004000000FF00440100'))).toBe(
      TAKEN + frame('80020000000004000000' + '9001'),
    );
    const slow = acr122();
    await slow.host.say(frame('6F050000000004000000FF00440000'));
    expect(slow.host.speeds).toEqual([9600]);
  });

  it('tell of cards when they are told to', async () => {
    const { unit, host } = plugged({});
    unit.insert(scripted());
    expect(host.heard()).toBe('');
    expect(await host.say(frame('6B020000000107000000' + '4484'))).toBe(TAKEN + frame('83020000000107010000' + '9084'));
    unit.remove();
    expect(host.heard()).toBe('0250085803');
    unit.insert();
    expect(host.heard()).toBe('02500C5C03');
  });

  it('do not know foreign Escapes', async () => {
    expect(await plugged().host.say(frame('6B010000000107000000' + '77'))).toBe(TAKEN + frame('83000000000107420000'));
    expect(await plugged().host.say(frame('6B020000000107000000' + '440A'))).toBe(
      TAKEN + frame('83000000000107420000'),
    );
  });

  it('have an empty contactless slot and a SAM socket around the contact slot', async () => {
    const { host } = plugged({ sams: [scripted()] });
    expect(await host.say(frame('65000000000000000000'))).toBe(TAKEN + frame('81000000000000020000'));
    expect(await host.say(frame('65000000000200000000'))).toBe(TAKEN + frame('81000000000200010000'));
    expect(await host.say(frame('65000000000300000000'))).toBe(TAKEN + frame('81000000000300420500'));
  });

  it('hear nothing while they work', async () => {
    const { unit, host } = await powered();
    unit.misbehave({ kind: 'late-answer', ms: 20 });
    await host.say(ASK);
    expect(await host.say(ASK)).toBe('');
    await pause(40);
    expect(host.heard()).toBe(ANSWER);
    expect(await host.say(ASK)).toBe(TAKEN + ANSWER);
  });

  it('are deaf, silent, stubborn, stale, mistaken, damaged, late on order', async () => {
    const { unit, host } = await powered();
    unit.misbehave({ kind: 'silence' }, { kind: 'no-answer', after: 1 }, { kind: 'refuse', after: 2 });
    unit.misbehave({ kind: 'misaddressed', after: 3 }, { kind: 'stale-answer', after: 4 });
    unit.misbehave({ kind: 'wrong-check', after: 5 }, { kind: 'speed-lost', after: 5 });
    expect(await host.say(ASK)).toBe('');
    expect(await host.say(ASK)).toBe(TAKEN);
    expect(await host.say(ASK)).toBe('02FFFF03');
    const other = frame('800A000000010500000011223344556677889000');
    expect(await host.say(ASK)).toBe(TAKEN + other);
    expect(await host.say(ASK)).toBe(TAKEN + other + ANSWER);
    expect(await host.say(ASK)).toBe(`${TAKEN}${ANSWER.slice(0, -4)}${xor(`${ANSWER.slice(-4, -2)}FF`)}03`);
    expect(host.speeds).toEqual([9600]);
    unit.misbehave({ kind: 'late-acknowledge', ms: 20 });
    expect(await host.say(ASK)).toBe('');
    await pause(40);
    expect(host.heard()).toBe(TAKEN + ANSWER);
  });

  it('tell of cards that do not move, and lose the one that is torn out', async () => {
    const { unit, host } = await powered();
    unit.misbehave({ kind: 'notice', when: 'before-answer', present: false }, { kind: 'pulled', when: 'before' });
    expect(await host.say(ASK)).toBe(`${TAKEN}0250085803${frame('8000000000010442FE00')}`);
  });

  it('take power from their cards when the plug is pulled', async () => {
    const card = scripted();
    const { unit } = await powered(card);
    unit.detach();
    expect(card.log).toEqual(['on', 'off']);
  });
});
