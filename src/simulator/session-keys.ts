import { encryptEcb } from '../crypto/blocks.ts';
import { desMac, pad2, sm4Mac } from '../crypto/mac.ts';

/** What keys and blocks are of: DES with keys of 16 bytes and blocks of 8, or SM4 with 16 of both. */
export type Cipher = '3DES' | 'SM4';

/** Bytes of a block. */
export const blockBytes = { '3DES': 8, SM4: 16 } as const;

/** Whole blocks under a session key, each by itself. */
export function encipher(cipher: Cipher, session: Uint8Array, blocks: Uint8Array): Uint8Array {
  return encryptEcb(cipher === '3DES' ? 'DES' : 'SM4', session, blocks);
}

/** The last block of whole blocks chained under a session key; a MAC is its first four bytes (6.5). */
export function lastBlock(cipher: Cipher, session: Uint8Array, blocks: Uint8Array, iv: Uint8Array): Uint8Array {
  return cipher === '3DES' ? desMac(session, blocks, iv) : sm4Mac(session, blocks, iv);
}

/** The MAC of one transaction: four bytes over unpadded data, initial value zero (crypto.md 5). */
export function transactionMac(cipher: Cipher, session: Uint8Array, data: Uint8Array): Uint8Array {
  const block = blockBytes[cipher];
  return lastBlock(cipher, session, pad2(data, block), new Uint8Array(block)).slice(0, 4);
}
