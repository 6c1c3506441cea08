import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { buildDol, type DolEntry, dolLength, parseDol } from '../../../src/financial/dol.ts';

const entry = (tag: number, length: number): DolEntry => ({ tag, length });
const built = (tag: number, length: number, value: string | undefined) =>
  toHex(buildDol([entry(tag, length)], () => (value === undefined ? undefined : fromHex(value))));

describe('a data object list', () => {
  it.each([
    [
      '9F38 of a contact card',
      '9F1A029F7A019F02065F2A029F4E14',
      [
        [0x9f1a, 2],
        [0x9f7a, 1],
        [0x9f02, 6],
        [0x5f2a, 2],
        [0x9f4e, 20],
      ],
    ],
    [
      'a list with the switch of algorithms',
      'DF69019505',
      [
        [0xdf69, 1],
        [0x95, 5],
      ],
    ],
    [
      'tags of three and four bytes',
      'DF810102DF81820103',
      [
        [0xdf8101, 2],
        [0xdf818201, 3],
      ],
    ],
    [
      'the same tag twice',
      '9A039A03',
      [
        [0x9a, 3],
        [0x9a, 3],
      ],
    ],
    ['an object of no bytes', '9A00', [[0x9a, 0]]],
    ['an empty list', '', []],
    ['as much as a command carries', '9F0BFF', [[0x9f0b, 255]]],
  ])('is read: %s', (_, hex, entries) => {
    expect(parseDol(fromHex(hex))).toEqual(entries.map(([tag = 0, length = 0]) => entry(tag, length)));
  });

  it.each([
    ['a tag without a length', '9F02069A'],
    ['a tag that is cut short', '9F'],
    ['a long tag that is cut short', 'DF81'],
    ['a tag of five bytes', 'DF8182830101'],
    ['a byte that is no tag', '0001'],
    ['more than a command carries', '9F0BFF9A01'],
  ])('is refused with %s', (_, hex) => {
    expect(parseDol(fromHex(hex))).toBeUndefined();
  });

  it('has the sum of its lengths', () => {
    expect(dolLength([entry(0x9f02, 6), entry(0x9a, 3)])).toBe(9);
  });
});

describe('values of a data object list', () => {
  it.each([
    ['n that are too long keep their right end', 0x9f02, 3, '000000123456', '123456'],
    ['n that are too short are filled with 00 on the left', 0x5f2a, 3, '0156', '000156'],
    ['cn that are too long keep their left end', 0x5a, 3, '6228000100001117', '622800'],
    ['cn that are too short are filled with FF on the right', 0x5a, 5, '622800', '622800FFFF'],
    ['b that are too long keep their left end', 0x95, 2, '8000040800', '8000'],
    ['b that are too short are filled with 00 on the right', 0x9f37, 6, '11223344', '112233440000'],
    ['ans that are too short are filled with 00 on the right', 0x9f4e, 4, '5358', '53580000'],
    ['objects of no known format are treated like b', 0x9f7f, 4, '0102', '01020000'],
    ['values that fit are taken as they are', 0x9a, 3, '150326', '150326'],
    ['empty values are zeros', 0x9f37, 2, '', '0000'],
    ['an empty cn is filled', 0x5a, 2, '', 'FFFF'],
    ['objects of no bytes are nothing', 0x9f02, 0, '000000123456', ''],
    ['what the terminal has not is zeros', 0xdf69, 1, undefined, '00'],
    ['a template is zeros', 0x70, 3, '010203', '000000'],
    ['a template with a long tag is zeros', 0xbf0c, 2, '0102', '0000'],
  ])('%s', (_, tag, length, value, expected) => {
    expect(built(tag, length, value)).toBe(expected);
  });

  it('stand in the order of the list, as often as it names them', () => {
    const entries = [entry(0x9a, 3), entry(0x9c, 1), entry(0x9a, 3)];
    const value = (tag: number) => fromHex(tag === 0x9a ? '150326' : '01');
    expect(toHex(buildDol(entries, value))).toBe('15032601150326');
  });

  it('leave the data they are taken from as they are', () => {
    const amount = fromHex('000000123456');
    buildDol([entry(0x9f02, 3)], () => amount);
    expect(toHex(amount)).toBe('000000123456');
  });
});
