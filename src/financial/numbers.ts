import { fromHex } from '../../apdu/bytes.ts';

/** Digits of packed BCD; `undefined`: not digits. @example packedDigits(fromHex('0156')) // '0156' */
export function packedDigits(bytes: Uint8Array | undefined): string | undefined {
  let digits = '';
  for (const byte of bytes ?? []) {
    const high = byte >> 4;
    const low = byte & 0x0f;
    if (high > 9 || low > 9) return undefined;
    digits += `${high}${low}`;
  }
  return digits === '' ? undefined : digits;
}

/** Packed digits as a number; `undefined`: not digits. */
export function packedNumber(bytes: Uint8Array | undefined): number | undefined {
  const digits = packedDigits(bytes);
  return digits === undefined ? undefined : Number(digits);
}

/** A number as packed digits, zeros in front (format n). @throws RangeError when it is none or does not fit */
export function numeric(value: number, bytes: number): Uint8Array {
  const digits = String(value).padStart(2 * bytes, '0');
  if (!Number.isSafeInteger(value) || value < 0 || digits.length > 2 * bytes)
    throw new RangeError(`a whole number of at most ${2 * bytes} digits`);
  return fromHex(digits);
}

/**
 * An amount of six packed bytes, as a whole number of the currency's smallest unit; `undefined`: no amount.
 * @example readAmount(fromHex('000000038787')) // 38787, which is 387.87 yuan
 */
export function readAmount(bytes: Uint8Array | undefined): number | undefined {
  return bytes?.length === 6 ? packedNumber(bytes) : undefined;
}

/** A country or currency of ISO 3166 or 4217: two packed bytes, three digits. @example readCode(fromHex('0156')) // '156' */
export function readCode(bytes: Uint8Array | undefined): string | undefined {
  const digits = bytes?.length === 2 ? packedDigits(bytes) : undefined;
  return digits?.startsWith('0') === true && digits !== '0000' ? digits.slice(1) : undefined;
}

/** A counter of one or two bytes: 9F13 has two by the standard, one on cards that exist (2). */
export function readCounter(bytes: Uint8Array | undefined): number | undefined {
  if (bytes === undefined || bytes.length === 0 || bytes.length > 2) return undefined;
  return unsigned(bytes);
}

/** Bytes as one number, the first one highest; at most six of them. */
export function unsigned(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}
