import { concat, equalBytes } from '../../apdu/bytes.ts';
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
import { sm2Verify } from './sm2.ts';
import { sm3 } from './sm3.ts';

/**
 * Offline data authentication of PBOC 3.0 with SM2 (crypto.md 11): each object is clear data and `r ‖ s`; nothing is
 * recovered. Loads the curve library, as `sm2.ts` does. All of it comes from a card; nothing here throws.
 */

export interface CertifiedSm2Key extends CertificateFacts {
  /** `x ‖ y`, 64 bytes. */
  readonly key: Uint8Array;
}

const SIGNATURE = 64;
const KEY = 64;
const ISSUER = { format: 0x12, identifier: 4 };
const CARD = { format: 0x14, identifier: 10 };
const STATIC_FORMAT = 0x13;
const DYNAMIC_FORMAT = 0x15;
/** Signature with SM2 and SM3; no encryption. The curve parameter behind them is not judged (confidence C). */
const ALGORITHMS = Uint8Array.of(0x04, 0x00);

/** Issuer's key, from tag 90. @param authority `x ‖ y`. @param pan digits of the card. */
export function readIssuerKey(
  authority: Uint8Array,
  certificate: Uint8Array,
  pan: string,
  today: Month,
): OfflineResult<CertifiedSm2Key> {
  return readKey(authority, certificate, ISSUER, new Uint8Array(0), today, (identifier) =>
    isIssuerOf(identifier, pan) ? undefined : 'issuer-identifier',
  );
}

/** Card's key, from tag 9F46. The range that is signed is confidence B. */
export function readCardKey(
  issuer: Uint8Array,
  certificate: Uint8Array,
  pan: string,
  today: Month,
  staticData: Uint8Array,
): OfflineResult<CertifiedSm2Key> {
  return readKey(issuer, certificate, CARD, staticData, today, (number) =>
    isCardNumber(number, pan) ? undefined : 'card-number',
  );
}

/** Static signature, tag 93 (SDA). @returns the data authentication code, two bytes */
export function verifyStaticSm2(
  issuer: Uint8Array,
  signature: Uint8Array,
  staticData: Uint8Array,
): OfflineResult<Uint8Array> {
  if (signature.length !== 3 + SIGNATURE) return invalid('length');
  if (signature[0] !== STATIC_FORMAT) return invalid('format');
  return isSigned(issuer, signature, staticData) ? valid(signature.slice(1, 3)) : invalid('signature');
}

/** Dynamic signature, tag 9F4B (DDA). @param terminalData the values of the DDOL. @returns the card's dynamic number */
export function verifyDynamicSm2(
  card: Uint8Array,
  signature: Uint8Array,
  terminalData: Uint8Array,
): OfflineResult<Uint8Array> {
  const data = dynamicData(card, signature, terminalData);
  if (data.kind === 'invalid') return data;
  const number = readDynamicNumber(data.value);
  return number ? valid(number) : invalid('dynamic-data');
}

/** Dynamic signature together with an application cryptogram (CDA). */
export function verifyCombinedSm2(card: Uint8Array, combined: CombinedSignature): OfflineResult<CombinedData> {
  const data = dynamicData(card, shortForm(combined), combined.unpredictableNumber);
  return data.kind === 'valid' ? checkCombined(data.value, combined, (...parts) => sm3(concat(parts))) : data;
}

/** P17 table 14 repeats the terminal's number behind the dynamic data, table 17 does not: both are met. */
function shortForm({ signature, unpredictableNumber }: CombinedSignature): Uint8Array {
  const end = 2 + (signature[1] ?? 0);
  const repeats =
    signature.length === end + unpredictableNumber.length + SIGNATURE &&
    equalBytes(signature.subarray(end, -SIGNATURE), unpredictableNumber);
  return repeats ? concat([signature.subarray(0, end), signature.subarray(-SIGNATURE)]) : signature;
}

function dynamicData(card: Uint8Array, signature: Uint8Array, terminalData: Uint8Array): OfflineResult<Uint8Array> {
  const end = 2 + (signature[1] ?? 0);
  if (signature.length !== end + SIGNATURE) return invalid('length');
  if (signature[0] !== DYNAMIC_FORMAT) return invalid('format');
  return isSigned(card, signature, terminalData) ? valid(signature.slice(2, end)) : invalid('signature');
}

function readKey(
  parent: Uint8Array,
  certificate: Uint8Array,
  { format, identifier }: { readonly format: number; readonly identifier: number },
  appended: Uint8Array,
  today: Month,
  wrongHolder: (identifier: Uint8Array) => 'issuer-identifier' | 'card-number' | undefined,
): OfflineResult<CertifiedSm2Key> {
  // Format byte, identifier, expiry 2, serial 3, algorithms 2, curve parameter 1, length 1, key, signature.
  const expiryAt = 1 + identifier;
  const algorithmsAt = expiryAt + 5;
  const keyAt = algorithmsAt + 4;
  if (certificate.length !== keyAt + KEY + SIGNATURE) return invalid('length');
  if (certificate[0] !== format) return invalid('format');
  if (!isSigned(parent, certificate, appended)) return invalid('signature');
  const wrong = wrongHolder(certificate.subarray(1, expiryAt));
  if (wrong) return invalid(wrong);
  const expiry = readExpiry(certificate.subarray(expiryAt, expiryAt + 2));
  if (!expiry || isOver(expiry, today)) return invalid('expired');
  if (!equalBytes(certificate.subarray(algorithmsAt, algorithmsAt + 2), ALGORITHMS)) return invalid('key-algorithm');
  if (certificate[keyAt - 1] !== KEY) return invalid('key-length');
  return valid({
    key: certificate.slice(keyAt, keyAt + KEY),
    expiry,
    serial: certificate.slice(expiryAt + 2, algorithmsAt),
  });
}

/** Whether the last 64 bytes sign what stands before them and what is appended. */
function isSigned(key: Uint8Array, object: Uint8Array, appended: Uint8Array): boolean {
  return sm2Verify(key, concat([object.subarray(0, -SIGNATURE), appended]), object.subarray(-SIGNATURE));
}
