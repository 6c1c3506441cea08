import { concat, fromHex } from '../../../apdu/bytes.ts';
import type { RandomBytes } from '../../crypto/random.ts';
import { sm2PublicKey, sm2Sign } from '../../crypto/sm2.ts';
import { bend, type Flaw, type Subject } from './test-authority-rsa.ts';

/**
 * Certificates and static signatures of a private test authority, SM2 (emv-pboc.md 4.2, SM2 variant; crypto.md 11). They
 * are in the clear, with `r ‖ s` at the end. Loads the curve library: import it where a card has SM2.
 */

/** A key of the simulator: it protects nothing. */
export interface Sm2KeyPair {
  /** 32 bytes. */
  readonly privateKey: Uint8Array;
  /** `x ‖ y`, 64 bytes. */
  readonly publicKey: Uint8Array;
}

/** Signature algorithm SM2, no encryption algorithm, curve, length of the key: as on the cards seen. */
const KEY_HEAD = Uint8Array.of(0x04, 0x00, 0x11, 0x40);
const ISSUER = { format: 0x12, identifierBytes: 4 };
const CARD = { format: 0x14, identifierBytes: 10 };
const STATIC_FORMAT = 0x13;

/** The same key for the same bytes. */
export function makeSm2Key(random: RandomBytes): Sm2KeyPair {
  const privateKey = random(32);
  // Below the order of the curve, and not zero, whatever was drawn.
  privateKey[0] = ((privateKey[0] ?? 0) & 0x7f) | 0x01;
  return { privateKey, publicKey: sm2PublicKey(privateKey) };
}

/** Tag 90, 142 bytes. @param random gives the one-time number of the signature */
export function certifySm2Issuer(
  authority: Sm2KeyPair,
  subject: Subject,
  publicKey: Uint8Array,
  random: RandomBytes,
  flaw?: Flaw,
): Uint8Array {
  return sign(authority, contentOf(ISSUER, subject, publicKey), new Uint8Array(0), random, flaw);
}

/** Tag 9F46, 148 bytes. @param staticData what is signed beside the certificate */
export function certifySm2Card(
  issuer: Sm2KeyPair,
  subject: Subject,
  publicKey: Uint8Array,
  staticData: Uint8Array,
  random: RandomBytes,
  flaw?: Flaw,
): Uint8Array {
  return sign(issuer, contentOf(CARD, subject, publicKey), staticData, random, flaw);
}

/** Tag 93, 67 bytes. @param code data authentication code, two bytes */
export function signSm2Static(
  issuer: Sm2KeyPair,
  code: Uint8Array,
  staticData: Uint8Array,
  random: RandomBytes,
  flaw?: Flaw,
): Uint8Array {
  return sign(issuer, concat([Uint8Array.of(STATIC_FORMAT), code]), staticData, random, flaw);
}

function contentOf(
  { format, identifierBytes }: typeof ISSUER,
  { number, expiry, serial }: Subject,
  publicKey: Uint8Array,
): Uint8Array {
  const identifier = fromHex(number.padEnd(2 * identifierBytes, 'F'));
  return concat([Uint8Array.of(format), identifier, fromHex(expiry), serial, KEY_HEAD, publicKey]);
}

/** A wrong hash is a signature over something else: nothing can be recovered from it. */
function sign(
  { privateKey }: Sm2KeyPair,
  content: Uint8Array,
  appended: Uint8Array,
  random: RandomBytes,
  flaw: Flaw | undefined,
): Uint8Array {
  const message = concat([content, appended]);
  if (flaw === 'wrong-hash') bend(message);
  const signature = sm2Sign(privateKey, message, undefined, random);
  if (flaw === 'bent') bend(signature);
  return concat([content, signature]);
}
