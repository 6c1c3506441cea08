import type { BlockCipher, CryptoProvider } from './provider.ts';

/** The part of node:crypto that is used here. */
export type Platform = Pick<
  typeof import('node:crypto'),
  'createCipheriv' | 'createDecipheriv' | 'createHash' | 'createHmac'
>;

/**
 * The platform's ciphers and digest, by names that OpenSSL 3 and BoringSSL share (crypto.md 1): `des-ecb` and `des-cbc`
 * are in OpenSSL's legacy set and throw, so single DES runs as 3DES with equal parts; older Electron releases list
 * `des-ede-cbc` but fail to use it, so all CBC is `des-ede3-cbc`.
 * @param platform node:crypto
 */
export function nodeProvider(platform: Platform): CryptoProvider {
  // One buffer for all keys that are put together, wiped after each use: node:crypto takes a microsecond more for a key
  // in a fresh array, because it must give that array memory outside of the heap first.
  const whole = new Uint8Array(new ArrayBuffer(24));
  const twoParts = whole.subarray(0, 16);

  /** A Buffer with memory of its own: whole blocks come out at once, and final() would add nothing. */
  function run(
    direction: 'encipher' | 'decipher',
    name: string,
    key: Uint8Array,
    data: Uint8Array,
    iv: Uint8Array | null,
  ): Buffer {
    const make = direction === 'encipher' ? platform.createCipheriv : platform.createDecipheriv;
    const engine = make(name, key, iv);
    engine.setAutoPadding(false);
    return engine.update(data);
  }

  function compute(
    direction: 'encipher' | 'decipher',
    cipher: BlockCipher,
    key: Uint8Array,
    data: Uint8Array,
    iv: Uint8Array | null,
  ): Buffer {
    if (cipher === 'SM4') return run(direction, iv ? 'sm4-cbc' : 'sm4-ecb', key, data, iv);
    if (!iv && cipher === '3DES') return run(direction, key.length === 16 ? 'des-ede' : 'des-ede3', key, data, iv);
    try {
      fill(whole, key);
      return iv ? run(direction, 'des-ede3-cbc', whole, data, iv) : run(direction, 'des-ede', twoParts, data, iv);
    } finally {
      whole.fill(0);
    }
  }

  return {
    name: 'node',
    transform(direction, cipher, key, data, iv) {
      const { buffer, byteOffset, length } = compute(direction, cipher, key, data, iv);
      return new Uint8Array(buffer, byteOffset, length);
    },
    lastBlock(cipher, key, data, iv) {
      const { buffer, byteOffset, length } = compute('encipher', cipher, key, data, iv);
      return new Uint8Array(buffer, byteOffset + length - iv.length, iv.length);
    },
    sm3: (data) => new Uint8Array(platform.createHash('sm3').update(data).digest()),
    hmacSm3: (key, data) => new Uint8Array(platform.createHmac('sm3', key).update(data).digest()),
  };
}

/** K ‖ K ‖ K, L ‖ R ‖ L, or three parts as they are. */
function fill(whole: Uint8Array, key: Uint8Array): void {
  for (let at = 0; at < whole.length; at++) whole[at] = key[at % key.length] as number;
}
