import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { GemplusUnit } from '../../../src/simulator/units/gemplus.ts';
import { insertPin } from '../../../src/simulator/units/pin-template.ts';
import { plugIn, scripted, vectors, xor } from './host.ts';

const ccid = vectors('ccid-messages');
const at = (id: string) => ccid.get(id) ?? '';
const frame = (message: string) => `0306${message}${xor(`0306${message}`)}`;
const message = (seq: string, data: string) =>
  frame(`69${(data.length / 2).toString(16).padStart(2, '0').toUpperCase()}00000000${seq}000000${data}`);

/** The pad without its echo. */
async function pad(answers: Readonly<Record<string, string>> = {}) {
  const card = scripted(answers);
  const unit = new GemplusUnit({ card }, { model: 'pinpad' });
  const host = plugIn(unit);
  await host.say(frame('62000000000002010000'));
  const sent: string[] = [];
  const say = async (hex: string) => {
    sent.push(hex);
    const heard = await host.say(hex);
    return heard.startsWith(hex) ? heard.slice(hex.length) : heard;
  };
  return { card, unit, host, say };
}

/** Modify as a host sends it: format, block and length, offsets, digits, confirmation, template. */
const modify = (confirm: string, apdu: string, offsets = '0003') =>
  `011E810300${offsets}0606${confirm}0202${'0904'}0001000000${apdu}`;

describe('PIN entry at the emulated pad, byte for byte as published', () => {
  it('puts the PIN into the template and sends it to the card (ccid-20, ccid-21)', async () => {
    const { card, unit, say } = await pad({ '0020000003123456': '9000' });
    unit.act('123456');
    expect(await say(frame(at('ccid-20')))).toBe(frame(at('ccid-21')));
    expect(card.log.at(-1)).toBe('0020000003123456');
  });

  it('says that the person pressed cancel (ccid-22), or went away (ccid-23)', async () => {
    const { card, unit, say } = await pad();
    unit.act({ act: 'cancel' }, { act: 'walk-away' });
    expect(await say(frame(at('ccid-20')))).toBe(frame(at('ccid-22')));
    expect(await say(frame(at('ccid-20')))).toBe(frame(at('ccid-23')));
    expect(card.log).toEqual(['on']);
  });
});

describe('PIN entry at the emulated pad', () => {
  it('waits for the person', async () => {
    const { unit, host, say } = await pad({ '0020000003735190': '63C2' });
    expect(await say(frame(at('ccid-20')))).toBe('');
    unit.act('735190');
    await pause(5);
    expect(host.heard()).toBe(frame('8002000000000900000063C2'));
  });

  it('gives an entry up that the host aborts, before it answers the abort', async () => {
    const { card, unit, say } = await pad();
    await say(frame(at('ccid-20')));
    const abort = frame('72000000000006000000');
    expect(await say(abort)).toBe(frame('8000000000000940FF00') + frame('81000000000006000000'));
    unit.act('123456');
    await pause(5);
    expect(card.log).toEqual(['on']);
  });

  it('asks nobody any more when the plug is pulled', async () => {
    const { card, unit, say } = await pad();
    await say(frame(at('ccid-20')));
    unit.detach();
    unit.act('123456');
    await pause(5);
    expect(card.log).toEqual(['on', 'off']);
  });

  it('takes no fewer digits than wanted', async () => {
    const { card, unit, say } = await pad();
    unit.act('1234', '');
    expect(await say(frame(at('ccid-20')))).toBe(frame('800200000000090000006403'));
    expect(await say(frame(at('ccid-20')))).toBe(frame('800200000000090000006403'));
    expect(card.log).toEqual(['on']);
  });

  it('is done with the last digit, or when the time is over, as it is told to', async () => {
    const { unit, say } = await pad({
      '0020000003123456': '9000',
      '0020000003482615': '9000',
      '00200000031234FF': '9000',
    });
    const entry = (condition: string, max = '06') =>
      message('09', `001E810300${max}04${condition}010904000000000020000003FFFFFF`);
    unit.act('123456', '1234', '1234', '123456');
    expect(await say(entry('01'))).toBe(frame('800200000000090000009000'));
    expect(await say(entry('01'))).toBe(frame('8000000000000940F000'));
    expect(await say(entry('05'))).toBe(frame('800200000000090000009000'));
    expect(await say(entry('00'))).toBe(frame('80000000000009401100'));
    expect(await say(entry('08'))).toBe(frame('80000000000009401100'));
  });

  it('points at what is wrong in the structure', async () => {
    const { say } = await pad();
    expect(await say(message('09', '02'))).toBe(frame('80000000000009400A00'));
    expect(await say(message('09', '001E81030006060201090400000000'))).toBe(frame('80000000000009400100'));
    expect(await say(message('09', '001E81030004060201090400000000 0020000003FFFFFF'.replace(' ', '')))).toBe(
      frame('80000000000009400F00'),
    );
  });

  it('has no card to send it to without power', async () => {
    const { say } = await pad();
    await say(frame('63000000000002000000'));
    expect(await say(frame(at('ccid-20')))).toBe(frame('8000000000000941FE00'));
  });

  it('has a block with room for the PIN, or says that the size is wrong', async () => {
    const { unit, say } = await pad();
    unit.act('12345678');
    expect(await say(message('09', '001E8103000804020109040000000000200000 03FFFFFF'.replace(' ', '')))).toBe(
      frame('800200000000090000006403'),
    );
  });

  it('changes the PIN: old, new, new again', async () => {
    const command = '805E000006' + '123456' + '735190';
    const { card, unit, say } = await pad({ [command]: '9000' });
    unit.act('123456', '735190', '735190');
    expect(await say(message('0A', modify('03', '805E000006FFFFFFFFFFFF')))).toBe(frame('8002000000000A0000009000'));
    expect(card.log.at(-1)).toBe(command);
  });

  it('says that the new PINs differ, or that they are too short', async () => {
    const { card, unit, say } = await pad();
    unit.act('123456', '735190', '482615', '123456', '73');
    const change = message('0A', modify('03', '805E000006FFFFFFFFFFFF'));
    expect(await say(change)).toBe(frame('8002000000000A0000006402'));
    expect(await say(change)).toBe(frame('8002000000000A0000006403'));
    expect(card.log).toEqual(['on']);
  });

  it('asks for the new PIN alone', async () => {
    const { card, unit, say } = await pad({ '805E000003735190': '9000' });
    unit.act('735190');
    const data = `011E81030000000606000200090400000000805E000003FFFFFF`;
    expect(await say(message('0A', data))).toBe(frame('8002000000000A0000009000'));
    expect(card.log.at(-1)).toBe('805E000003735190');
  });

  it('finds the template behind three messages', async () => {
    const { unit, say } = await pad({ '805E000006123456735190': '9000' });
    unit.act('123456', '735190', '735190');
    const data =
      '011E810300' + '0003' + '0606' + '03' + '02' + '03' + '0904' + '000102' + '000000' + '805E000006FFFFFFFFFFFF';
    expect(await say(message('0A', data))).toBe(frame('8002000000000A0000009000'));
  });

  it('is asked for at a unit without keys in vain', async () => {
    const unit = new GemplusUnit({ card: scripted() }, { model: 'pos-pro' });
    const host = plugIn(unit);
    await host.say(frame('62000000000002010000'));
    expect(await host.say(frame(at('ccid-20')))).toBe(frame('80000000000009400000'));
  });
});

