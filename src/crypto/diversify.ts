import { concat } from '../../apdu/bytes.ts';
import { encryptEcb } from './blocks.ts';

/**
 * One level of key derivation (social-security-card.md 6.3): 3DES gives `E(K, F) ‖ E(K, NOT F)`, SM4 one block
 * `E(K, F ‖ NOT F)`; both give 16 bytes, used as computed, without parity.
 * @param parent 16 bytes. @param factor 8 bytes.
 * @throws RangeError on other lengths.
 * @example diversify('3DES', master, fromHex('3332303030307368')) // province 320000sh
 */
export function diversify(cipher: '3DES' | 'SM4', parent: Uint8Array, factor: Uint8Array): Uint8Array {
  if (factor.length !== 8) throw new RangeError('a factor has 8 bytes');
  return encryptEcb(cipher, parent, concat([factor, factor.map((byte) => byte ^ 0xff)]));
}
