import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { challengeCryptogram, foldedCryptogram } from '../../../src/crypto/authentication.ts';
import { isWeakDesKey, keyCheckValue, withOddParity } from '../../../src/crypto/des-keys.ts';
import { diversifyLevels, processKey, withProcessKey } from '../../../src/crypto/diversify.ts';

const KEY = fromHex('A1B22EFD89B03EA0C70596AAE23B5856');

describe('a process key', () => {
  it.each(['3DES', 'SM4'] as const)('of %s is wiped when its work is done', (cipher) => {
    let kept = new Uint8Array(0) as Uint8Array;
    const first = withProcessKey(cipher, KEY, new Uint8Array(8), (session) => {
      kept = session;
      return session.some((byte) => byte !== 0);
    });
    expect([first, kept.every((byte) => byte === 0)]).toEqual([true, true]);
  });

  it('is wiped when its work fails', () => {
    let kept = new Uint8Array(0) as Uint8Array;
    const work = (session: Uint8Array) => {
      kept = session;
      throw new Error('work');
    };
    expect(() => withProcessKey('3DES', KEY, new Uint8Array(8), work)).toThrow('work');
    expect(kept).toEqual(new Uint8Array(8));
  });

  it.each([
    ['key', new Uint8Array(24), new Uint8Array(8)],
    ['factor', KEY, new Uint8Array(16)],
  ])('wants a %s of its length', (_, key, factor) => {
    expect(() => processKey('3DES', key, factor)).toThrow(RangeError);
  });
});

describe('derivation through several levels', () => {
  it('leaves the master as it was', () => {
    const master = KEY.slice();
    const key = diversifyLevels('SM4', master, [new Uint8Array(8), new Uint8Array(8).fill(1)]);
    key.fill(0);
    expect(master).toEqual(KEY);
  });

  it('without a level gives a copy', () => {
    const copy = diversifyLevels('3DES', KEY, []);
    expect([copy, copy === KEY]).toEqual([KEY, false]);
  });

  it('refuses a master of three parts', () => {
    expect(() => diversifyLevels('3DES', new Uint8Array(24), [])).toThrow(RangeError);
  });
});

describe('weak keys of DES', () => {
  it.each([
    ['weak', '0101010101010101'],
    ['weak, with other parity', '0000000000000000'],
    ['semi-weak', '01FE01FE01FE01FE'],
    ['weak in the right half', 'A1B22EFD89B03EA0E0E0E0E0F1F1F1F1'],
    ['two equal halves', 'A1B22EFD89B03EA0A1B22EFD89B03EA0'],
    ['halves that differ in parity only', 'A1B22EFD89B03EA0A0B32FFC88B13FA1'],
    ['two equal neighbours of three', 'C70596AAE23B5856A1B22EFD89B03EA0A1B22EFD89B03EA0'],
  ])('%s', (_, key) => {
    expect(isWeakDesKey(fromHex(key))).toBe(true);
  });

  it.each(['A1B22EFD89B03EA0', 'A1B22EFD89B03EA0C70596AAE23B5856', 'A1B22EFD89B03EA0C70596AAE23B5856A1B22EFD89B03EA0'])(
    '%s is none',
    (key) => {
      expect(isWeakDesKey(fromHex(key))).toBe(false);
    },
  );

  it('are no question of other lengths', () => {
    expect(() => isWeakDesKey(new Uint8Array(12))).toThrow(RangeError);
  });
});

describe('parity and check value', () => {
  it('makes every byte odd and changes bit 0 alone', () => {
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const odd = withOddParity(all);
    const ones = (byte: number) => byte.toString(2).replaceAll('0', '').length;
    expect(odd.every((byte, at) => ones(byte) % 2 === 1 && byte >> 1 === at >> 1)).toBe(true);
  });

  it('has four bytes where a PIN pad wants them', () => {
    const [three, four] = [keyCheckValue('SM4', KEY), keyCheckValue('SM4', KEY, 4)];
    expect([three.length, toHex(four).startsWith(toHex(three))]).toEqual([3, true]);
  });
});

describe('a challenge of the wrong length', () => {
  it.each([
    ['two blocks of 3DES', () => challengeCryptogram('3DES', KEY, new Uint8Array(16))],
    ['half a block of SM4', () => challengeCryptogram('SM4', KEY, new Uint8Array(8))],
    ['one to be folded', () => foldedCryptogram('SM4', KEY, new Uint8Array(8))],
  ])('is a fault of the program: %s', (_, make) => {
    expect(make).toThrow(RangeError);
  });
});
