import { concat } from '../../apdu/bytes.ts';
import {
  type CertificateFacts,
  type CombinedData,
  type CombinedSignature,
  checkCombined,
  invalid,
  isCardNumber,
  isIssuerOf,
  isOver,
  type Month,
  type OfflineResult,
  readDynamicNumber,
  readExpiry,
  valid,
} from './offline.ts';
import { checkDigest, type Recovered, type RsaPublicKey, recover, recoverFrame, sha1 } from './rsa-recovery.ts';

/**
 * Offline data authentication of EMV with RSA (crypto.md 10). All of it comes from a card, so that it is wrong is an
 * answer; nothing here throws.
 */

/** A certificate as it lies on the card: the recovered part, and what did not fit into it. */
export interface RsaCertificate {
  /** Tag 90, 9F46 or 9F2D. */
  readonly certificate: Uint8Array;
  /** Tag 92, 9F48 or 9F2E; empty when absent. */
  readonly remainder: Uint8Array;
  /** Tag 9F32, 9F47 or 9F2F. */
  readonly exponent: Uint8Array;
}

export interface CertifiedRsaKey extends CertificateFacts {
  readonly key: RsaPublicKey;
  /** The recovered block, for the trace. */
  readonly plain: Uint8Array;
}

/** Lengths in the content of a certificate, which begins with the format byte. */
const ISSUER = { format: 0x02, identifier: 4 };
const CARD = { format: 0x04, identifier: 10 };
const STATIC_FORMAT = 0x03;
const DYNAMIC_FORMAT = 0x05;
const RSA = 0x01;

/** Issuer's key, from tag 90. @param pan digits of the card. */
export function recoverIssuerKey(
  authority: RsaPublicKey,
  issuer: RsaCertificate,
  pan: string,
  today: Month,
): OfflineResult<CertifiedRsaKey> {
  return recoverKey(authority, issuer, ISSUER, [], today, (identifier) =>
    isIssuerOf(identifier, pan) ? undefined : 'issuer-identifier',
  );
}

/**
 * Card's key, from tag 9F46, or the key for PINs, from tag 9F2D.
 * @param staticData see `staticDataToAuthenticate`; empty for the key for PINs.
 */
export function recoverCardKey(
  issuer: RsaPublicKey,
  card: RsaCertificate,
  pan: string,
  today: Month,
  staticData: Uint8Array,
): OfflineResult<CertifiedRsaKey> {
  return recoverKey(issuer, card, CARD, [staticData], today, (number) =>
    isCardNumber(number, pan) ? undefined : 'card-number',
  );
}

/** Static signature, tag 93 (SDA). @returns the data authentication code, two bytes, tag 9F45 */
export function verifyStatic(
  issuer: RsaPublicKey,
  signature: Uint8Array,
  staticData: Uint8Array,
): OfflineResult<Uint8Array> {
  const recovered = recover(issuer, signature, STATIC_FORMAT, 1, staticData);
  return recovered.kind === 'valid' ? valid(recovered.value.content.slice(2, 4)) : recovered;
}

/**
 * Dynamic signature, tag 9F4B (DDA).
 * @param terminalData the values of the DDOL, as sent. @returns the card's dynamic number, tag 9F4C
 */
export function verifyDynamic(
  card: RsaPublicKey,
  signature: Uint8Array,
  terminalData: Uint8Array,
): OfflineResult<Uint8Array> {
  const data = recoverDynamic(card, signature, terminalData);
  if (data.kind === 'invalid') return data;
  const number = readDynamicNumber(data.value);
  return number ? valid(number) : invalid('dynamic-data');
}

/** Dynamic signature together with an application cryptogram (CDA). */
export function verifyCombined(card: RsaPublicKey, combined: CombinedSignature): OfflineResult<CombinedData> {
  const data = recoverDynamic(card, combined.signature, combined.unpredictableNumber);
  return data.kind === 'valid' ? checkCombined(data.value, combined, sha1) : data;
}

function recoverDynamic(
  card: RsaPublicKey,
  signature: Uint8Array,
  terminalData: Uint8Array,
): OfflineResult<Uint8Array> {
  const recovered = recover(card, signature, DYNAMIC_FORMAT, 1, terminalData);
  if (recovered.kind === 'invalid') return recovered;
  const { content } = recovered.value;
  const end = 3 + (content[2] ?? 0);
  return end <= content.length ? valid(content.slice(3, end)) : invalid('dynamic-data');
}

function recoverKey(
  parent: RsaPublicKey,
  { certificate, remainder, exponent }: RsaCertificate,
  { format, identifier }: { readonly format: number; readonly identifier: number },
  appended: readonly Uint8Array[],
  today: Month,
  wrongHolder: (identifier: Uint8Array) => 'issuer-identifier' | 'card-number' | undefined,
): OfflineResult<CertifiedRsaKey> {
  // Behind format byte and identifier: expiry 2, serial 3, then algorithms and lengths, one byte each.
  const expiryAt = 1 + identifier;
  const hashAt = expiryAt + 5;
  const framed = recoverFrame(parent, certificate, format);
  if (framed.kind === 'invalid') return framed;
  // The digest covers the remainder, too: it would hide that the card has none (emv-pboc.md 3.4).
  if (remainder.length === 0 && !fits(framed.value, hashAt + 2)) return invalid('remainder');
  const recovered = checkDigest(framed.value, hashAt, remainder, exponent, ...appended);
  if (recovered.kind === 'invalid') return recovered;
  const { content, plain } = recovered.value;
  const wrong = wrongHolder(content.subarray(1, expiryAt));
  if (wrong) return invalid(wrong);
  const expiry = readExpiry(content.subarray(expiryAt, expiryAt + 2));
  if (!expiry || isOver(expiry, today)) return invalid('expired');
  if (content[hashAt + 1] !== RSA) return invalid('key-algorithm');
  const modulus = certifiedModulus(recovered.value, hashAt + 2, remainder);
  if (modulus.kind === 'invalid') return modulus;
  const key = { modulus: modulus.value, exponent };
  return valid({ key, expiry, serial: content.slice(expiryAt + 2, hashAt), plain });
}

/** Whether the certificate holds the whole key. @param lengthAt where the length of the key stands */
function fits({ content }: Recovered, lengthAt: number): boolean {
  return (content[lengthAt] ?? 0) <= content.length - lengthAt - 2;
}

/** The part in the certificate without its filling when the key fits, else that part and the remainder. */
function certifiedModulus(recovered: Recovered, lengthAt: number, remainder: Uint8Array): OfflineResult<Uint8Array> {
  const { content } = recovered;
  const length = content[lengthAt] ?? 0;
  const part = content.subarray(lengthAt + 2);
  if (length === 0) return invalid('key-length');
  if (fits(recovered, lengthAt)) return valid(part.slice(0, length));
  const modulus = concat([part, remainder]);
  return modulus.length === length ? valid(modulus) : invalid('remainder');
}
