import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type BerTlv, decodeBerTlv, encodeBerTlv, findTag } from '../../../apdu/ber-tlv.ts';
import { concat, fromHex, toHex } from '../../../apdu/bytes.ts';

const empty = new Uint8Array();
const decodeHex = (text: string, limits = {}) => decodeBerTlv(fromHex(text), limits);

/** Templates A0 one within another, `levels` deep; written here so that the test does not lean on `encodeBerTlv`. */
function nested(levels: number): Uint8Array {
  let inner: Uint8Array = empty;
  for (let level = 0; level < levels; level++) {
    const size = inner.length;
    inner = concat([Uint8Array.from(size > 0x7f ? [0xa0, 0x81, size] : [0xa0, size]), inner]);
  }
  return inner;
}

describe('reading', () => {
  test('gives the tree of an FCI', () => {
    const list = decodeHex('6F0D 8403010203 A506 9F0C03040506');
    expect(list).toEqual([
      {
        tag: 0x6f,
        value: fromHex('8403010203A5069F0C03040506'),
        children: [
          { tag: 0x84, value: fromHex('010203') },
          {
            tag: 0xa5,
            value: fromHex('9F0C03040506'),
            children: [{ tag: 0x9f0c, value: fromHex('040506') }],
          },
        ],
      },
    ]);
  });

  test.each([
    ['1F01', 0x1f01],
    ['5F2D', 0x5f2d],
    ['9F8102', 0x9f8102],
    ['DF81FF7F', 0xdf81ff7f],
    ['FF21', 0xff21],
  ])('keeps tag %s as one number', (text, tag) => {
    expect(decodeHex(`${text}00`)[0]?.tag).toBe(tag);
  });

  test.each([
    ['00', 0],
    ['7F', 0x7f],
    ['8105', 5],
    ['8180', 0x80],
    ['820100', 0x100],
    ['83000101', 0x101],
  ])('takes length %s', (text, length) => {
    expect(decodeHex(`04${text}${'AA'.repeat(length)}`)[0]?.value).toHaveLength(length);
  });

  test('gives an empty template no children', () => {
    expect(decodeHex('7000')).toEqual([{ tag: 0x70, value: empty, children: [] }]);
  });

  test('of no bytes gives no objects', () => {
    expect(decodeHex('')).toEqual([]);
  });

  test('hands out views, not copies', () => {
    const bytes = fromHex('0401AA');
    expect(decodeBerTlv(bytes)[0]?.value.buffer).toBe(bytes.buffer);
  });

  test('skips filler between objects when told to', () => {
    expect(decodeHex('00FF 7005 00 0401AA FF 0000', { padding: true })).toEqual([
      { tag: 0x70, value: fromHex('000401AAFF'), children: [{ tag: 0x04, value: fromHex('AA') }] },
    ]);
  });

  test('reads into the templates that are named, and leaves the others as they are', () => {
    const [known, unknown] = decodeHex('7003 0401AA 7103 0405AA', { templates: new Set([0x70]) });
    expect(known?.children).toEqual([{ tag: 0x04, value: fromHex('AA') }]);
    expect(unknown).toEqual({ tag: 0x71, value: fromHex('0405AA') });
  });

  test('takes the deepest nesting that is allowed', () => {
    expect(decodeBerTlv(nested(63))).toHaveLength(1);
  });
});

describe('reading refuses', () => {
  test.each([
    ['filler unless told to skip it', '00', 0],
    ['filler within a template', '700100', 2],
    ['a tag without length', '04', 1],
    ['a long tag without length', '9F0C', 2],
    ['a tag cut short', '9F', 1],
    ['a long tag cut short', '9F81', 2],
    ['a tag number that begins with zero', '9F8001', 1],
    ['a tag over four bytes', '9F8181810100', 0],
    ['an indefinite length', '70800000', 1],
    ['a length of four bytes', '048400000001AA', 1],
    ['the reserved length', '04FF', 1],
    ['a length cut short', '048201', 3],
    ['a value one byte short', '0402AA', 2],
    ['an object longer than its template', '70030402AA04', 4],
    ['a length that reaches out of its template', '700204810401020304', 4],
  ])('%s', (_, text, offset) => {
    expect(() => decodeHex(text)).toThrow(expect.objectContaining({ code: 'tlv-malformed', details: { offset } }));
  });

  test('a value over 64 KiB', () => {
    const bytes = concat([fromHex('0483010001'), new Uint8Array(0x10001)]);
    expect(() => decodeBerTlv(bytes)).toThrow(
      expect.objectContaining({ code: 'tlv-malformed', details: { offset: 5 } }),
    );
  });

  test('a value over the limit that the caller set', () => {
    expect(() => decodeHex('0403010203', { maxValue: 2 })).toThrow(expect.objectContaining({ code: 'tlv-malformed' }));
  });

  test.each([
    [64, undefined],
    [3, 3],
  ])('%i levels with a limit of %s', (levels, maxDepth) => {
    const limits = maxDepth === undefined ? {} : { maxDepth };
    expect(() => decodeBerTlv(nested(levels), limits)).toThrow(
      expect.objectContaining({ code: 'tlv-malformed', message: 'templates are nested too deep' }),
    );
  });

  test('more levels than there are, however high the limit is set', () => {
    expect(() => decodeBerTlv(nested(64), { maxDepth: 1_000_000 })).toThrow(
      expect.objectContaining({ code: 'tlv-malformed' }),
    );
  });
});

