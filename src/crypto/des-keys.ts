import { toHex } from '../../apdu/bytes.ts';
import { blockOf, encryptEcb } from './blocks.ts';
import type { BlockCipher } from './providers/provider.ts';

/** Weak and semi-weak keys of DES, with odd parity: under them enciphering twice, or with the partner, changes nothing. */
const WEAK = new Set([
  '0101010101010101',
  'FEFEFEFEFEFEFEFE',
  '1F1F1F1F0E0E0E0E',
  'E0E0E0E0F1F1F1F1',
  '01FE01FE01FE01FE',
  'FE01FE01FE01FE01',
  '1FE01FE00EF10EF1',
  'E01FE01FF10EF10E',
  '01E001E001F101F1',
  'E001E001F101F101',
  '1FFE1FFE0EFE0EFE',
  'FE1FFE1FFE0EFE0E',
  '011F011F010E010E',
  '1F011F010E010E01',
  'E0FEE0FEF1FEF1FE',
  'FEE0FEE0FEF1FEF1',
]);

/**
 * The key with bit 0 of every byte set so that the byte has an odd number of ones. DES ignores the bit; derived keys of
 * PBOC are used as computed, those of EMV are stored like this (crypto.md 2 and 8).
 */
export function withOddParity(key: Uint8Array): Uint8Array {
  return key.map((byte) => {
    let ones = byte >> 1;
    ones ^= ones >> 4;
    ones ^= ones >> 2;
    ones ^= ones >> 1;
    return (byte & 0xfe) | (~ones & 1);
  });
}

/**
 * Whether a key should not be loaded (crypto.md 2): one of its parts is weak or semi-weak, or two neighbouring parts are
 * equal, which makes it single DES. Parity does not matter.
 * @param key 8, 16 or 24 bytes.
 * @throws RangeError on another length.
 */
export function isWeakDesKey(key: Uint8Array): boolean {
  if (![8, 16, 24].includes(key.length)) throw new RangeError('a key of DES has 8, 16 or 24 bytes');
  const parts = (toHex(withOddParity(key)).match(/.{16}/g) ?? []) as string[];
  return parts.some((part, index) => WEAK.has(part) || part === parts[index + 1]);
}

/**
 * Check value of a key: the first bytes of an enciphered block of zeros (crypto.md 2).
 * @param length 3 with cards and HSMs, 4 with many PIN pads.
 * @throws RangeError when the key has the wrong length.
 */
export function keyCheckValue(cipher: BlockCipher, key: Uint8Array, length: 3 | 4 = 3): Uint8Array {
  return encryptEcb(cipher, key, new Uint8Array(blockOf(cipher))).slice(0, length);
}
