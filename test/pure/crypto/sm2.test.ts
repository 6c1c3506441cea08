import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, fromHex, toHex } from '../../../apdu/bytes.ts';
import { withProvider } from '../../../src/crypto/providers/select.ts';
import { signatureFromDer, signatureToDer } from '../../../src/crypto/signature-der.ts';
import {
  DEFAULT_IDENTITY,
  identityDigest,
  messageDigest,
  sm2PublicKey,
  sm2Sign,
  sm2Verify,
} from '../../../src/crypto/sm2.ts';
import { inverse, modulo, toBytes, toScalar } from '../../../src/crypto/sm2-curve.ts';
import { sm2Decrypt, sm2Encrypt } from '../../../src/crypto/sm2-encryption.ts';

const PRIVATE = new Uint8Array(32).fill(0x35);
const PUBLIC = sm2PublicKey(PRIVATE);
const MESSAGE = fromHex('0102030405');
const ORDER = fromHex('FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123');
const lessOne = (bytes: Uint8Array) => concat([bytes.subarray(0, -1), Uint8Array.of((bytes.at(-1) as number) - 1)]);

/** The bytes with one bit changed. */
function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const other = bytes.slice();
  other[bit >> 3] = (other[bit >> 3] as number) ^ (1 << (bit & 7));
  return other;
}

