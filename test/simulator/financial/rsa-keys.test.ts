import { constants, createPublicKey, publicDecrypt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { concat, fromHex, toHex } from '../../../apdu/bytes.ts';
import { sha1 } from '../../../src/crypto/rsa-recovery.ts';
import { keyOf, makeRsaKey, privateOperation, type RsaKeyPair } from '../../../src/simulator/financial/rsa-keys.ts';
import { seededRandom } from '../../../src/simulator/random.ts';

/** The public operation of the platform. */
function opened({ modulus, exponent }: RsaKeyPair, signed: Uint8Array): Uint8Array {
  const encoded = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
  const key = createPublicKey({ key: { kty: 'RSA', n: encoded(modulus), e: encoded(exponent) }, format: 'jwk' });
  return new Uint8Array(publicDecrypt({ key, padding: constants.RSA_NO_PADDING }, signed));
}

const LENGTHS = [768, 776, 1000, 1152, 1408, 1984];

it.each(LENGTHS.flatMap((bits) => [3, 65537].map((exponent) => [bits, exponent] as const)))(
  'a key of %i bits with exponent %i signs what the platform opens',
  (bits, exponent) => {
    const key = makeRsaKey(seededRandom(bits), bits, exponent as 3 | 65537);
    const block = concat([Uint8Array.of(0x6a), seededRandom(1)(bits / 8 - 1)]);
    expect([key.modulus.length, toHex(opened(key, privateOperation(key, block)))]).toEqual([bits / 8, toHex(block)]);
  },
);

it('the same seed gives the same key, another seed another', () => {
  const [one, same, other] = [7, 7, 8].map((seed) => toHex(makeRsaKey(seededRandom(seed), 768).modulus));
  expect([one === same, one === other]).toEqual([true, false]);
});

it.each([504, 1001, 1992])('no key of %i bits is made', (bits) => {
  expect(() => makeRsaKey(seededRandom(1), bits)).toThrow(RangeError);
});

it('a block as large as the modulus is refused', () => {
  const key = makeRsaKey(seededRandom(1), 768);
  expect(() => privateOperation(key, key.modulus)).toThrow(RangeError);
});

it('the primes of the laboratory card make its modulus, and sign as the reference says it signs', () => {
  const url = new URL('../../../fixtures/vectors/emv/upi-test-card-0031-profile.json', import.meta.url);
  const { iccPrivateKey, expected } = JSON.parse(readFileSync(url, 'utf8'));
  const { p, q, publicExponent, modulus } = iccPrivateKey;
  const key = keyOf(fromHex(p), fromHex(q), fromHex(publicExponent));
  const { iccDynamicNumber, ddolData, signature } = expected.dda;
  const number = fromHex(iccDynamicNumber);
  const head = Uint8Array.of(0x05, 0x01, 1 + number.length, number.length);
  const filling = new Uint8Array(key.modulus.length - number.length - 26).fill(0xbb);
  const content = concat([head, number, filling]);
  const block = concat([Uint8Array.of(0x6a), content, sha1(content, fromHex(ddolData)), Uint8Array.of(0xbc)]);
  expect([toHex(key.modulus), toHex(privateOperation(key, block))]).toEqual([modulus, signature]);
});
