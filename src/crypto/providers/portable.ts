import { keyedDes } from './portable-des.ts';
import { portableHmacSm3, portableSm3 } from './portable-sm3.ts';
import { keyedSm4 } from './portable-sm4.ts';
import type { BlockCipher, CryptoProvider } from './provider.ts';

/**
 * For platforms without SM4, SM3 or a working 3DES. Table look-ups: the time depends on the data a little, as it does in
 * most software; where the platform has the cipher, the platform is used.
 */
export const portableProvider: CryptoProvider = {
  name: 'portable',
  transform,
  lastBlock: (cipher, key, data, iv) => transform('encipher', cipher, key, data, iv).subarray(-iv.length),
  sm3: portableSm3,
  hmacSm3: portableHmacSm3,
};

function transform(
  direction: 'encipher' | 'decipher',
  cipher: BlockCipher,
  key: Uint8Array,
  data: Uint8Array,
  iv: Uint8Array | null,
): Uint8Array {
  const keyed = cipher === 'SM4' ? keyedSm4(key, direction) : keyedDes(key, direction);
  try {
    const result = Uint8Array.from(data);
    const view = new DataView(result.buffer);
    for (let at = 0; at < result.length; at += keyed.block) {
      if (iv && direction === 'encipher') mix(result, at, at === 0 ? iv : result, keyed.block);
      keyed.apply(view, at);
      if (iv && direction === 'decipher') mix(result, at, at === 0 ? iv : data, keyed.block);
    }
    return result;
  } finally {
    keyed.wipe();
  }
}

/** XORs the block before into the one at `at`: from `chain` one block earlier, or from its start for the first. */
function mix(result: Uint8Array, at: number, chain: Uint8Array, block: number): void {
  const from = at === 0 ? 0 : at - block;
  for (let index = 0; index < block; index++)
    result[at + index] = (result[at + index] as number) ^ (chain[from + index] as number);
}
