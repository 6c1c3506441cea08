import { toHex } from '../apdu/bytes.ts';

/** Value of an ASCII hex digit, of either case; −1: it is none. */
export function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const upper = byte & 0xdf;
  return upper >= 0x41 && upper <= 0x46 ? upper - 0x37 : -1;
}

/** A byte of two ASCII hex digits; −1: they are none. */
export function hexByte(bytes: Uint8Array, at: number): number {
  const high = hexDigit(bytes[at]);
  const low = hexDigit(bytes[at + 1]);
  return high < 0 || low < 0 ? -1 : (high << 4) | low;
}

/** Bytes as ASCII hex digits, upper case. */
export function hexDigits(bytes: Uint8Array): Uint8Array {
  return new TextEncoder().encode(toHex(bytes).toUpperCase());
}
