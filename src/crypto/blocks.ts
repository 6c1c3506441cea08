import type { BlockCipher } from './providers/provider.ts';
import { providerOf } from './providers/select.ts';

/** The two families of symmetric keys on cards: 3DES to generation 2.0, SM4 in 3.0. Their keys have 16 bytes. */
export type CardCipher = '3DES' | 'SM4';

const primitives = { DES: 'DES', '3DES': 'DES', SM4: 'SM4' } as const;
const keyLengths = { DES: 8, '3DES': 16, SM4: 16 } as const;

/** Bytes of a block. */
export function blockOf(cipher: BlockCipher): 8 | 16 {
  return cipher === 'SM4' ? 16 : 8;
}

/**
 * Enciphers whole blocks, each by itself. 3DES takes keys of two parts (16 bytes) and of three (24).
 * @throws RangeError when the key has the wrong length or `data` is not a whole number of blocks: a fault of the program.
 * @example encryptEcb('3DES', fromHex('000102030405060708090A0B0C0D0E0F'), fromHex('3332303030307368'))
 */
export function encryptEcb(cipher: BlockCipher, key: Uint8Array, data: Uint8Array): Uint8Array {
  return transform('encipher', cipher, key, data, null);
}

/** The reverse of `encryptEcb`. @throws RangeError as there. */
export function decryptEcb(cipher: BlockCipher, key: Uint8Array, data: Uint8Array): Uint8Array {
  return transform('decipher', cipher, key, data, null);
}

/**
 * Enciphers whole blocks, each joined to the one before (CBC), without padding.
 * @param iv one block.
 * @throws RangeError on other lengths: a fault of the program.
 */
export function encryptCbc(cipher: BlockCipher, key: Uint8Array, data: Uint8Array, iv: Uint8Array): Uint8Array {
  return transform('encipher', cipher, key, data, iv);
}

/** The reverse of `encryptCbc`. @throws RangeError as there. */
export function decryptCbc(cipher: BlockCipher, key: Uint8Array, data: Uint8Array, iv: Uint8Array): Uint8Array {
  return transform('decipher', cipher, key, data, iv);
}

/**
 * The last block of enciphering in CBC: the core of a MAC.
 * @param data at least one block. @param iv one block.
 * @throws RangeError on other lengths: a fault of the program.
 */
export function lastBlockCbc(cipher: BlockCipher, key: Uint8Array, data: Uint8Array, iv: Uint8Array): Uint8Array {
  if (data.length === 0) throw new RangeError('a MAC is made over at least one block');
  check(cipher, key, data, iv);
  return providerOf(primitives[cipher]).lastBlock(cipher, key, data, iv);
}

function transform(
  direction: 'encipher' | 'decipher',
  cipher: BlockCipher,
  key: Uint8Array,
  data: Uint8Array,
  iv: Uint8Array | null,
): Uint8Array {
  check(cipher, key, data, iv);
  return providerOf(primitives[cipher]).transform(direction, cipher, key, data, iv);
}

function check(cipher: BlockCipher, key: Uint8Array, data: Uint8Array, iv: Uint8Array | null): void {
  const block = blockOf(cipher);
  if (key.length !== keyLengths[cipher] && !(cipher === '3DES' && key.length === 24))
    throw new RangeError(`a key of ${key.length} bytes is none of ${cipher}`);
  if (data.length % block !== 0) throw new RangeError(`${cipher} works on blocks of ${block} bytes`);
  if (iv && iv.length !== block) throw new RangeError(`an initial value of ${cipher} has ${block} bytes`);
}
