import { concat } from '../../apdu/bytes.ts';
import { equalInConstantTime } from './compare.ts';
import { platformRandom, type RandomBytes } from './random.ts';
import { withOneTimeNumber } from './sm2.ts';
import { basePoint, FIELD_BYTES, type Point, pointBytes, readPoint, readScalar } from './sm2-curve.ts';
import { sm3 } from './sm3.ts';

/** SM2 encryption (GB/T 32918.4, crypto.md 9). Loads the curve library, as `sm2.ts` does. */

/** Where the digest C3 stands: behind the point since 2012, at the end before. */
export type Sm2Order = 'C1C3C2' | 'C1C2C3';

const POINT = 1 + 2 * FIELD_BYTES;
const DIGEST = 32;

/**
 * Enciphers for the holder of a key.
 * @param publicKey `x ‖ y`, 64 bytes. @param message at least one byte.
 * @param random for a test that wants the same result each time.
 * @throws RangeError when the key is no point of the curve, the message is empty, or `random` gives nothing that fits.
 */
export function sm2Encrypt(
  publicKey: Uint8Array,
  message: Uint8Array,
  order: Sm2Order = 'C1C3C2',
  random: RandomBytes = platformRandom,
): Uint8Array {
  const point = readPoint(publicKey);
  if (!point) throw new RangeError('this is no public key of SM2');
  if (message.length === 0) throw new RangeError('there is nothing to encipher');
  return withOneTimeNumber(random, (k) => {
    const shared = sharedBytes(point, k);
    const mask = derive(shared, message.length);
    if (mask.every((byte) => byte === 0)) return undefined;
    const c1 = concat([Uint8Array.of(0x04), pointBytes(basePoint().multiply(k))]);
    const c2 = mask.map((byte, at) => byte ^ (message[at] as number));
    const c3 = digest(shared, message);
    return concat(order === 'C1C3C2' ? [c1, c3, c2] : [c1, c2, c3]);
  });
}

/**
 * Deciphers with a test key.
 * @returns `undefined` when it was not enciphered for this key, or was changed: which of these is not told
 * @throws RangeError when the private key is none.
 */
export function sm2Decrypt(
  privateKey: Uint8Array,
  enciphered: Uint8Array,
  order: Sm2Order = 'C1C3C2',
): Uint8Array | undefined {
  const d = readScalar(privateKey);
  if (enciphered.length <= POINT + DIGEST || enciphered[0] !== 0x04) return undefined;
  const point = readPoint(enciphered.subarray(1, POINT));
  if (!point) return undefined;
  const rest = enciphered.subarray(POINT);
  const [c2, c3] =
    order === 'C1C3C2'
      ? [rest.subarray(DIGEST), rest.subarray(0, DIGEST)]
      : [rest.subarray(0, -DIGEST), rest.subarray(-DIGEST)];
  const shared = sharedBytes(point, d);
  const mask = derive(shared, c2.length);
  const message = mask.map((byte, at) => byte ^ (c2[at] as number));
  const right = mask.some((byte) => byte !== 0) && equalInConstantTime(digest(shared, message), c3);
  return right ? message : undefined;
}

/** `x2 ‖ y2` of the point that both sides come to. */
function sharedBytes(point: Point, scalar: bigint): Uint8Array {
  return pointBytes(point.multiply(scalar));
}

/** C3: over x2, message, y2. */
function digest(shared: Uint8Array, message: Uint8Array): Uint8Array {
  return sm3(concat([shared.subarray(0, FIELD_BYTES), message, shared.subarray(FIELD_BYTES)]));
}

/** KDF: SM3 over the bytes and a counter from 1. */
function derive(shared: Uint8Array, length: number): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let counter = 1; blocks.length * DIGEST < length; counter++) {
    const tail = new Uint8Array(4);
    new DataView(tail.buffer).setUint32(0, counter);
    blocks.push(sm3(concat([shared, tail])));
  }
  return concat(blocks).subarray(0, length);
}
