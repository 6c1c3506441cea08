import { fromHex, toHex } from '../../../apdu/bytes.ts';

/** A number as packed digits, zeros in front (format n). @throws RangeError when it is none or does not fit */
export function numeric(value: number, bytes: number): Uint8Array {
  const digits = String(value).padStart(2 * bytes, '0');
  if (!Number.isSafeInteger(value) || value < 0 || digits.length > 2 * bytes)
    throw new RangeError(`a whole number of at most ${2 * bytes} digits`);
  return fromHex(digits);
}

/** Packed digits as a number; `undefined` when a nibble is no digit. */
export function numberOf(bytes: Uint8Array | undefined): number | undefined {
  const digits = bytes === undefined ? '' : toHex(bytes);
  return /^\d+$/.test(digits) ? Number(digits) : undefined;
}

/** Bytes as one number, the first one highest; at most six of them. */
export function unsigned(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}

export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
