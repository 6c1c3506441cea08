import { concat } from '../../apdu/bytes.ts';
import { type CardCipher, encryptEcb } from './blocks.ts';
import { desMac, messageMac, pad1 } from './mac.ts';

/** What issuer and card prove to each other (crypto.md 8): certain for 3DES, confidence B for SM4. */

/**
 * Application cryptogram: 8 bytes over the data that the issuer chose, by CDOL and cryptogram version.
 * @param key session key of 16 bytes; the card key itself with old cryptogram versions.
 * @param padding 2 with all but those: 3DES, and zeros only where needed.
 * @throws RangeError when the key has another length.
 */
export function applicationCryptogram(
  cipher: CardCipher,
  key: Uint8Array,
  data: Uint8Array,
  padding: 1 | 2 = 2,
): Uint8Array {
  checkKey(key);
  if (padding === 1 && cipher === '3DES') return desMac(key, pad1(data, 8));
  if (padding === 1) throw new RangeError('no cryptogram version has SM4 and padding 1');
  return messageMac(cipher, key, data).slice(0, 8);
}

/**
 * The issuer's answer, method 1: 8 bytes.
 * @param cryptogram 8 bytes, the card's request. @param responseCode the two characters of tag 8A, `3030` for yes.
 * @throws RangeError on other lengths.
 */
export function responseCryptogram(
  cipher: CardCipher,
  key: Uint8Array,
  cryptogram: Uint8Array,
  responseCode: Uint8Array,
): Uint8Array {
  checkKey(key);
  if (cryptogram.length !== 8 || responseCode.length !== 2)
    throw new RangeError('a cryptogram has 8 bytes, a response code two');
  const block = new Uint8Array(cipher === 'SM4' ? 16 : 8);
  block.set(cryptogram);
  responseCode.forEach((byte, at) => {
    block[at] = (block[at] as number) ^ byte;
  });
  return encryptEcb(cipher, key, block).slice(0, 8);
}

/**
 * The issuer's answer, method 2: 4 bytes; the issuer sends them with what they are made over.
 * @param cryptogram 8 bytes. @param statusUpdate 4 bytes (CSU). @param proprietary at most 8 bytes.
 * @throws RangeError on other lengths.
 */
export function responseCryptogramWithStatus(
  key: Uint8Array,
  cryptogram: Uint8Array,
  statusUpdate: Uint8Array,
  proprietary: Uint8Array,
): Uint8Array {
  checkKey(key);
  if (cryptogram.length !== 8 || statusUpdate.length !== 4 || proprietary.length > 8)
    throw new RangeError('8 bytes of cryptogram, 4 of status update, at most 8 of the issuer');
  return messageMac('3DES', key, concat([cryptogram, statusUpdate, proprietary])).slice(0, 4);
}

/**
 * MAC of an issuer script command: 4 bytes (confidence B).
 * @param header 5 bytes, Lc with the MAC. @param counter transaction counter, 2 bytes. @param cryptogram 8 bytes.
 * @throws RangeError on other lengths.
 */
export function scriptMac(
  cipher: CardCipher,
  key: Uint8Array,
  header: Uint8Array,
  counter: Uint8Array,
  cryptogram: Uint8Array,
  data: Uint8Array,
): Uint8Array {
  checkKey(key);
  if (header.length !== 5 || counter.length !== 2 || cryptogram.length !== 8)
    throw new RangeError('5 bytes of header, 2 of transaction counter, 8 of cryptogram');
  return messageMac(cipher, key, concat([header, counter, cryptogram, data])).slice(0, 4);
}

function checkKey(key: Uint8Array): void {
  if (key.length !== 16) throw new RangeError('a key of the financial application has 16 bytes');
}
