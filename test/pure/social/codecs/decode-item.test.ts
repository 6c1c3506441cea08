import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../../apdu/bytes.ts';
import { decodeItem } from '../../../../src/social/codecs/item.ts';
import type { ItemDescription } from '../../../../src/social/profile/profile.ts';
import { CODING, EDUCATION, item } from './items.ts';

const decode = (description: ItemDescription, hex: string) => decodeItem(description, fromHex(hex), CODING);
const value = (found: unknown, ...odd: string[]) => ({ kind: 'value', value: found, ...(odd.length > 0 && { odd }) });
const undecodable = (why: string, raw: string) => ({ kind: 'undecodable', why, raw });
const EMPTY = { kind: 'empty' };

describe('an item of text', () => {
  it.each([
    ['D5C5C8FD0000', value('张三')],
    ['D5C5C8FD2020', value('张三')],
    ['AAA100000000', value('\uE000', 'private-use')],
    ['000000000000', EMPTY],
    ['FFFFFFFFFFFF', EMPTY],
    ['D5C5C8', undecodable('text', 'D5C5C8')],
    ['D5C50A000000', undecodable('text', 'D5C50A000000')],
  ])('%s', async (hex, expected) => {
    expect(await decode(item('an', 6), hex)).toEqual(expected);
  });

  it('of another length is read, and marked', async () => {
    expect(await decode(item('an', 6), 'D5C5C8FD')).toEqual(value('张三', 'length'));
  });
});

describe('an item of digits', () => {
  it.each([
    ['32049900FFFF', value('32049900')],
    ['000000000000', EMPTY],
    ['FFFFFFFFFFFF', EMPTY],
    ['3204FF990000', undecodable('digits', '3204FF990000')],
    ['32049A000000', undecodable('digits', '32049A000000')],
  ])('%s', async (hex, expected) => {
    expect(await decode(item('cn', 6), hex)).toEqual(expected);
  });
});

describe('a date', () => {
  it.each([
    ['date', '18990228', value('1899-02-28')],
    ['date', '18990229', undecodable('date-impossible', '18990229')],
    ['date', '189902FF', undecodable('date-impossible', '189902FF')],
    ['date', '00000000', EMPTY],
    ['date', 'FFFFFFFF', EMPTY],
    ['date', '1899022A', undecodable('digits', '1899022A')],
    ['month', '189912', value('1899-12')],
    ['month', '189913', undecodable('date-impossible', '189913')],
    ['month', '1899FF', undecodable('date-impossible', '1899FF')],
    ['datetime', '20240229235959', value('2024-02-29T23:59:59')],
    ['datetime', '20240229240000', undecodable('date-impossible', '20240229240000')],
    ['datetime', '20230229120000', undecodable('date-impossible', '20230229120000')],
    ['datetime', '202402292359FF', undecodable('date-impossible', '202402292359FF')],
  ] as const)('%s %s', async (meaning, hex, expected) => {
    expect(await decode(item('cn', hex.length / 2, { meaning }), hex)).toEqual(expected);
  });
});

describe('an amount or a number', () => {
  it.each([
    ['cn', 'fen', '00012345', value(12345)],
    ['cn', 'fen', '12345FFF', value(12345)],
    ['cn', 'fen', '00000000', value(0)],
    ['cn', 'fen', 'FFFFFFFF', EMPTY],
    ['cn', 'fen', '0001234A', undecodable('digits', '0001234A')],
    ['b', 'fen', '00003039', value(12345)],
    ['b', 'fen', '00000000', value(0)],
    ['b', 'fen', 'FFFFFFFF', EMPTY],
    ['b', 'fen', 'FFFFFFFE', value(0xfffffffe)],
    ['b', 'number', '0102', value(0x0102)],
    ['dec', undefined, '00000150', value(150)],
    ['dec', 'fen', '000150', value(150)],
    ['dec', undefined, '00A150', undecodable('digits', '00A150')],
  ] as const)('%s %s %s', async (format, meaning, hex, expected) => {
    const description = item(format, hex.length / 2, meaning === undefined ? {} : { meaning });
    expect(await decode(description, hex)).toEqual(expected);
  });
});

describe('bytes', () => {
  it('are hex, or empty', async () => {
    expect(await decode(item('b', 3), '01ABFF')).toEqual(value('01ABFF'));
    expect(await decode(item('b', 3), 'FFFFFF')).toEqual(EMPTY);
  });

  it('of an item whose length nobody knows are never of another length', async () => {
    expect(await decode(item('b', 0), '0102')).toEqual(value('0102'));
  });
});

