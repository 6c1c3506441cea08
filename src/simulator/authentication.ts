import { concat } from '../../apdu/bytes.ts';
import { encryptEcb } from '../crypto/blocks.ts';
import type { CardImage } from './image.ts';

/**
 * The card's proof and the card's check, one rule for both (social-security-card.md 6.4): a session key from the card
 * key and eight bytes, and under it eight bytes of data.
 * - 3DES: `S = 3DES(K, C)`, a single DES key; `DES(S, R)`.
 * - SM4 (ASSUMED): `S = SM4(K, C ‖ NOT C)`; the first eight bytes of `SM4(S, R ‖ R)` or of `SM4(S, R ‖ 00×8)`.
 */
export function cryptogram(
  algorithm: CardImage['algorithm'],
  key: Uint8Array,
  factor: Uint8Array,
  data: Uint8Array,
): Uint8Array {
  if (algorithm === '3DES') return encryptEcb('DES', encryptEcb('3DES', key, factor), data);
  const session = encryptEcb('SM4', key, concat([factor, factor.map((byte) => byte ^ 0xff)]));
  const fill = algorithm === 'SM4' ? data : new Uint8Array(8);
  return encryptEcb('SM4', session, concat([data, fill])).slice(0, 8);
}
