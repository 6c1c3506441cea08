/** Block ciphers that a card uses. 3DES is the two-key form with 16 bytes of key, the three-key form with 24. */
export type BlockCipher = 'DES' | '3DES' | 'SM4';

/** What a runtime has or lacks as a whole: those built on BoringSSL, Electron among them, have neither SM4 nor SM3. */
export type Primitive = 'DES' | 'SM4' | 'SM3';

/** Two ways to the same results: OpenSSL through node:crypto, and TypeScript. */
export interface CryptoProvider {
  readonly name: 'node' | 'portable';
  /**
   * Enciphers or deciphers whole blocks, without padding; lengths were judged before.
   * @param iv `null`: ECB, else CBC. @returns bytes in a buffer of their own, so that they can be wiped
   */
  transform(
    direction: 'encipher' | 'decipher',
    cipher: BlockCipher,
    key: Uint8Array,
    data: Uint8Array,
    iv: Uint8Array | null,
  ): Uint8Array;
  /** The last block of enciphering in CBC. Apart from `transform`, because the MAC of a command is what is measured. */
  lastBlock(cipher: BlockCipher, key: Uint8Array, data: Uint8Array, iv: Uint8Array): Uint8Array;
  sm3(data: Uint8Array): Uint8Array;
  hmacSm3(key: Uint8Array, data: Uint8Array): Uint8Array;
}

/** A block cipher with its round keys made. */
export interface KeyedCipher {
  readonly block: 8 | 16;
  /** Enciphers, or deciphers, one block where it stands. */
  apply(blocks: DataView, at: number): void;
  wipe(): void;
}