describe('a code', () => {
  it.each([
    ['an', 'GB/T 2261.1', '31', value({ code: '1', nameZh: '男', nameEn: 'Male' })],
    ['an', 'GB/T 2261.1', '37', value({ code: '7' }, 'code-unknown')],
    ['an', 'GB/T 2261.2 (formerly GB 4766)', '32', value({ code: '2', nameZh: '已婚', nameEn: 'Married' })],
    ['an', 'GB/T 2261.3 (formerly GB 4767)', '33', value({ code: '3', nameZh: '有慢性病', nameEn: 'Chronic disease' })],
    ['an', 'GA 324.1', '31', value({ code: '1', nameZh: '非农业家庭户', nameEn: 'Non-agricultural family' })],
    // Tables that are not complete say nothing about other codes.
    ['an', 'GA 324.1', '37', value({ code: '7' })],
    ['cn', 'GB/T 3304', '01', value({ code: '01', nameZh: '汉族', nameEn: 'Han' })],
    ['cn', 'GB/T 3304', '57', value({ code: '57' }, 'code-unknown')],
    ['cn', 'medical person category', '21', value({ code: '21', nameZh: '退休', nameEn: 'Retired' })],
    ['cn', 'GB/T 2260', '320400', value({ code: '320400', nameZh: '常州市', nameEn: 'Changzhou' })],
    ['cn', 'GB/T 2260', '320499', value({ code: '320499' }, 'code-unknown')],
    ['cn', 'GB/T 2260', '110101', value({ code: '110101' })],
    // A table that we do not have.
    ['an', 'GB/T 6565', '34', value({ code: '4' })],
    // Not lists: rules for numbers.
    ['an', 'GB 11714', '34', value('4')],
  ] as const)('%s %s %s', async (format, codeTable, hex, expected) => {
    expect(await decode(item(format, hex.length / 2, { codeTable }), hex)).toEqual(expected);
  });
});

describe('a group', () => {
  const SCHOOL = `5928${'D5C5C8FD'.padEnd(80, '0')}`;
  const part = (tag: string, decoded: unknown, at?: number) => ({
    tag,
    ...(at !== undefined && { item: EDUCATION.items?.[at] }),
    decoded,
  });
  const degree = part('57', value({ code: '21' }), 0);
  const month = part('58', value('1899-07'), 1);
  const school = part('59', value('张三'), 2);

  it('is its parts', async () => {
    const parts = [degree, month, school];
    expect(await decode(EDUCATION, `5703323100${'5803189907'}${SCHOOL}`)).toEqual(value({ parts }));
  });

  it('keeps the order of the card, and lacks what the card lacks', async () => {
    const parts = [month, degree];
    expect(await decode(EDUCATION, '58031899075703323100')).toEqual(value({ parts }, 'length'));
  });

  it('keeps a part nobody described, and marks it', async () => {
    const parts = [part('77', value('0102', 'tag-unknown')), degree];
    expect(await decode(EDUCATION, '770201025703323100')).toEqual(value({ parts }, 'length'));
  });

  it('marks a part of another length, and one that comes twice', async () => {
    const parts = [part('57', value({ code: '2' }, 'length'), 0), part('57', value({ code: '21' }, 'tag-repeated'), 0)];
    expect(await decode(EDUCATION, '5701325703323100')).toEqual(value({ parts }, 'length'));
  });

  it('keeps a part that cannot be read', async () => {
    const parts = [part('58', undecodable('date-impossible', '189913'), 1)];
    expect(await decode(EDUCATION, '5803189913')).toEqual(value({ parts }, 'length'));
  });

  it('may be followed by its filling', async () => {
    const padded = `5703323100`.padEnd(104, 'F');
    expect(await decode(EDUCATION, padded)).toEqual(value({ parts: [degree] }));
  });

  it.each(['00'.repeat(52), 'FF'.repeat(52), `57030000005803FFFFFF5928${'00'.repeat(40)}`, ''])(
    '%s is empty',
    async (hex) => {
      expect(await decode(EDUCATION, hex)).toEqual(EMPTY);
    },
  );

  it.each(['57033231', '570332310058', '5703323100FF0200'])('%s is no run of parts', async (hex) => {
    expect(await decode(EDUCATION, hex)).toEqual(undecodable('structure', hex));
  });
});
