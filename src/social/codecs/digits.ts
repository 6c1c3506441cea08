import { toHex } from '../../../apdu/bytes.ts';
import { type Decoded, isEmpty } from './decoded.ts';

/**
 * Digits of a `cn` item: BCD, left aligned, filled on the right with F (3.1).
 * @returns `undecodable` for A to E, and for a digit after the filling
 * @example decodeDigits(fromHex('320400FF'), fromHex('00FF')) // { kind: 'value', value: '320400' }
 */
export function decodeDigits(value: Uint8Array, empty: Uint8Array): Decoded<string, never> {
  if (isEmpty(value, empty)) return { kind: 'empty' };
  const digits = /^(\d+)F*$/.exec(toHex(value))?.[1];
  return digits === undefined ? { kind: 'undecodable' } : { kind: 'value', value: digits };
}

/**
 * A day written as `YYYYMMDD`, as `YYYY-MM-DD`.
 * @returns `undefined` when the calendar has no such day
 * @example formatDate('20230229') // undefined
 */
export function formatDate(digits: string): string | undefined {
  const [, year, month, day] = /^(\d{4})(\d\d)(\d\d)$/.exec(digits) ?? [];
  if (year === undefined || month === undefined || day === undefined || year === '0000') return undefined;
  const lastDay = [31, isLeap(Number(year)) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][Number(month) - 1] ?? 0;
  return Number(day) >= 1 && Number(day) <= lastDay ? `${year}-${month}-${day}` : undefined;
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}