describe('a PIN in its template', () => {
  const digits = (text: string) => new TextEncoder().encode(text);
  const put = (template: string, text: string, format: number, block: number, length = 0, offset = 0) => {
    const filled = insertPin(fromHex(template), digits(text), { format, block, length }, offset);
    return filled && toHex(filled);
  };

  it('is packed, spelled out, or one digit a byte', () => {
    expect(put('0020000004FFFFFFFF', '123456', 0x81, 4)).toBe('0020000004123456FF');
    expect(put('0020000006FFFFFFFFFFFF', '123456', 0x82, 6)).toBe('0020000006313233343536');
    expect(put('0020000006FFFFFFFFFFFF', '123456', 0x80, 6)).toBe('0020000006010203040506');
  });

  it('stands to the right or to the left', () => {
    expect(put('0020000004FFFFFFFF', '12345', 0x81, 4)).toBe('002000000412345FFF');
    expect(put('0020000004FFFFFFFF', '12345', 0x85, 4)).toBe('0020000004FFF12345');
  });

  it('stands where the format says, in bytes or in bits', () => {
    expect(put('0020000008FFFFFFFFFFFFFFFF', '1234', 0x89, 7)).toBe('0020000008FF1234FFFFFFFFFF');
    expect(put('00200000082FFFFFFFFFFFFFFF', '1234', 0x21, 7)).toBe(`002000000821234${'F'.repeat(11)}`);
  });

  it('brings its length, where the format says', () => {
    // ISO 9564 format 2 block: 24 12 34 FF …
    expect(put('002000000820FFFFFFFFFFFFFF', '1234', 0x89, 0x47, 0x04)).toBe('0020000008241234FFFFFFFFFF');
    expect(put('002000000500FFFFFFFF', '1234', 0x89, 0x84, 0x10)).toBe('0020000005041234FFFF');
  });

  it('makes a template longer that has no room', () => {
    expect(put('0020000000', '123456', 0x82, 0)).toBe('0020000006313233343536');
    expect(put('0020000000', '12345', 0x81, 0)).toBe('002000000312345F');
    expect(put('0020000001FF', '1234', 0x81, 4)).toBe('00200000041234FFFF');
  });

  it('does not fit into a block that is too small', () => {
    expect(put('0020000002FFFF', '12345', 0x81, 2)).toBeUndefined();
  });
});
