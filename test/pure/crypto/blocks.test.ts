import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { encryptEcb } from '../../../src/crypto/blocks.ts';
import { diversify } from '../../../src/crypto/diversify.ts';

describe('derivation, level by level', () => {
  it('gives the worked keys of social-security-card.md 6.7', () => {
    const level = (key: string, factor: string) => toHex(diversify('3DES', fromHex(key), fromHex(factor)));
    const province = level('000102030405060708090A0B0C0D0E0F', '3332303030307368');
    const city = level(province, '3332303430307378');
    expect([province, city, level(city, '8697159900BF7C7A')]).toEqual([
      '21284C75D51CB410FCA7F12ED4956C08',
      'E8A4670BC5ECCD12A47AFFB5B10D24ED',
      'A1B22EFD89B03EA0C70596AAE23B5856',
    ]);
  });
});

describe('lengths that are faults of the program', () => {
  it.each([
    ['DES', 16, 8],
    ['3DES', 8, 8],
    ['3DES', 12, 8],
    ['SM4', 24, 16],
    ['SM4', 8, 16],
    ['DES', 8, 7],
    ['SM4', 16, 8],
  ] as const)('%s refuses a key of %i bytes with %i bytes of data', (cipher, key, data) => {
    expect(() => encryptEcb(cipher, new Uint8Array(key), new Uint8Array(data))).toThrow(RangeError);
  });

  it('refuses a factor that has not 8 bytes', () => {
    expect(() => diversify('3DES', new Uint8Array(16), new Uint8Array(4))).toThrow(RangeError);
  });
});
