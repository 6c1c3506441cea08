import { constants, createPublicKey, generateKeyPairSync, publicDecrypt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { recoverIssuerKey, verifyStatic } from '../../../src/crypto/rsa-offline.ts';
import { publicOperation } from '../../../src/crypto/rsa-recovery.ts';

/** Modulus of a fresh key. */
function freshModulus(bits: number, exponent: number): Uint8Array {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: bits, publicExponent: exponent });
  return new Uint8Array(Buffer.from(publicKey.export({ format: 'jwk' }).n ?? '', 'base64url'));
}

/** What the platform makes of it. */
function platform(modulus: Uint8Array, exponent: Uint8Array, block: Uint8Array): Uint8Array {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
  const key = createPublicKey({ key: { kty: 'RSA', n: text(modulus), e: text(exponent) }, format: 'jwk' });
  return new Uint8Array(publicDecrypt({ key, padding: constants.RSA_NO_PADDING }, block));
}

describe('the public operation', () => {
  it.each([
    [768, 3],
    [1024, 3],
    [1152, 65537],
    [1984, 3],
    [1984, 65537],
  ])('of a key of %i bits with exponent %i is that of the platform', (bits, e) => {
    const modulus = freshModulus(bits, e);
    const exponent = e === 3 ? Uint8Array.of(3) : Uint8Array.of(1, 0, 1);
    for (let n = 0; n < 20; n++) {
      const block = Uint8Array.from(modulus, (_, at) => (at === 0 ? n % 2 : (at * 37 + n * 101) & 0xff));
      expect(publicOperation(modulus, exponent, block)).toEqual(platform(modulus, exponent, block));
    }
  });

  it('keeps leading zeros', () => {
    const modulus = freshModulus(768, 3);
    const one = new Uint8Array(96).fill(0);
    one[95] = 2;
    expect(publicOperation(modulus, Uint8Array.of(3), one)?.at(-1)).toBe(8);
    expect(publicOperation(modulus, Uint8Array.of(3), one)).toHaveLength(96);
  });

  it.each([
    ['not below the modulus', 1],
    ['all ones', 0],
  ])('of a block %s is none, with either exponent', (_, less) => {
    const modulus = freshModulus(768, 3);
    const block = less === 1 ? modulus : new Uint8Array(96).fill(0xff);
    expect(publicOperation(modulus, Uint8Array.of(3), block)).toBeUndefined();
    expect(publicOperation(modulus, Uint8Array.of(1, 0, 1), block)).toBeUndefined();
  });

  it('another exponent under the same modulus is another key', () => {
    const modulus = freshModulus(768, 65537);
    const block = new Uint8Array(96).fill(0x11);
    const [first, second] = [Uint8Array.of(1, 0, 1), Uint8Array.of(0x11)];
    expect(publicOperation(modulus, first, block)).toEqual(platform(modulus, first, block));
    expect(publicOperation(modulus, second, block)).toEqual(platform(modulus, second, block));
  });
});

/** Keys and certificates of every shape that a card may send. */
describe('hostile keys and certificates', () => {
  const today = { year: 2026, month: 11 };
  const exponents = [
    new Uint8Array(),
    Uint8Array.of(0),
    Uint8Array.of(1),
    Uint8Array.of(2),
    Uint8Array.of(3),
    Uint8Array.of(0, 0, 3),
    new Uint8Array(255).fill(0xff),
  ];
  const moduli = [
    new Uint8Array(),
    new Uint8Array(96),
    Uint8Array.of(1),
    new Uint8Array(23).fill(0xc1),
    new Uint8Array(63).fill(0xc1),
    new Uint8Array(96).fill(0xff),
    new Uint8Array(96).fill(0xc2),
    new Uint8Array(248).fill(0xc1),
  ];

  it.each([0, 1, 22, 23, 63, 64, 95, 96, 97, 248, 255])(
    'a certificate of %i bytes is invalid, never a throw',
    (size) => {
      for (const modulus of moduli) {
        for (const exponent of exponents) {
          for (const filling of [0x00, 0x6a, 0xff]) {
            const certificate = new Uint8Array(size).fill(filling);
            const parts = { certificate, remainder: new Uint8Array(), exponent };
            expect(recoverIssuerKey({ modulus, exponent }, parts, '6200000000000000', today).kind).toBe('invalid');
            expect(verifyStatic({ modulus, exponent }, certificate, new Uint8Array()).kind).toBe('invalid');
          }
        }
      }
    },
  );
});
