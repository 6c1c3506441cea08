import { toHex } from '../../../apdu/bytes.ts';
import { type Decoded, isEmpty } from './decoded.ts';

/**
 * A number in binary, most significant byte first, or in BCD. Zero is a value: only the other fillers make such an item
 * empty.
 * @param empty fillers of an empty item (3.1)
 * @example decodeNumber(fromHex('00012345'), 'bcd', fromHex('00FF')) // { kind: 'value', value: 12345 }
 */
export function decodeNumber(bytes: Uint8Array, how: 'binary' | 'bcd', empty: Uint8Array): Decoded<number, never> {
  if (
    isEmpty(
      bytes,
      empty.filter((filler) => filler !== 0),
    )
  )
    return { kind: 'empty' };
  const hex = toHex(bytes);
  // Left aligned and filled on the right with F, as other digits are (3.1): seen where a zero is not written.
  const digits = how === 'bcd' ? /^(\d+)F*$/.exec(hex)?.[1] : hex;
  if (digits === undefined) return { kind: 'undecodable' };
  const value = Number.parseInt(digits, how === 'bcd' ? 10 : 16);
  return Number.isSafeInteger(value) ? { kind: 'value', value } : { kind: 'undecodable' };
}

/**
 * Hex of a number in so many bytes, right aligned after zeros.
 * @returns `undefined` when it does not fit, or is no whole number from 0
 */
export function numberHex(value: string | number, how: 'binary' | 'bcd', length: number): string | undefined {
  if (!/^\d+$/.test(String(value)) || !Number.isSafeInteger(Number(value))) return undefined;
  const digits = Number(value).toString(how === 'bcd' ? 10 : 16);
  return digits.length > 2 * length ? undefined : digits.padStart(2 * length, '0').toUpperCase();
}
