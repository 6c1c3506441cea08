import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { withFaults } from '../../../src/simulator/faults.ts';
import type { VirtualCard } from '../../../src/simulator/readers.ts';
import { answerMessage, type CcidModel } from '../../../src/simulator/units/ccid.ts';
import { CcidSlot } from '../../../src/simulator/units/ccid-slot.ts';
import { Seat } from '../../../src/simulator/units/seat.ts';
import { ATR, CHALLENGE, scripted, scriptedT1, vectors, xor } from './host.ts';

const ccid = vectors('ccid-messages');
const at = (id: string) => ccid.get(id) ?? '';
/** Offers T=0 and F=372, D=12 (TA1 18). */
const FAST_ATR = '3B1818';
/** Offers T=1 alone, IFSC 254, TA1 18. */
const FAST_T1_ATR = '3B90188131FE45' + '';

function reader(...cards: (VirtualCard | undefined)[]) {
  const slots = cards.map((card) => new CcidSlot(new Seat(card)));
  const model: CcidModel = {
    slots,
    escape: (data) => (toHex(data) === '02' ? fromHex('47656D5477696E2D56322E30302D474C3034') : undefined),
    exchange: (slot, data) => slot.exchange(data),
  };
  return { slots, say: async (hex: string) => toHex(await answerMessage(model, fromHex(hex))) };
}

/** With power in the first slot. */
async function powered(card: VirtualCard) {
  const all = reader(card);
  await all.say(at('ccid-05'));
  return all;
}

const status = (type: string, seq: string, bytes: string, data = '') =>
  `${type}${(data.length / 2).toString(16).padStart(2, '0').toUpperCase()}00000000${seq}${bytes}${data}`;

describe('the messages of an emulated reader, byte for byte as published', () => {
  it('tell the state of a slot (ccid-01 to ccid-03)', async () => {
    expect(await reader(scripted()).say(at('ccid-01'))).toBe(at('ccid-02'));
    expect(await reader(undefined).say(at('ccid-01'))).toBe(at('ccid-03'));
  });

  it('power a card (ccid-05, ccid-06)', async () => {
    expect(await reader(scripted()).say(at('ccid-05'))).toBe(at('ccid-06'));
  });

  it('find no card to power: mute or absent (form of ccid-04)', async () => {
    expect(await reader(undefined).say(at('ccid-05'))).toBe(status('80', '01', '42FE00'));
    expect(at('ccid-04')).toBe(status('81', '00', '42FE00'));
  });

  it('power a PSAM in another slot (ccid-07)', async () => {
    const { say } = reader(undefined, undefined, scripted());
    expect(await say(at('ccid-07'))).toBe(`800C0000000207000000${ATR}`);
  });

  it('switch off, and stop the clock (ccid-08, ccid-09)', async () => {
    expect(await (await powered(scripted())).say(at('ccid-08'))).toBe(at('ccid-09'));
  });

  it('carry a TPDU (ccid-10, ccid-11)', async () => {
    expect(await (await powered(scripted())).say(at('ccid-10'))).toBe(at('ccid-11'));
  });

  it('take the parameters that the card offers (ccid-14, ccid-15)', async () => {
    expect(await (await powered(scripted(CHALLENGE, FAST_ATR))).say(at('ccid-14'))).toBe(at('ccid-15'));
  });

  it('refuse a speed that the card does not offer (ccid-16, ccid-17)', async () => {
    expect(await (await powered(scripted())).say(at('ccid-16'))).toBe(at('ccid-17'));
    expect(await (await powered(scripted(CHALLENGE, FAST_T1_ATR))).say(at('ccid-16'))).toBe(
      '820700000000060000011810004D002000',
    );
  });

  it('answer an Escape (ccid-18, ccid-19)', async () => {
    expect(await (await powered(scripted())).say(at('ccid-18'))).toBe(at('ccid-19'));
  });

  it('answer an abort (ccid-24)', async () => {
    expect(await reader(scripted()).say(at('ccid-24'))).toBe(status('81', '0A', '010000'));
  });
});

