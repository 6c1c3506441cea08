/**
 * Block ciphers, thin over node:crypto. The names are those of OpenSSL 3: `des-ecb` is in its legacy set and throws, so
 * single DES runs as 3DES with equal parts (crypto.md 1 and 2).
 */

export type BlockCipher = 'DES' | '3DES' | 'SM4';

const shapes = {
  DES: { ecb: 'des-ede', cbc: 'des-ede-cbc', block: 8, key: 8 },
  '3DES': { ecb: 'des-ede', cbc: 'des-ede-cbc', block: 8, key: 16 },
  SM4: { ecb: 'sm4-ecb', cbc: 'sm4-cbc', block: 16, key: 16 },
} as const;

/**
 * Enciphers whole blocks, each by itself. 3DES is the two-key form.
 * @throws RangeError when the key has the wrong length or `data` is not a whole number of blocks: a fault of the program.
 * @example encryptEcb('3DES', fromHex('000102030405060708090A0B0C0D0E0F'), fromHex('3332303030307368'))
 */
export function encryptEcb(cipher: BlockCipher, key: Uint8Array, data: Uint8Array): Uint8Array {
  check(cipher, key, data);
  return run(shapes[cipher].ecb, cipher, key, data, null);
}

/**
 * Enciphers whole blocks, each joined to the one before (CBC), without padding.
 * @param iv one block.
 * @throws RangeError on other lengths: a fault of the program.
 */
export function encryptCbc(cipher: BlockCipher, key: Uint8Array, data: Uint8Array, iv: Uint8Array): Uint8Array {
  check(cipher, key, data);
  if (iv.length !== shapes[cipher].block) throw new RangeError('an initial value has one block');
  return run(shapes[cipher].cbc, cipher, key, data, iv);
}

function check(cipher: BlockCipher, key: Uint8Array, data: Uint8Array): void {
  const { block, key: keyLength } = shapes[cipher];
  if (key.length !== keyLength) throw new RangeError(`a key of ${cipher} has ${keyLength} bytes`);
  if (data.length % block !== 0) throw new RangeError(`${cipher} works on blocks of ${block} bytes`);
}

function run(name: string, cipher: BlockCipher, key: Uint8Array, data: Uint8Array, iv: Uint8Array | null): Uint8Array {
  // Loaded at the first use: a program that only reads open files never pays for it.
  const { createCipheriv } = process.getBuiltinModule('node:crypto');
  const engine = createCipheriv(name, cipher === 'DES' ? doubled(key) : key, iv);
  engine.setAutoPadding(false);
  return Uint8Array.from(engine.update(data));
}

function doubled(key: Uint8Array): Uint8Array {
  const both = new Uint8Array(16);
  both.set(key, 0);
  both.set(key, 8);
  return both;
}
