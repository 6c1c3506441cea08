import { concat, fromHex, toHex } from '../../../apdu/bytes.ts';
import { authorityKeyDigest } from '../../crypto/rsa-recovery.ts';
import { sm3 } from '../../crypto/sm3.ts';
import type { RsaKeyPair } from './rsa-keys.ts';

/** A public key of the test authority, in the form of files for `--ca-keys` (docs/ca-keys.md). Bytes are hex text. */
export type CaKeyImage = {
  /** Five bytes. */
  readonly rid: string;
  /** One byte: tag 8F of the card. */
  readonly index: string;
  /** Over RID, index and key: SHA-1 with RSA, SM3 with SM2. */
  readonly checksum: string;
  readonly class: 'test';
} & (
  | { readonly algorithm: 'rsa'; readonly modulus: string; readonly exponent: string }
  | { readonly algorithm: 'sm2'; readonly point: string }
);

export function rsaCaKey(rid: string, index: number, key: RsaKeyPair): CaKeyImage {
  return {
    rid,
    index: toHex(Uint8Array.of(index)),
    algorithm: 'rsa',
    modulus: toHex(key.modulus),
    exponent: toHex(key.exponent),
    checksum: toHex(authorityKeyDigest(fromHex(rid), index, key)),
    class: 'test',
  };
}

/** @param point `x ‖ y`, 64 bytes */
export function sm2CaKey(rid: string, index: number, point: Uint8Array): CaKeyImage {
  return {
    rid,
    index: toHex(Uint8Array.of(index)),
    algorithm: 'sm2',
    point: toHex(point),
    checksum: toHex(sm3(concat([fromHex(rid), Uint8Array.of(index), point]))),
    class: 'test',
  };
}
