import { concat } from '../../apdu/bytes.ts';
import { platformRandom, type RandomBytes } from './random.ts';
import {
  basePoint,
  curveBytes,
  FIELD_BYTES,
  inverse,
  modulo,
  ORDER,
  pointBytes,
  readPoint,
  readScalar,
  toBytes,
  toScalar,
} from './sm2-curve.ts';
import { sm3 } from './sm3.ts';

/**
 * SM2 signatures (GB/T 32918.2, crypto.md 9). Loads the curve library: import it where a card asks for SM2, not before.
 * node:crypto cannot do this: it signs and verifies with an empty identity, or silently with ECDSA.
 */

/** Identity that everybody uses where nothing else is said: the digits 1 to 8 in ASCII, twice. */
export const DEFAULT_IDENTITY: Uint8Array = Uint8Array.from({ length: 16 }, (_, at) => 0x31 + (at % 8));

/** One-time numbers are redone when they do not fit, which happens once in 2^32 times. */
const MAX_TRIES = 16;

/** `x ‖ y` of a private key. @param privateKey 32 bytes. @throws RangeError when it is none */
export function sm2PublicKey(privateKey: Uint8Array): Uint8Array {
  return pointBytes(basePoint().multiply(readScalar(privateKey)));
}

/**
 * ZA: digest over identity, curve and public key; it stands before every signed message.
 * @param publicKey `x ‖ y`, 64 bytes. @param identity at most 8191 bytes.
 * @throws RangeError on other lengths.
 */
export function identityDigest(publicKey: Uint8Array, identity: Uint8Array = DEFAULT_IDENTITY): Uint8Array {
  const bits = identity.length * 8;
  if (bits > 0xffff) throw new RangeError('an identity has at most 8191 bytes');
  if (publicKey.length !== 2 * FIELD_BYTES) throw new RangeError('a public key of SM2 has 64 bytes');
  return sm3(concat([Uint8Array.of(bits >> 8, bits & 0xff), identity, curveBytes(), publicKey]));
}

/** `e`: digest of ZA and message. @throws RangeError as `identityDigest` does. */
export function messageDigest(publicKey: Uint8Array, message: Uint8Array, identity?: Uint8Array): Uint8Array {
  return sm3(concat([identityDigest(publicKey, identity), message]));
}

/**
 * Whether a signature is right. Wrong input of any kind is a wrong signature: this never throws for what a card sends.
 * @param publicKey `x ‖ y`, 64 bytes. @param signature `r ‖ s`, 64 bytes.
 * @throws RangeError for an identity over 8191 bytes: a fault of the program.
 * @example sm2Verify(issuerKey, signed, signature)
 */
export function sm2Verify(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
  identity?: Uint8Array,
): boolean {
  const point = readPoint(publicKey);
  if (!point || signature.length !== 2 * FIELD_BYTES) return false;
  const r = toScalar(signature.subarray(0, FIELD_BYTES));
  const s = toScalar(signature.subarray(FIELD_BYTES));
  const t = modulo(r + s);
  if (r === 0n || r >= ORDER || s === 0n || s >= ORDER || t === 0n) return false;
  const sum = basePoint().mulAddUnsafe(s, point, t);
  if (sum.is0()) return false;
  return modulo(toScalar(messageDigest(publicKey, message, identity)) + sum.toAffine().x) === r;
}

/**
 * Signs with a test key: `r ‖ s`, 64 bytes. Real private keys stay in card and HSM.
 * @param privateKey 32 bytes. @param random for a test that wants the same signature each time.
 * @throws RangeError when the key is none, or `random` gives nothing that fits.
 */
export function sm2Sign(
  privateKey: Uint8Array,
  message: Uint8Array,
  identity?: Uint8Array,
  random: RandomBytes = platformRandom,
): Uint8Array {
  const d = readScalar(privateKey);
  if (d === ORDER - 1n) throw new RangeError('this private key cannot sign');
  const e = toScalar(messageDigest(sm2PublicKey(privateKey), message, identity));
  return withOneTimeNumber(random, (k) => {
    const r = modulo(e + basePoint().multiply(k).toAffine().x);
    if (r === 0n || r + k === ORDER) return undefined;
    const s = modulo(inverse(1n + d) * (k - r * d));
    return s === 0n ? undefined : concat([toBytes(r), toBytes(s)]);
  });
}

/**
 * Gives `work` a random scalar, and another as long as it answers `undefined`.
 * @throws RangeError when `random` gives nothing that fits.
 */
export function withOneTimeNumber(random: RandomBytes, work: (scalar: bigint) => Uint8Array | undefined): Uint8Array {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const scalar = toScalar(random(FIELD_BYTES));
    const result = scalar > 0n && scalar < ORDER ? work(scalar) : undefined;
    if (result) return result;
  }
  throw new RangeError('no one-time number fits: are they random?');
}
