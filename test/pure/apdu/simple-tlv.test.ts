import { describe, expect, test } from 'vitest';
import { fromHex } from '../../../apdu/bytes.ts';
import { decodeSimpleTlv, encodeSimpleTlv } from '../../../apdu/simple-tlv.ts';

describe("the card's own TLV", () => {
  test.each([0x1f, 0x3f, 0x5f, 0x7f, 0xdf, 0xff, 0x00])('has whole tags of one byte, %i too', (tag) => {
    expect(decodeSimpleTlv(Uint8Array.of(tag, 1, 0xaa))).toEqual([{ tag, value: fromHex('AA') }]);
  });

  test.each([0x80, 0x81, 0xff])('has whole lengths of one byte, %i too', (length) => {
    const value = new Uint8Array(length).fill(1);
    expect(decodeSimpleTlv(encodeSimpleTlv(0x4e, value))).toEqual([{ tag: 0x4e, value }]);
  });

  test('keeps the order and repeated tags', () => {
    expect(decodeSimpleTlv(fromHex('0201AA 0100 0201BB'))).toEqual([
      { tag: 2, value: fromHex('AA') },
      { tag: 1, value: new Uint8Array() },
      { tag: 2, value: fromHex('BB') },
    ]);
  });

  test('of no bytes is an empty list', () => {
    expect(decodeSimpleTlv(new Uint8Array())).toEqual([]);
  });

  test('hands out views, not copies', () => {
    const bytes = fromHex('0101AA');
    expect(decodeSimpleTlv(bytes)[0]?.value.buffer).toBe(bytes.buffer);
  });

  test.each([
    ['a length missing', '0101AA02', 4],
    ['a value one byte short', '0102AA', 1],
  ])('refuses %s', (_, text, offset) => {
    expect(() => decodeSimpleTlv(fromHex(text))).toThrow(
      expect.objectContaining({ code: 'tlv-malformed', details: { offset } }),
    );
  });
});

describe('writing refuses', () => {
  test.each([-1, 256, 1.5])('the tag %s', (tag) => {
    expect(() => encodeSimpleTlv(tag, new Uint8Array())).toThrow(expect.objectContaining({ code: 'tlv-malformed' }));
  });

  test('a value over 255 bytes', () => {
    expect(() => encodeSimpleTlv(1, new Uint8Array(256))).toThrow(
      expect.objectContaining({ code: 'tlv-malformed', details: { offset: 1 } }),
    );
  });
});
