import { describe, expect, it } from 'vitest';
import { toHex } from '../../../../apdu/bytes.ts';
import { SscardError } from '../../../../apdu/errors.ts';
import { encodeItem } from '../../../../src/social/codecs/item-encode.ts';
import type { ItemInput } from '../../../../src/social/codecs/item-value.ts';
import type { ItemDescription } from '../../../../src/social/profile/profile.ts';
import { CODING, EDUCATION, item } from './items.ts';

const place = 'DF04EF05|8C';
const encode = async (description: ItemDescription, value: ItemInput | null, cut = false) =>
  toHex(await encodeItem(description, value, CODING, { place, cut }));

/** The error of a value that is refused; the value is nowhere in it. */
async function refusal(description: ItemDescription, value: ItemInput): Promise<SscardError> {
  const error: unknown = await encode(description, value).catch((reason: unknown) => reason);
  if (!(error instanceof SscardError)) throw new Error(`not refused: ${error}`);
  if (typeof value === 'string' && value.length > 3)
    expect(JSON.stringify({ ...error, m: error.message })).not.toContain(value);
  return error;
}

describe('what is written', () => {
  it.each([
    [item('an', 6), '张三', 'D5C5C8FD0000'],
    [item('an', 8), '李㐀', 'C0EE8139EE390000'],
    [item('an', 4), '𠀀', '95328236'],
    // Four bytes each in older editions of the code: as they are read.
    [item('an', 4), '\u9fb4\ufe10', 'FE59A6D9'],
    [item('an', 3), '12', '313200'],
    [item('cn', 3), '320499', '320499'],
    [item('cn', 3), '32', '32FFFF'],
    [item('cn', 2), '123', '123F'],
    [item('b', 2), '01ab', '01AB'],
    [item('b', 0), '010203', '010203'],
    [item('cn', 4, { meaning: 'date' }), '1899-02-28', '18990228'],
    [item('cn', 4, { meaning: 'date' }), '18990228', '18990228'],
    [item('cn', 3, { meaning: 'month' }), '1899-12', '189912'],
    [item('cn', 7, { meaning: 'datetime' }), '2024-02-29T23:59:59', '20240229235959'],
    [item('cn', 4, { meaning: 'fen' }), '12345', '00012345'],
    [item('cn', 4, { meaning: 'fen' }), 0, '00000000'],
    [item('b', 4, { meaning: 'fen' }), 12345, '00003039'],
    [item('b', 2, { meaning: 'number' }), '258', '0102'],
    [item('dec', 3), '150', '000150'],
    [item('an', 1, { codeTable: 'GB/T 2261.1' }), '1', '31'],
    [item('an', 1, { codeTable: 'GB/T 2261.1' }), { code: '1', nameZh: '男' }, '31'],
  ] as const)('%o %o', async (description, value, hex) => {
    expect(await encode(description, value)).toBe(hex);
  });

  it.each([
    [item('an', 3), '000000'],
    [item('cn', 3), 'FFFFFF'],
    [item('b', 2), 'FFFF'],
    [item('dec', 3), 'FFFFFF'],
  ] as const)('an empty item: %o', async (description, hex) => {
    expect([await encode(description, ''), await encode(description, null)]).toEqual([hex, hex]);
  });

  it('a text that is too long only where it may be cut, and never through a character', async () => {
    expect(await encode(item('an', 5), '张三李', true)).toBe('D5C5C8FD00');
    expect(await encode(item('an', 3), '李㐀', true)).toBe('C0EE00');
    expect((await refusal(item('an', 5), '张三李')).code).toBe('value-malformed');
  });
});

describe('what is refused, with the address and without the value', () => {
  it.each([
    ['too long a text', item('an', 3), '张三'],
    ['too many digits', item('cn', 2), '12345'],
    ['no digits', item('cn', 2), '12A4'],
    ['digits of another script', item('cn', 2), '１２'],
    ['a minus', item('cn', 4, { meaning: 'fen' }), -1],
    ['half a fen', item('b', 4, { meaning: 'fen' }), 1.5],
    ['more than four bytes hold', item('b', 4, { meaning: 'fen' }), 0x100000000],
    ['the filling of an amount', item('b', 4, { meaning: 'fen' }), 0xffffffff],
    ['more than eight digits', item('cn', 4, { meaning: 'fen' }), '100000000'],
    ['a day that does not exist', item('cn', 4, { meaning: 'date' }), '1899-02-29'],
    ['a date of another form', item('cn', 4, { meaning: 'date' }), '28.02.1899'],
    ['a month that does not exist', item('cn', 3, { meaning: 'month' }), '1899-13'],
    ['a time that does not exist', item('cn', 7, { meaning: 'datetime' }), '2024-02-29T24:00:00'],
    ['bytes of another length', item('b', 2), '010203'],
    ['no hex', item('b', 2), '01XY'],
    ['bytes that are read as empty', item('b', 2), '0000'],
    ['digits that are read as empty', item('cn', 2), '0000'],
    ['half of a pair of characters', item('an', 30), 'ab\ud800'],
    ['a control character', item('an', 30), '张\n三'],
    ['a blank at the end', item('an', 30), '张三 '],
    ['only a blank', item('an', 30), ' '],
    ['a bar', item('an', 30), '张|三'],
    ['a dollar', item('an', 30), '张$三'],
    ['an object', item('an', 30), { a: '1' }],
    ['a text whose length nobody knows', item('an', 0), '1234'],
  ] as const)('%s', async (_, description, value) => {
    expect(await refusal(description, value)).toMatchObject({ code: 'value-malformed', details: { place } });
  });

  it.each(['张,三', '张^三'])('%s inside a group only', async (text) => {
    expect(await encode(item('an', 8), text)).toMatch(/^D5C5/);
    const error = await refusal(EDUCATION, { schoolName: text });
    expect(error.details.place).toBe('DF04EF05|8C,59');
  });
});

describe('a group', () => {
  const EMPTY_SCHOOL = `5928${'00'.repeat(40)}`;

  it('is written with all its parts, in their order', async () => {
    const value = { graduationMonth: '1899-07', educationDegreeCode: '21' };
    expect(await encode(EDUCATION, value)).toBe(`57033231005803189907${EMPTY_SCHOOL}`);
  });

  it('takes parts by tag, too', async () => {
    expect(await encode(EDUCATION, { 58: '1899-07' })).toBe(`57030000005803189907${EMPTY_SCHOOL}`);
  });

  it('without parts is empty, and as long as ever', async () => {
    expect(await encode(EDUCATION, null)).toBe(`57030000005803FFFFFF${EMPTY_SCHOOL}`);
  });

  it.each([[{ school: 'x' }], ['text']] as const)('%o is refused', async (value) => {
    expect((await refusal(EDUCATION, value)).details.place).toBe(place);
  });
});
