import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../apdu/bytes.ts';
import { decodeDigits, formatDate } from '../../../src/social/codecs/digits.ts';
import { decodeText } from '../../../src/social/codecs/text.ts';

const PADDING = fromHex('00FF20');
const EMPTY = fromHex('00FF');
const value = (text: string) => ({ kind: 'value', value: text });

describe('text of an item', () => {
  it.each([
    ['D5C5C8FD', '张三'],
    ['D5C5C8FD000000', '张三'],
    ['D5C5C8FDFFFF', '张三'],
    ['D5C5C8FD2020', '张三'],
    ['D5C5C8FD20FF00', '张三'],
    ['C0EE8139EE39', '李㐀'],
    // U+20000, outside of the basic plane.
    ['95328236', '𠀀'],
    ['41204200', 'A B'],
  ])('%s', (hex, text) => {
    expect(decodeText(fromHex(hex), PADDING)).toEqual(value(text));
  });

  it.each(['', '00', '0000', 'FFFF', '2020', '00FF20'])('"%s" is empty', (hex) => {
    expect(decodeText(fromHex(hex), PADDING)).toEqual({ kind: 'empty' });
  });

  it.each([
    ['half a character', 'D5C5C8'],
    ['a byte that begins nothing', 'FFD5C5'],
    ['the byte 80, a euro sign on web pages only', '80'],
    ['four bytes outside of the code', 'FE39FE39'],
    ['a control character', 'D5C50A'],
    ['an escape sequence', '1B5B324A'],
    ['padding in the middle', 'D5C500C8FD'],
  ])('%s is not decoded in part', (_, hex) => {
    expect(decodeText(fromHex(hex), PADDING)).toEqual({ kind: 'undecodable' });
  });

  it('a user-defined character is kept and marked', () => {
    expect(decodeText(fromHex('AAA1'), PADDING)).toEqual({ ...value('\uE000'), odd: 'private-use' });
  });

  it('leaves its input as it is', () => {
    const bytes = fromHex('D5C5C8FD0000');
    decodeText(bytes, PADDING);
    expect(bytes).toEqual(fromHex('D5C5C8FD0000'));
  });
});

describe('digits of an item', () => {
  it.each([
    ['320400', '320400'],
    ['3204000000FF', '3204000000'],
    ['01', '01'],
    ['320F', '320'],
  ])('%s', (hex, digits) => {
    expect(decodeDigits(fromHex(hex), EMPTY)).toEqual(value(digits));
  });

  it.each(['', 'FFFF', '0000'])('"%s" is empty', (hex) => {
    expect(decodeDigits(fromHex(hex), EMPTY)).toEqual({ kind: 'empty' });
  });

  it.each(['3A', 'E1', 'F1', '32F4', 'FF32'])('%s is not', (hex) => {
    expect(decodeDigits(fromHex(hex), EMPTY)).toEqual({ kind: 'undecodable' });
  });
});

describe('dates', () => {
  it.each(['20240229', '20000229', '18900101', '20231231', '00010101'])('%s is a day', (digits) => {
    expect(formatDate(digits)).toBe(digits.replace(/^(....)(..)(..)$/, '$1-$2-$3'));
  });

  it.each([
    '20230229',
    '19000229',
    '20230431',
    '20231301',
    '20230001',
    '20230100',
    '20230132',
    '00000101',
    '202301',
    '2023010',
  ])('%s is none', (digits) => {
    expect(formatDate(digits)).toBeUndefined();
  });

  it('agrees with the calendar of the platform over four hundred years', () => {
    const wrong: string[] = [];
    for (let year = 1800; year < 2200; year++) {
      for (let month = 1; month <= 12; month++) {
        for (let day = 28; day <= 31; day++) {
          const text = `${year}-${String(month).padStart(2, '0')}-${day}`;
          const exists = new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
          if ((formatDate(text.replaceAll('-', '')) === text) !== exists) wrong.push(text);
        }
      }
    }
    expect(wrong).toEqual([]);
  });
});
