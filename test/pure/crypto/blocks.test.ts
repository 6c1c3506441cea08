import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { encryptEcb } from '../../../src/crypto/blocks.ts';
import { diversify } from '../../../src/crypto/diversify.ts';

interface Vector {
  id: string;
  op: string;
  in: { alg?: '3des' | 'sm4'; key: string; data: string; factors: string[] };
  out: { cipher: string; key: string; levels: string[] };
}

const vectors = (name: string): Vector[] =>
  JSON.parse(readFileSync(new URL(`../../../fixtures/vectors/crypto/${name}.json`, import.meta.url), 'utf8')).vectors;

describe('single and two-key DES in ECB', () => {
  const cases = vectors('des').filter((v) => v.op === 'des.ecb.encrypt' && v.in.key.length <= 32);

  it('has vectors of both kinds', () => {
    expect(new Set(cases.map((v) => v.in.key.length))).toEqual(new Set([16, 32]));
  });

  it.each(cases)('$id', (v) => {
    const key = fromHex(v.in.key);
    expect(toHex(encryptEcb(key.length === 8 ? 'DES' : '3DES', key, fromHex(v.in.data)))).toBe(v.out.cipher);
  });
});

describe('derivation, level by level', () => {
  it.each(vectors('diversify'))('$id', (v) => {
    const levels: string[] = [];
    let key = fromHex(v.in.key);
    for (const factor of v.in.factors) {
      key = diversify(v.in.alg === 'sm4' ? 'SM4' : '3DES', key, fromHex(factor));
      levels.push(toHex(key));
    }
    expect(levels).toEqual(v.out.levels);
  });

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

describe('SM4', () => {
  it('gives the example of GB/T 32907', () => {
    const key = fromHex('0123456789ABCDEFFEDCBA9876543210');
    expect(toHex(encryptEcb('SM4', key, key))).toBe('681EDF34D206965E86B3E94F536E4246');
  });
});

describe('lengths that are faults of the program', () => {
  it.each([
    ['DES', 16, 8],
    ['3DES', 8, 8],
    ['3DES', 24, 8],
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