describe('writing', () => {
  test.each([
    ['a short value', [{ tag: 0x84, value: fromHex('0102') }], '84020102'],
    ['a tag of four bytes', [{ tag: 0xdf81ff7f, value: empty }], 'DF81FF7F00'],
    ['a tag of three bytes', [{ tag: 0x9f8102, value: empty }], '9F810200'],
    [
      'children rather than the value',
      [{ tag: 0x70, value: fromHex('FF'), children: [{ tag: 4, value: empty }] }],
      '70020400',
    ],
    ['a template given as bytes', [{ tag: 0x70, value: fromHex('0400') }], '70020400'],
    ['nothing', [], ''],
  ] as [string, BerTlv[], string][])('%s', (_, list, text) => {
    expect(toHex(encodeBerTlv(list))).toBe(text);
  });

  test.each([
    [0x7f, '7F'],
    [0x80, '8180'],
    [0x100, '820100'],
    [0x10000, '83010000'],
  ])('a length of %i in the fewest bytes', (length, text) => {
    const bytes = encodeBerTlv([{ tag: 4, value: new Uint8Array(length) }]);
    expect(toHex(bytes.subarray(0, bytes.length - length))).toBe(`04${text}`);
  });

  test('turns what was read into its canonical form', () => {
    expect(toHex(encodeBerTlv(decodeHex('00 708105 04820001AA FF', { padding: true })))).toBe('70030401AA');
  });

  test('gives published records back as they were', () => {
    const folder = new URL('../../../fixtures/vectors/emv/', import.meta.url);
    // The cases of rules have records that are wrong on purpose.
    const whole = readdirSync(folder).filter((name) => !name.endsWith('-cases.json'));
    const texts = whole.flatMap(
      (name) => readFileSync(new URL(name, folder), 'utf8').match(/(?<=")(?:6F|70|77)[0-9A-F]{8,}9000(?=")/g) ?? [],
    );
    const records = texts.map((text) => text.slice(0, -4));
    expect(records.length).toBeGreaterThan(8);
    expect(records.map((text) => toHex(encodeBerTlv(decodeHex(text))))).toEqual(records);
  });

  test.each([
    ['zero', 0],
    ['a fraction', 4.5],
    ['a negative number', -4],
    ['over four bytes', 0x1f81818101],
    ['a first byte that wants more', 0x1f],
    ['a first byte that wants no more', 0x8401],
    ['a tag that goes on', 0x9f81],
    ['a tag that ends before its last byte', 0x9f0c01],
    ['a number that begins with zero', 0x9f8001],
  ])('refuses as a tag %s', (_, tag) => {
    expect(() => encodeBerTlv([{ tag, value: empty }])).toThrow(expect.objectContaining({ code: 'tlv-malformed' }));
  });

  test('refuses children under a primitive tag', () => {
    expect(() => encodeBerTlv([{ tag: 4, value: empty, children: [] }])).toThrow(
      expect.objectContaining({ code: 'tlv-malformed' }),
    );
  });

  test('refuses a value over 16 MiB', () => {
    expect(() => encodeBerTlv([{ tag: 4, value: new Uint8Array(0x1000000) }])).toThrow(
      expect.objectContaining({ code: 'tlv-malformed' }),
    );
  });

  test('refuses a list that contains itself', () => {
    const children: BerTlv[] = [];
    children.push({ tag: 0x70, value: empty, children });
    expect(() => encodeBerTlv(children)).toThrow(expect.objectContaining({ code: 'tlv-malformed' }));
  });
});

describe('finding', () => {
  const list = decodeHex('E104 9F010101 70049F01017F 8400'.replaceAll(' ', ''));

  test('looks into templates, the first in the order of the card wins', () => {
    expect(findTag(list, 0x9f01)?.value).toEqual(fromHex('01'));
  });

  test('finds what stands behind templates', () => {
    expect(findTag(list, 0x84)?.value).toEqual(empty);
  });

  test('of a tag that is not there gives nothing', () => {
    expect(findTag(list, 0x50)).toBeUndefined();
  });
});
