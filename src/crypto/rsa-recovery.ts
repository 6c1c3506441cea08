import type { KeyObject } from 'node:crypto';
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
  const { hash } = process.getBuiltinModule('node:crypto');
  return bare(hash('sha1', concat(parts), 'buffer'));
}

/** The modulus without leading zeros. */
export function modulusOf(key: RsaPublicKey): Uint8Array {
  // The same object where it can be: what the platform made of it is kept beside it.
  if (key.modulus[0] !== 0) return key.modulus;
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
  const framed = recoverFrame(key, signature, format);
  return framed.kind === 'valid' ? checkDigest(framed.value, hashAt, ...appended) : framed;
}

/** The first half of `recover`: nothing of what it gives is proven before `checkDigest`. */
export function recoverFrame(key: RsaPublicKey, signature: Uint8Array, format: number): OfflineResult<Recovered> {
  const modulus = modulusOf(key);
  if (signature.length !== modulus.length || modulus.length < LEAST) return invalid('length');
  const plain = publicOperation(modulus, key.exponent, signature);
  if (!plain) return invalid('recovery');
  if (plain[0] !== HEADER) return invalid('header');
  if (plain.at(-1) !== TRAILER) return invalid('trailer');
  if (plain[1] !== format) return invalid('format');
  return valid({ content: plain.slice(1, -1 - DIGEST), plain });
}

/** The second half of `recover`. */
export function checkDigest(
  framed: Recovered,
  hashAt: number,
  ...appended: readonly Uint8Array[]
): OfflineResult<Recovered> {
  const { content, plain } = framed;
  if (content[hashAt] !== SHA_1) return invalid('hash-algorithm');
  if (!equalBytes(sha1(content, ...appended), plain.subarray(-1 - DIGEST, -1))) return invalid('digest');
  return valid(framed);
}

/**
 * Digest that authorities publish with their key, against damage in store: SHA-1 over RID, index, modulus, exponent.
 * @param rid 5 bytes. @param index one byte: tag 8F of the cards.
 */
export function authorityKeyDigest(rid: Uint8Array, index: number, key: RsaPublicKey): Uint8Array {
  return sha1(concat([rid, Uint8Array.of(index), key.modulus, key.exponent]));
}

/** Shorter keys are none: the platform refuses them, too. */
const LEAST_MODULUS = 64;

/**
 * `S^e mod N`; `undefined` for a key that is none, and for a signature that is not below the modulus. With exponent 3, which
 * most certificates have, two multiplications are faster than making the platform a key; nothing in it may be secret.
 * @returns as many bytes as the modulus
 */
export function publicOperation(
  modulus: Uint8Array,
  exponent: Uint8Array,
  signature: Uint8Array,
): Uint8Array | undefined {
  if (modulus.length < LEAST_MODULUS) return undefined;
  return exponent.length === 1 && exponent[0] === 3
    ? cubed(modulus, signature)
    : platformOperation({ modulus, exponent }, signature);
}

function cubed(modulus: Uint8Array, signature: Uint8Array): Uint8Array | undefined {
  const n = integerOf(modulus);
  const s = integerOf(signature);
  if (s >= n) return undefined;
  const hex = ((((s * s) % n) * s) % n).toString(16);
  return bare(Buffer.from(hex.padStart(2 * modulus.length, '0'), 'hex'));
}

/**
 * The same through the platform for every exponent: for an input that is secret, because the integers of the other way
 * cannot be wiped.
 */
export function platformOperation(key: RsaPublicKey, signature: Uint8Array): Uint8Array | undefined {
  const { constants, publicDecrypt } = process.getBuiltinModule('node:crypto');
  try {
    return bare(publicDecrypt({ key: platformKey(key), padding: constants.RSA_NO_PADDING }, signature));
  } catch {
    // Key and signature came from a card: that they are wrong is an answer, not a fault.
    return undefined;
  }
}

/** Of authorities, which are used again and again. Goes with the bytes of their modulus. */
const made = new WeakMap<Uint8Array, { readonly exponent: string; readonly key: KeyObject }>();

function platformKey({ modulus, exponent }: RsaPublicKey): KeyObject {
  const known = made.get(modulus);
  const e = base64url(exponent);
  if (known?.exponent === e) return known.key;
  const { createPublicKey } = process.getBuiltinModule('node:crypto');
  const key = createPublicKey({ key: { kty: 'RSA', n: base64url(modulus), e }, format: 'jwk' });
  made.set(modulus, { exponent: e, key });
  return key;
}

function integerOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${viewOf(bytes).toString('hex') || '0'}`);
}

function base64url(bytes: Uint8Array): string {
  return viewOf(bytes).toString('base64url');
}

/** Not a `Buffer`, whose `slice` copies nothing. */
function bare({ buffer, byteOffset, length }: Buffer): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length);
}

function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
