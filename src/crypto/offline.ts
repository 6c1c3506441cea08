import { equalBytes } from '../../apdu/bytes.ts';

/**
 * What RSA and SM2 offline authentication have in common (crypto.md 10 and 11). Nothing in here or in the two is secret.
 */

/** Why a certificate or signature is not valid. Outward there is one failure; this is for the trace. */
export type OfflineFailure =
  | 'length'
  | 'recovery'
  | 'header'
  | 'trailer'
  | 'format'
  | 'hash-algorithm'
  | 'digest'
  | 'signature'
  | 'key-algorithm'
  | 'key-length'
  | 'remainder'
  | 'issuer-identifier'
  | 'card-number'
  | 'expired'
  | 'dynamic-data'
  | 'cryptogram-information'
  | 'transaction-digest'
  | 'static-data';

export type OfflineResult<T> =
  | { readonly kind: 'valid'; readonly value: T }
  | { readonly kind: 'invalid'; readonly reason: OfflineFailure };

/** A month of the calendar: certificates are valid through the last day of theirs. */
export interface Month {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
}

/** What a certificate says, beside the key in it. */
export interface CertificateFacts {
  readonly expiry: Month;
  /** Three bytes. */
  readonly serial: Uint8Array;
}

/** One combined dynamic signature, CDA: what the terminal sent and got in this transaction. */
export interface CombinedSignature {
  /** Value of tag 9F4B. */
  readonly signature: Uint8Array;
  /** Four bytes. */
  readonly unpredictableNumber: Uint8Array;
  readonly pdolValues: Uint8Array;
  readonly cdol1Values: Uint8Array;
  /** Of the second GENERATE AC; empty with the first. */
  readonly cdol2Values: Uint8Array;
  /** Data objects of the answer in the card's order, tag and length with them, without 9F4B. */
  readonly response: Uint8Array;
  /** Tag 9F27 as it stands in the clear answer. */
  readonly cryptogramInformation: number;
}

/** What a combined signature proves. */
export interface CombinedData {
  readonly cardDynamicNumber: Uint8Array;
  /** Eight bytes. */
  readonly cryptogram: Uint8Array;
  readonly transactionDigest: Uint8Array;
}

export function valid<T>(value: T): OfflineResult<T> {
  return { kind: 'valid', value };
}

export function invalid(reason: OfflineFailure): { readonly kind: 'invalid'; readonly reason: OfflineFailure } {
  return { kind: 'invalid', reason };
}

/** Month and year as two packed digits each; two-digit years 00 to 49 are 20xx. `undefined`: no month. */
export function readExpiry(bytes: Uint8Array): Month | undefined {
  const digits = packedDigits(bytes);
  const month = Number(digits?.slice(0, 2));
  const year = Number(digits?.slice(2));
  if (digits === undefined || month < 1 || month > 12) return undefined;
  return { year: year < 50 ? 2000 + year : 1900 + year, month };
}

export function isOver(expiry: Month, today: Month): boolean {
  return today.year * 12 + today.month > expiry.year * 12 + expiry.month;
}

/** Issuer identifier, filled with F: the first three to eight digits of the card number. */
export function isIssuerOf(identifier: Uint8Array, pan: string): boolean {
  const digits = packedDigits(identifier);
  return digits !== undefined && digits.length >= 3 && pan.startsWith(digits);
}

/** Card number, filled with F. */
export function isCardNumber(bytes: Uint8Array, pan: string): boolean {
  return packedDigits(bytes) === pan;
}

/** The card's own number in front of dynamic data: a byte of length and as many bytes; `undefined` when it does not fit. */
export function readDynamicNumber(data: Uint8Array): Uint8Array | undefined {
  const end = 1 + (data[0] ?? 0);
  return end > 1 && end <= data.length ? data.slice(1, end) : undefined;
}

/**
 * Dynamic data of CDA: card's number, cryptogram information, cryptogram, digest over the transaction.
 * @param hash of the kind of key: 20 bytes of SHA-1, 32 of SM3
 */
export function checkCombined(
  data: Uint8Array,
  combined: CombinedSignature,
  hash: (...parts: readonly Uint8Array[]) => Uint8Array,
): OfflineResult<CombinedData> {
  const { pdolValues, cdol1Values, cdol2Values, response, cryptogramInformation } = combined;
  const expected = hash(pdolValues, cdol1Values, cdol2Values, response);
  const cardDynamicNumber = readDynamicNumber(data);
  if (!cardDynamicNumber) return invalid('dynamic-data');
  const rest = data.subarray(1 + cardDynamicNumber.length);
  if (rest.length < 9 + expected.length) return invalid('dynamic-data');
  if (rest[0] !== cryptogramInformation) return invalid('cryptogram-information');
  const transactionDigest = rest.slice(9, 9 + expected.length);
  if (!equalBytes(transactionDigest, expected)) return invalid('transaction-digest');
  return valid({ cardDynamicNumber, cryptogram: rest.slice(1, 9), transactionDigest });
}

/** Packed decimal digits without filling at the end; `undefined` when a nibble is no digit. */
function packedDigits(bytes: Uint8Array): string | undefined {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  const digits = text.replace(/f+$/, '');
  return /^\d+$/.test(digits) ? digits : undefined;
}