describe('an emulated reader at TPDU level', () => {
  it('has no slot behind its last one', async () => {
    const { say } = reader(scripted());
    const types = ['62', '63', '65', '6F', '69', '6B', '61', '6C', '6D', '73', '77'];
    const said = await Promise.all(types.map((type) => say(`${type}000000000107000000`)));
    expect(said.map((answer) => answer.slice(0, 2))).toEqual([
      ...['80', '81', '81', '80', '80', '83', '82', '82', '82', '84', '81'],
    ]);
    for (const answer of said) expect(answer.slice(10)).toBe('0107420500');
  });

  it('does not know other messages, voltages, data rates, or PIN entry without a pad', async () => {
    const { say } = reader(scripted());
    expect(await say('77000000000007000000')).toBe(status('81', '07', '410000'));
    expect(await say('62000000000007040000')).toBe(status('80', '07', '410700'));
    expect(await say('73000000000007000000')).toBe(status('84', '07', '410000'));
    expect(await say('69000000000007000000')).toBe(status('80', '07', '410000'));
    expect(await say('6B010000000007000000FF')).toBe(status('83', '07', '410000'));
  });

  it('carries nothing to a card without power', async () => {
    expect(await reader(scripted()).say(at('ccid-10'))).toBe(status('80', '03', '41FE00'));
    expect(await reader(undefined).say(at('ccid-10'))).toBe(status('80', '03', '42FE00'));
  });

  it('carries TPDUs only: no Le behind data, no half header', async () => {
    const { say } = await powered(scripted());
    expect(await say('6F080000000003000000' + '00A40000023F0000')).toBe(status('80', '03', '40BE00'));
    expect(await say('6F040000000003000000' + '00840000')).toBe(status('80', '03', '40BE00'));
    expect(await say('6F070000000003000000' + '00A40000023F00')).toBe(status('80', '03', '000000', '6D00'));
  });

  it('says mute of a card that throws, and of one that is gone', async () => {
    const { slots, say } = await powered(scripted());
    slots[0]?.seat.remove();
    expect(await say(at('ccid-10'))).toBe(status('80', '03', '42FE00'));
  });

  it('tells what holds after power on, and again after a reset of the parameters', async () => {
    const slow = await powered(scripted());
    expect(await slow.say('6C000000000007000000')).toBe(status('82', '07', '000000', '1100000A00'));
    const { say } = await powered(scripted(CHALLENGE, FAST_ATR));
    await say(at('ccid-14'));
    expect(await say('6D000000000007000000')).toBe(status('82', '07', '000000', '1100000A00'));
    const t1 = await powered(scripted(CHALLENGE, FAST_T1_ATR));
    expect(await t1.say('6C000000000007000000')).toBe(status('82', '07', '000001', '1110004500FE00'));
  });

  it('takes no parameters of another protocol, length, or with reserved values', async () => {
    const { say } = await powered(scripted());
    expect(await say('610500000000070200001100000A00')).toBe(status('82', '07', '400702'));
    expect(await say('6104000000000700000011000A00')).toBe(status('82', '07', '400100'));
    expect(await say('610500000000070000007100000A00')).toBe(status('82', '07', '400A00'));
  });

  it('hears a card at the speed that was agreed with it, and no other', async () => {
    const card = scripted(CHALLENGE, FAST_ATR);
    const { say } = await powered(card);
    expect(await say('6F040000000002000000FF1018F7')).toBe(status('80', '02', '000000', 'FF1018F7'));
    expect(await say(at('ccid-10'))).toBe(status('80', '03', '40FE00'));
    await say(at('ccid-14'));
    expect(await say(at('ccid-10'))).toBe(at('ccid-11'));
    expect(card.log).toEqual(['on', '0084000008']);
  });

  it('negotiates first or not at all, and only what the card offers', async () => {
    const { say } = await powered(scripted());
    const pps = '6F040000000002000000FF1118F6';
    expect(await say(pps)).toBe(status('80', '02', '40FE00'));
    await say(at('ccid-05'));
    expect(await say('6F040000000002000000FF1018F7')).toBe(status('80', '02', '000000', 'FF00FF'));
    await say(at('ccid-05'));
    await say(at('ccid-10'));
    expect(await say('6F030000000002000000FF00FF')).toBe(status('80', '02', '40FE00'));
    await say(at('ccid-05'));
    expect(await say('6F030000000002000000FF0000')).toBe(status('80', '02', '40FE00'));
  });

  it('is at the speed of a card in specific mode at once', async () => {
    // TA1 18, TD1 10, TA2 00: T=0 with these parameters.
    const { say } = await powered(scripted(CHALLENGE, '3B901810 00'.replace(' ', '')));
    expect(await say('6C000000000007000000')).toBe(status('82', '07', '000000', '1800000A00'));
    expect(await say(at('ccid-10'))).toBe(at('ccid-11'));
  });

  it('carries blocks of T=1', async () => {
    const { say } = await powered(scriptedT1());
    const information = '0000050084000008';
    expect(await say(`6F0900000000030000${'00'}${information}${xor(information)}`)).toBe(
      status('80', '03', '000000', `00000A11223344556677889000${xor('00000A11223344556677889000')}`),
    );
  });

  it('says mute of a card that another resets, and has none where it was pulled on order', async () => {
    const faults = [
      { kind: 'reset', command: 1 },
      { kind: 'removed-after', command: 2 },
    ] as const;
    const { say } = await powered(withFaults(scripted(), faults));
    expect(await say(at('ccid-10'))).toBe(status('80', '03', '40FE00'));
    expect(await say(at('ccid-10'))).toBe(status('80', '03', '42FE00'));
  });

  it('has no answer of a card that loses its power while it works', async () => {
    const { slots, say } = await powered({ ...scripted(), process: () => new Promise<Uint8Array>(() => {}) });
    const answer = say(at('ccid-10'));
    slots[0]?.powerOff();
    expect(await answer).toBe(status('80', '03', '41FE00'));
  });

  it('is no place for a program that breaks', async () => {
    const broken = {
      ...scripted(),
      process: () => {
        throw new TypeError('a fault of the program');
      },
    };
    const { say } = await powered(broken);
    await expect(say(at('ccid-10'))).rejects.toThrow(TypeError);
  });
});