describe('SM2 signatures', () => {
  const signature = sm2Sign(PRIVATE, MESSAGE);

  it('are right under the default identity, which is the digits 1 to 8 twice', () => {
    expect(new TextDecoder().decode(DEFAULT_IDENTITY)).toBe('1234567812345678');
    expect(sm2Verify(PUBLIC, MESSAGE, signature, DEFAULT_IDENTITY)).toBe(true);
  });

  it('are other ones each time', () => {
    expect(toHex(sm2Sign(PRIVATE, MESSAGE))).not.toBe(toHex(signature));
  });

  it('verify with the digest of either provider', () => {
    const portable = withProvider('portable', () => sm2Sign(PRIVATE, MESSAGE));
    expect(withProvider('node', () => sm2Verify(PUBLIC, MESSAGE, portable))).toBe(true);
  });

  it('are wrong with any bit of key, message or signature changed', () => {
    const whole = concat([PUBLIC, MESSAGE, signature]);
    fc.assert(
      fc.property(fc.nat(whole.length * 8 - 1), (bit) => {
        const other = flipped(whole, bit);
        expect(sm2Verify(other.subarray(0, 64), other.subarray(64, 69), other.subarray(69))).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['no signature', PUBLIC, new Uint8Array(0)],
    ['a DER signature', PUBLIC, signatureToDer(signature)],
    ['r of zero', PUBLIC, concat([new Uint8Array(32), signature.subarray(32)])],
    ['s of zero', PUBLIC, concat([signature.subarray(0, 32), new Uint8Array(32)])],
    ['r of the order', PUBLIC, concat([ORDER, signature.subarray(32)])],
    ['everything one', PUBLIC, new Uint8Array(64).fill(0xff)],
    ['a key with 04 in front', concat([Uint8Array.of(4), PUBLIC]), signature],
    ['the point at infinity as key', new Uint8Array(64), signature],
    ['coordinates out of range', new Uint8Array(64).fill(0xff), signature],
    ['no key', new Uint8Array(0), signature],
  ])('with %s are wrong, and nothing is thrown', (_, key, given) => {
    expect(sm2Verify(key, MESSAGE, given)).toBe(false);
  });

  it('of anything at all are wrong, and nothing is thrown', () => {
    const anything = fc.uint8Array({ maxLength: 70 });
    fc.assert(
      fc.property(anything, anything, anything, (key, message, given) => {
        expect(sm2Verify(key, message, given)).toBe(false);
      }),
    );
  });

  it('whose sum is the point at infinity are wrong', () => {
    // r = e and s = -e d / (1 + d) make s G + t Q vanish: with x taken as 0, the equation would hold.
    const [e, d] = [toScalar(messageDigest(PUBLIC, MESSAGE)), toScalar(PRIVATE)];
    const made = concat([toBytes(modulo(e)), toBytes(modulo(-e * d * inverse(1n + d)))]);
    expect(sm2Verify(PUBLIC, MESSAGE, made)).toBe(false);
  });
});

describe('private keys', () => {
  it.each([
    ['zero', new Uint8Array(32)],
    ['the order', ORDER],
    ['31 bytes', new Uint8Array(31).fill(1)],
  ])('are not %s', (_, key) => {
    expect(() => sm2PublicKey(key)).toThrow(RangeError);
  });

  it('do not sign when they are the order less one', () => {
    expect(() => sm2Sign(lessOne(ORDER), MESSAGE)).toThrow(RangeError);
  });

  it('do not sign with numbers that are not random', () => {
    expect(() => sm2Sign(PRIVATE, MESSAGE, undefined, (length) => new Uint8Array(length))).toThrow(RangeError);
  });

  it('take the next one-time number when one does not fit', () => {
    const numbers = [ORDER, new Uint8Array(32), new Uint8Array(32).fill(7)];
    const signature = sm2Sign(PRIVATE, MESSAGE, undefined, () => numbers.shift() as Uint8Array);
    expect([sm2Verify(PUBLIC, MESSAGE, signature), numbers.length]).toEqual([true, 0]);
  });
});

describe('identities', () => {
  it('are counted in bits, in two bytes', () => {
    expect(() => identityDigest(PUBLIC, new Uint8Array(8191))).not.toThrow();
    expect(() => identityDigest(PUBLIC, new Uint8Array(8192))).toThrow(RangeError);
  });

  it('go with a key of 64 bytes', () => {
    expect(() => identityDigest(new Uint8Array(65))).toThrow(RangeError);
  });
});

describe('SM2 encryption', () => {
  it.each(['C1C3C2', 'C1C2C3'] as const)('comes back in order %s, at any length', (order) => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 100 }), (message) => {
        expect(sm2Decrypt(PRIVATE, sm2Encrypt(PUBLIC, message, order), order)).toEqual(message);
      }),
      { numRuns: 10 },
    );
  });

  const enciphered = sm2Encrypt(PUBLIC, MESSAGE);

  it.each([
    ['a point off the curve', flipped(enciphered, 8 * 20)],
    ['a compressed point', concat([Uint8Array.of(2), enciphered.subarray(1)])],
    ['another digest', flipped(enciphered, 8 * 70)],
    ['another message', flipped(enciphered, 8 * 98)],
    ['no message', enciphered.subarray(0, 97)],
    ['nothing', new Uint8Array(0)],
  ])('with %s is refused', (_, given) => {
    expect(sm2Decrypt(PRIVATE, given)).toBeUndefined();
  });

  it('is refused in the other order', () => {
    expect(sm2Decrypt(PRIVATE, enciphered, 'C1C2C3')).toBeUndefined();
  });

  it('takes another one-time number when the mask would be all zeros', () => {
    // For a message of one byte, one number in 256 gives such a mask: under this key, DE.
    const numbers = [concat([new Uint8Array(31), Uint8Array.of(0xde)]), new Uint8Array(32).fill(7)];
    const enciphered = sm2Encrypt(PUBLIC, Uint8Array.of(1), 'C1C3C2', () => numbers.shift() as Uint8Array);
    expect([sm2Decrypt(PRIVATE, enciphered), numbers.length]).toEqual([Uint8Array.of(1), 0]);
  });

  it.each([
    ['a key off the curve', flipped(PUBLIC, 3), MESSAGE],
    ['nothing to encipher', PUBLIC, new Uint8Array(0)],
  ])('refuses %s', (_, key, message) => {
    expect(() => sm2Encrypt(key, message)).toThrow(RangeError);
  });
});

describe('signatures in DER', () => {
  it('come back, whatever the numbers', () => {
    const part = fc.oneof(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.constant(new Uint8Array(32)));
    fc.assert(
      fc.property(part, part, fc.nat(31), (r, s, zeros) => {
        const signature = concat([r, s]);
        signature.fill(0, 0, zeros);
        expect(signatureFromDer(signatureToDer(signature))).toEqual(signature);
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ['no sequence', '3106020101020101'],
    ['a length that is not right', '3007020101020101'],
    ['a length in the long form', '308106020101020101'],
    ['one number', '3003020101'],
    ['three numbers', '3009020101020101020101'],
    ['a number that is none', '3006040101020101'],
    ['an empty number', '300502000201 01'],
    ['a negative number', '3006020180020101'],
    ['a number with a zero too many', '300702020001020101'],
    ['a number beyond the end', '3006020101020201'],
    ['a number of 33 bytes', `3026022101${'00'.repeat(32)}020101`],
  ])('with %s are refused', (_, der) => {
    expect(signatureFromDer(fromHex(der))).toBeUndefined();
  });

  it('are not made of 63 bytes', () => {
    expect(() => signatureToDer(new Uint8Array(63))).toThrow(RangeError);
  });
});
