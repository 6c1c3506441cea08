import { concat, fromHex } from '../../../apdu/bytes.ts';
import type { RandomBytes } from '../../crypto/random.ts';
import { sha1 } from '../../crypto/rsa-recovery.ts';
import { sm2Sign } from '../../crypto/sm2.ts';
import { sm3 } from '../../crypto/sm3.ts';
import type { FinancialAlgorithm, FinancialImage, RsaPrivateKeyImage } from './image.ts';
import { keyOf, privateOperation, type RsaKeyPair } from './rsa-keys.ts';

const HEADER = 0x6a;
const TRAILER = 0xbc;
const FILLING = 0xbb;
const SHA_1 = 0x01;
const DIGEST = 20;

/** Bytes of the card's own number in every signature (4.2: two to eight). */
export const DYNAMIC_NUMBER = 8;

/** Digest over a whole transaction: SHA-1 beside RSA, SM3 beside SM2 (4.2). */
export function transactionDigest(algorithm: FinancialAlgorithm, data: Uint8Array): Uint8Array {
  return algorithm === 'SM4' ? sm3(data) : sha1(data);
}

/**
 * Signed dynamic application data, tag 9F4B (4.2).
 * @param dynamicData what is inside. @param terminalData what the signature covers beside it
 * @returns nothing for a card without such a key
 */
export function signDynamic(
  { privateKeys }: FinancialImage,
  algorithm: FinancialAlgorithm,
  dynamicData: Uint8Array,
  terminalData: Uint8Array,
  random: RandomBytes,
): Uint8Array | undefined {
  const { rsa, sm2 } = privateKeys;
  if (algorithm === '3DES') return rsa && signRsa(rsaKey(rsa), dynamicData, terminalData);
  if (sm2 === undefined) return undefined;
  const plain = concat([Uint8Array.of(0x15, dynamicData.length), dynamicData]);
  return concat([plain, sm2Sign(fromHex(sm2), concat([plain, terminalData]), undefined, random)]);
}

function signRsa(key: RsaKeyPair, dynamicData: Uint8Array, terminalData: Uint8Array): Uint8Array {
  const filling = new Uint8Array(key.modulus.length - dynamicData.length - DIGEST - 5).fill(FILLING);
  const content = concat([Uint8Array.of(0x05, SHA_1, dynamicData.length), dynamicData, filling]);
  const digest = sha1(content, terminalData);
  return privateOperation(key, concat([Uint8Array.of(HEADER), content, digest, Uint8Array.of(TRAILER)]));
}

export function rsaKey({ p, q, exponent }: RsaPrivateKeyImage): RsaKeyPair {
  return keyOf(fromHex(p), fromHex(q), fromHex(exponent));
}
