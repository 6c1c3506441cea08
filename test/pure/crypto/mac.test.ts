import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { equalInConstantTime } from '../../../src/crypto/compare.ts';
import { desMac, pad1, pad2, sm4Mac } from '../../../src/crypto/mac.ts';

describe('a MAC over what is no message', () => {
  it.each([
    ['no block', () => desMac(new Uint8Array(16), new Uint8Array(0))],
    ['no block of SM4', () => sm4Mac(new Uint8Array(16), new Uint8Array(0))],
    ['half a block', () => desMac(new Uint8Array(16), new Uint8Array(12))],
    ['a key of three parts', () => desMac(new Uint8Array(24), new Uint8Array(8))],
    [
      'a challenge of four bytes, not filled to a block',
      () => desMac(new Uint8Array(16), new Uint8Array(8), new Uint8Array(4)),
    ],
    [
      'an initial value of half a block of SM4',
      () => sm4Mac(new Uint8Array(16), new Uint8Array(16), new Uint8Array(8)),
    ],
  ])('%s is refused', (_, mac) => {
    expect(mac).toThrow(RangeError);
  });
});

describe('padding', () => {
  it('leaves the bytes given alone', () => {
    const data = Uint8Array.of(1, 2, 3);
    pad1(data, 8)[0] = 9;
    pad2(data, 16)[0] = 9;
    expect(data).toEqual(Uint8Array.of(1, 2, 3));
  });

  it('of an empty message is one whole block', () => {
    expect([pad1(new Uint8Array(0), 8), pad2(new Uint8Array(0), 16)].map(toHex)).toEqual([
      '0000000000000000',
      '80000000000000000000000000000000',
    ]);
  });
});

describe('comparison in constant time', () => {
  it.each([
    ['0102', '0102', true],
    ['0102', '0103', false],
    ['0102', '010203', false],
    ['', '', true],
  ])('of %s and %s says %s', (a, b, equal) => {
    expect(equalInConstantTime(fromHex(a), fromHex(b))).toBe(equal);
  });
});
