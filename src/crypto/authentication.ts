import { concat } from '../../apdu/bytes.ts';
import { blockOf, type CardCipher, encryptEcb } from './blocks.ts';
import { withProcessKey } from './diversify.ts';

/**
 * How a process cryptogram is made. The card's data have eight bytes; a block of SM4 is filled by repeating them (`SM4`)
 * or with zeros (`SM4-zero`): no public source says which (social-security-card.md 6.4).
 */
export type ProcessRule = '3DES' | 'SM4' | 'SM4-zero';

/**
 * `E(K, R)`: external and internal authentication with one block (crypto.md 7).
 * @param challenge 8 bytes with 3DES, 16 with SM4.
 * @throws RangeError on other lengths.
 */
export function challengeCryptogram(cipher: CardCipher, key: Uint8Array, challenge: Uint8Array): Uint8Array {
  if (challenge.length !== blockOf(cipher)) throw new RangeError(`a challenge of ${cipher} is one block`);
  return encryptEcb(cipher, key, challenge);
}

/**
 * `left8(E(K, R)) XOR right8(E(K, R))`: 16 bytes of challenge, 8 of answer; seen with SM4 in another sector
 * (crypto.md 7, confidence C: only where a card is known to want it).
 * @throws RangeError when the challenge has not 16 bytes.
 */
export function foldedCryptogram(cipher: CardCipher, key: Uint8Array, challenge: Uint8Array): Uint8Array {
  if (challenge.length !== 16) throw new RangeError('a folded challenge has 16 bytes');
  const whole = encryptEcb(cipher, key, challenge);
  return whole.subarray(0, 8).map((byte, at) => byte ^ (whole[8 + at] as number));
}

/**
 * Authentication of the social security application (social-security-card.md 6.4): a process key from `factor`, and
 * under it the data. External: the factor is the card's last challenge; internal: both come from the terminal.
 * @param key 16 bytes. @param factor 8 bytes. @param data 8 bytes.
 * @returns 8 bytes
 * @throws RangeError on other lengths.
 * @example processCryptogram('3DES', cardKey, fromHex('1122334455667788'), fromHex('A1A2A3A4A5A6A7A8'))
 */
export function processCryptogram(
  rule: ProcessRule,
  key: Uint8Array,
  factor: Uint8Array,
  data: Uint8Array,
): Uint8Array {
  if (data.length !== 8) throw new RangeError('data to authenticate have 8 bytes');
  if (rule === '3DES') return withProcessKey('3DES', key, factor, (session) => encryptEcb('DES', session, data));
  const block = concat([data, rule === 'SM4' ? data : new Uint8Array(8)]);
  return withProcessKey('SM4', key, factor, (session) => encryptEcb('SM4', session, block).slice(0, 8));
}
