import { concat, fromHex, toHex } from '../../apdu/bytes.ts';
import { type CardCipher, encryptEcb } from './blocks.ts';
import { withOddParity } from './des-keys.ts';
import { withComplement } from './diversify.ts';

/** Keys of the financial application (crypto.md 8). Results are buffers of their own: the caller wipes them. */

/**
 * Master key of a card from the issuer's.
 * - `A`: 3DES over the last 16 digits of PAN and sequence number, odd parity.
 * - `B`: the same over digits of a SHA-1 digest, when the PAN is longer than 16 digits; else `A`.
 * - `SM4`: one block of SM4 over the digits of `A` (confidence B).
 * @param issuerKey 16 bytes. @param pan digits, without filling. @param sequence two digits, of tag 5F34.
 * @throws RangeError when one of them is something else.
 * @example cardMasterKey('A', issuerKey, '6200000000000000000', '01')
 */
export function cardMasterKey(
  option: 'A' | 'B' | 'SM4',
  issuerKey: Uint8Array,
  pan: string,
  sequence: string,
): Uint8Array {
  if (!/^\d{1,19}$/.test(pan) || !/^\d\d$/.test(sequence))
    throw new RangeError('a card number has up to 19 digits, its sequence number two');
  const digits =
    option === 'B' && pan.length > 16 ? decimalDigest(pan + sequence) : (pan + sequence).padStart(16, '0').slice(-16);
  return derive(option === 'SM4' ? 'SM4' : '3DES', issuerKey, withComplement(fromHex(digits)), true);
}

/**
 * Session key of EMV: `E(MK, R with F0 as third byte) ‖ E(MK, R with 0F)`.
 * @param masterKey 16 bytes.
 * @param diversifier 8 bytes: transaction counter and zeros for cryptograms, the application cryptogram for scripts.
 * @throws RangeError on other lengths.
 */
export function commonSessionKey(masterKey: Uint8Array, diversifier: Uint8Array): Uint8Array {
  if (diversifier.length !== 8) throw new RangeError('a session key is made from 8 bytes');
  const both = concat([diversifier, diversifier]);
  both[2] = 0xf0;
  both[10] = 0x0f;
  return derive('3DES', masterKey, both, false);
}

/**
 * Session key of PBOC: the transaction counter in the last two bytes, inverted in the second half (confidence B).
 * @param masterKey 16 bytes. @param counter transaction counter (ATC), 2 bytes.
 * @throws RangeError on other lengths.
 */
export function pbocSessionKey(cipher: CardCipher, masterKey: Uint8Array, counter: Uint8Array): Uint8Array {
  if (counter.length !== 2) throw new RangeError('a transaction counter has two bytes');
  const block = new Uint8Array(16);
  block.set(counter, 6);
  block.set(
    counter.map((byte) => byte ^ 0xff),
    14,
  );
  return derive(cipher, masterKey, block, false);
}

function derive(cipher: CardCipher, parent: Uint8Array, block: Uint8Array, oddParity: boolean): Uint8Array {
  if (parent.length !== 16) throw new RangeError('a key of a card has 16 bytes');
  const key = encryptEcb(cipher, parent, block);
  if (!oddParity || cipher === 'SM4') return key;
  const odd = withOddParity(key);
  key.fill(0);
  return odd;
}

/** The first 16 decimal digits of SHA-1 over packed digits; too few are made up from the letters, a as 0 to f as 5. */
function decimalDigest(digits: string): string {
  const { createHash } = process.getBuiltinModule('node:crypto');
  const packed = fromHex(digits.length % 2 === 0 ? digits : `0${digits}`);
  const hex = toHex(createHash('sha1').update(packed).digest());
  const decimals = hex.replaceAll(/\D/g, '');
  const letters = hex.replaceAll(/\d/g, '').replaceAll(/[A-F]/g, (letter) => String(letter.charCodeAt(0) - 0x41));
  return (decimals + letters).slice(0, 16);
}
