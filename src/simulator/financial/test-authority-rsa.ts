import { concat, fromHex } from '../../../apdu/bytes.ts';
import { sha1 } from '../../crypto/rsa-recovery.ts';
import { privateOperation, type RsaKeyPair } from './rsa-keys.ts';

/** Certificates and static signatures of a private test authority, RSA (emv-pboc.md 4.2; crypto.md 10). */

/**
 * What is wrong with a certificate on purpose: a byte of the finished object is another (`bent`), or the digest inside
 * is, though everything else is in order (`wrong-hash`).
 */
export type Flaw = 'bent' | 'wrong-hash';

/** What a certificate says beside the key. */
export interface Subject {
  /** Digits: the first three to eight of the card number for an issuer, all of it for a card. */
  readonly number: string;
  /** `MMYY`. */
  readonly expiry: string;
  /** Three bytes. */
  readonly serial: Uint8Array;
}

/** A certificate as it lies on the card. */
export interface RsaCertificateObjects {
  /** Tag 90, 9F46 or 9F2D: as long as the key that signed it. */
  readonly certificate: Uint8Array;
  /** Tag 92, 9F48 or 9F2E: what of the key did not fit; empty when all of it did. */
  readonly remainder: Uint8Array;
  /** Tag 9F32, 9F47 or 9F2F. */
  readonly exponent: Uint8Array;
}

const HEADER = 0x6a;
const TRAILER = 0xbc;
const FILLING = 0xbb;
const DIGEST_BYTES = 20;
/** Hash algorithm SHA-1, key algorithm RSA. */
const ALGORITHMS = Uint8Array.of(0x01, 0x01);
const ISSUER = { format: 0x02, identifierBytes: 4 };
const CARD = { format: 0x04, identifierBytes: 10 };
const STATIC_FORMAT = 0x03;

/** Tags 90, 92, 9F32. */
export function certifyIssuer(
  authority: RsaKeyPair,
  subject: Subject,
  key: RsaKeyPair,
  flaw?: Flaw,
): RsaCertificateObjects {
  return certify(authority, ISSUER, subject, key, new Uint8Array(0), flaw);
}

/**
 * Tags 9F46, 9F48, 9F47; with empty static data 9F2D, 9F2E, 9F2F of the key for PINs.
 * @param staticData what the digest covers beside the certificate
 */
export function certifyCard(
  issuer: RsaKeyPair,
  subject: Subject,
  key: RsaKeyPair,
  staticData: Uint8Array,
  flaw?: Flaw,
): RsaCertificateObjects {
  return certify(issuer, CARD, subject, key, staticData, flaw);
}

/** Tag 93. @param code data authentication code, two bytes: tag 9F45 */
export function signStatic(issuer: RsaKeyPair, code: Uint8Array, staticData: Uint8Array, flaw?: Flaw): Uint8Array {
  const filling = new Uint8Array(issuer.modulus.length - 26).fill(FILLING);
  return sign(issuer, concat([Uint8Array.of(STATIC_FORMAT, 0x01), code, filling]), [staticData], flaw);
}

function certify(
  signer: RsaKeyPair,
  { format, identifierBytes }: typeof ISSUER,
  { number, expiry, serial }: Subject,
  { modulus, exponent }: RsaKeyPair,
  staticData: Uint8Array,
  flaw: Flaw | undefined,
): RsaCertificateObjects {
  const head = concat([
    Uint8Array.of(format),
    fromHex(number.padEnd(2 * identifierBytes, 'F')),
    fromHex(expiry),
    serial,
    ALGORITHMS,
    Uint8Array.of(modulus.length, exponent.length),
  ]);
  const room = new Uint8Array(signer.modulus.length - 2 - DIGEST_BYTES - head.length).fill(FILLING);
  room.set(modulus.subarray(0, room.length));
  const remainder = modulus.slice(room.length);
  const certificate = sign(signer, concat([head, room]), [remainder, exponent, staticData], flaw);
  return { certificate, remainder, exponent };
}

/** `6A ‖ content ‖ digest ‖ BC`, and the private operation over it. */
function sign(
  key: RsaKeyPair,
  content: Uint8Array,
  appended: readonly Uint8Array[],
  flaw: Flaw | undefined,
): Uint8Array {
  const digest = sha1(content, ...appended);
  if (flaw === 'wrong-hash') bend(digest);
  const signed = privateOperation(key, concat([Uint8Array.of(HEADER), content, digest, Uint8Array.of(TRAILER)]));
  if (flaw === 'bent') bend(signed);
  return signed;
}

/** Another last byte. */
export function bend(bytes: Uint8Array): void {
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 0x01;
}
