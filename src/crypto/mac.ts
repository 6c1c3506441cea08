import { type CardCipher, encryptEcb, lastBlockCbc } from './blocks.ts';

/** Initial values, never written to. */
const ZEROS_8 = new Uint8Array(8);
const ZEROS_16 = new Uint8Array(16);

/**
 * Zeros only where the last block needs them; an empty message becomes one block of zeros (ISO/IEC 9797-1, padding 1).
 * @param block bytes of a block: 8 for DES, 16 for SM4.
 */
export function pad1(data: Uint8Array, block: 8 | 16): Uint8Array {
  return filled(data, Math.max(1, Math.ceil(data.length / block)) * block);
}

/**
 * `80`, then the fewest zeros that make whole blocks (ISO/IEC 9797-1, padding 2): a message of whole blocks gets one more.
 * @param block bytes of a block: 8 for DES, 16 for SM4.
 * @example pad2(fromHex('04D600000C0102'), 8) // 04D600000C010280
 */
export function pad2(data: Uint8Array, block: 8 | 16): Uint8Array {
  const padded = filled(data, (Math.floor(data.length / block) + 1) * block);
  padded[data.length] = 0x80;
  return padded;
}

function filled(data: Uint8Array, length: number): Uint8Array {
  const whole = new Uint8Array(length);
  whole.set(data);
  return whole;
}

/**
 * MAC of ISO/IEC 9797-1 on DES: algorithm 1 (CBC) with a key of 8 bytes, algorithm 3 (retail MAC) with 16 (crypto.md 3).
 * @param padded whole blocks of 8 bytes, at least one. @param iv 8 bytes; zeros when left out.
 * @returns 8 bytes; commands and purse transactions carry the leftmost four.
 * @throws RangeError on other lengths: a fault of the program.
 * @example desMac(sessionKey, pad2(message, 8)).subarray(0, 4)
 */
export function desMac(key: Uint8Array, padded: Uint8Array, iv: Uint8Array = ZEROS_8): Uint8Array {
  if (key.length === 8) return lastBlockCbc('DES', key, padded, iv);
  if (key.length !== 16) throw new RangeError('a key of a DES MAC has 8 or 16 bytes');
  if (padded.length === 0 || padded.length % 8 !== 0)
    throw new RangeError('a MAC is made over whole blocks, at least one');
  if (iv.length !== 8) throw new RangeError('an initial value of DES has 8 bytes');
  // The cheaper equal form: all but the last block under the left half, the last one under both.
  const head = padded.subarray(0, -8);
  const block = head.length > 0 ? lastBlockCbc('DES', key.subarray(0, 8), head, iv) : iv.slice();
  for (let at = 0; at < 8; at++) block[at] = (block[at] as number) ^ (padded[head.length + at] as number);
  return encryptEcb('3DES', key, block);
}

/**
 * The last block of SM4 in CBC (crypto.md 3).
 * @param key 16 bytes. @param padded whole blocks of 16 bytes, at least one. @param iv 16 bytes; zeros when left out.
 * @returns 16 bytes; commands and purse transactions carry the leftmost four.
 * @throws RangeError on other lengths: a fault of the program.
 * @example sm4Mac(sessionKey, pad2(message, 16)).subarray(0, 4)
 */
export function sm4Mac(key: Uint8Array, padded: Uint8Array, iv: Uint8Array = ZEROS_16): Uint8Array {
  return lastBlockCbc('SM4', key, padded, iv);
}

/**
 * MAC of a whole message: padding 2, then `desMac` (algorithm by the length of the key) or `sm4Mac`.
 * @param iv one block; zeros when left out. @returns one block
 * @throws RangeError on wrong lengths of key and initial value.
 */
export function messageMac(cipher: CardCipher, key: Uint8Array, message: Uint8Array, iv?: Uint8Array): Uint8Array {
  return cipher === '3DES' ? desMac(key, pad2(message, 8), iv) : sm4Mac(key, pad2(message, 16), iv);
}
