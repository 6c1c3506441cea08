import { describe, expect, test } from 'vitest';
import { concat, equalBytes, fromHex, toHex } from '../../../apdu/bytes.ts';

describe('hex', () => {
  test('is written in capitals without blanks', () => {
    expect(toHex(Uint8Array.of(0x00, 0xab))).toBe('00AB');
  });

  test('is read in both cases, with blanks and tabs between bytes', () => {
    expect(fromHex('aB c0\tFF')).toEqual(Uint8Array.of(0xab, 0xc0, 0xff));
  });

  test.each([
    ['a letter that is no digit', '00G0', 2],
    ['a sign before the digits', '0/', 1],
    ['half a byte', '000', 3],
    ['a blank within a byte', '0 0', 1],
  ])('refuses %s and says where', (_, text, offset) => {
    expect(() => fromHex(text)).toThrow(expect.objectContaining({ code: 'hex-malformed', details: { offset } }));
  });
});

describe('bytes', () => {
  test('are joined in order', () => {
    expect(concat([fromHex('01'), fromHex(''), fromHex('0203')])).toEqual(fromHex('010203'));
  });

  test.each([
    ['01', '01', true],
    ['01', '02', false],
    ['01', '0102', false],
    ['', '', true],
  ])('%s and %s are equal: %s', (a, b, equal) => {
    expect(equalBytes(fromHex(a), fromHex(b))).toBe(equal);
  });
});
