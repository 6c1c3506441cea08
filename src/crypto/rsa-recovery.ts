import { concat, equalBytes } from '../../apdu/bytes.ts';
import { invalid, type OfflineResult, valid } from './offline.ts';

/** A public key of RSA as cards and authorities give it: big-endian, no sign. */
export interface RsaPublicKey {
  readonly modulus: Uint8Array;
  readonly exponent: Uint8Array;
}

/** What stood between `6A`, format byte and `BC`. */
export interface Recovered {
  /** From the format byte to before the digest. */
  readonly content: Uint8Array;
  /** The whole block. */
  readonly plain: Uint8Array;
}

const HEADER = 0x6a;
const TRAILER = 0xbc;
const DIGEST = 20;
/** Header, format byte, digest, trailer. */
const LEAST = 3 + DIGEST;
const SHA_1 = 0x01;

/** SHA-1, which EMV prescribes, over all parts. */
export function sha1(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = process.getBuiltinModule('node:crypto').createHash('sha1');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

/** The modulus without leading zeros. */
export function modulusOf(key: RsaPublicKey): Uint8Array {
  const first = key.modulus.findIndex((byte) => byte !== 0);
  return first < 0 ? new Uint8Array(0) : key.modulus.subarray(first);
}

/**
 * Recovers a certificate or signature and judges its frame, in the order of crypto.md 10: length, `6A`, `BC`, format
 * byte, digest.
 * @param hashAt where the byte of the digest's algorithm stands in the content; only SHA-1 is known.
 * @param appended what the digest covers behind the content.
 */
export function recover(
  key: RsaPublicKey,
  signature: Uint8Array,
  format: number,
  hashAt: number,
  ...appended: readonly Uint8Array[]
): OfflineResult<Recovered> {
  const modulus = modulusOf(key);
  if (signature.length !== modulus.length || modulus.length < LEAST) return invalid('length');
  const plain = publicOperation(modulus, key.exponent, signature);
  if (!plain) return invalid('recovery');
  if (plain[0] !== HEADER) return invalid('header');
  if (plain.at(-1) !== TRAILER) return invalid('trailer');
  if (plain[1] !== format) return invalid('format');
  const content = plain.slice(1, -1 - DIGEST);
  if (content[hashAt] !== SHA_1) return invalid('hash-algorithm');
  if (!equalBytes(sha1(content, ...appended), plain.subarray(-1 - DIGEST, -1))) return invalid('digest');
  return valid({ content, plain });
}

/**
 * Digest that authorities publish with their key, against damage in store: SHA-1 over RID, index, modulus, exponent.
 * @param rid 5 bytes. @param index one byte: tag 8F of the cards.
 */
export function authorityKeyDigest(rid: Uint8Array, index: number, key: RsaPublicKey): Uint8Array {
  return sha1(concat([rid, Uint8Array.of(index), key.modulus, key.exponent]));
}

/** `S^e mod N`; `undefined` when the platform refuses the key, or the signature is not below the modulus. */
export function publicOperation(
  modulus: Uint8Array,
  exponent: Uint8Array,
  signature: Uint8Array,
): Uint8Array | undefined {
  const { constants, createPublicKey, publicDecrypt } = process.getBuiltinModule('node:crypto');
  try {
    const jwk = { kty: 'RSA', n: base64url(modulus), e: base64url(exponent) };
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    return new Uint8Array(publicDecrypt({ key, padding: constants.RSA_NO_PADDING }, signature));
  } catch {
    // Key and signature came from a card: that they are wrong is an answer, not a fault.
    return undefined;
  }
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url');
}
