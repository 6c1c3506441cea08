import { createHash } from 'node:crypto';
import { concat, fromHex, toHex } from '../../../apdu/bytes.ts';

/** A test key as the vector file has it, hex. */
export interface RsaKeyPair {
  readonly n: string;
  readonly e: string;
  readonly d: string;
}

export interface SigningKey {
  readonly modulus: Uint8Array;
  readonly exponent: Uint8Array;
  readonly private: Uint8Array;
}

export function rsaKeyPair({ n, e, d }: RsaKeyPair): SigningKey {
  return { modulus: fromHex(n), exponent: fromHex(e), private: fromHex(d) };
}

/** What the card's or issuer's side does: `6A … SHA-1 BC` under the private key. @param content from the format byte on */
export function signContent(key: SigningKey, content: Uint8Array, ...appended: readonly Uint8Array[]): Uint8Array {
  const digest = createHash('sha1')
    .update(concat([content, ...appended]))
    .digest();
  return signPlain(key, concat([Uint8Array.of(0x6a), content, digest, Uint8Array.of(0xbc)]));
}

/** Static signature, tag 93. @param code data authentication code, two bytes */
export function signStatic(key: SigningKey, code: Uint8Array, staticData: Uint8Array): Uint8Array {
  const filling = new Uint8Array(key.modulus.length - 26).fill(0xbb);
  return signContent(key, concat([Uint8Array.of(0x03, 0x01), code, filling]), staticData);
}

/** The bare private operation. @param plain as long as the modulus */
export function signPlain(key: SigningKey, plain: Uint8Array): Uint8Array {
  const number = (bytes: Uint8Array) => BigInt(`0x${toHex(bytes)}`);
  const modulus = number(key.modulus);
  let [result, base, exponent] = [1n, number(plain) % modulus, number(key.private)];
  for (; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % modulus;
    base = (base * base) % modulus;
  }
  return fromHex(result.toString(16).padStart(2 * key.modulus.length, '0'));
}
