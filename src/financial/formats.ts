import { toHex } from '../../apdu/bytes.ts';
import { readDate } from './dates.ts';
import { describeTag } from './dictionary/dictionary.ts';
import { parseDol } from './dol.ts';

/** 12 to 19 digits by the books; what matters here is that there is a number, and only filling behind it. */
const ACCOUNT_NUMBER = /^\d{1,19}F*$/;
/** Two amounts and one rule; two bytes for each rule after it. */
const SHORTEST_CVM_LIST = 10;

/** How the value of an object that has more than a length must be made. */
const MADE: ReadonlyMap<number, (value: Uint8Array) => boolean> = new Map([
  [0x5a, (value) => ACCOUNT_NUMBER.test(toHex(value))],
  [0x5f24, isDate],
  [0x5f25, isDate],
  [0x8c, isDol],
  [0x8d, isDol],
  [0x97, isDol],
  [0x8e, (value) => value.length >= SHORTEST_CVM_LIST && value.length % 2 === 0],
]);

/**
 * Objects of records that the terminal works with whatever the card is like: an error in one of them ends the transaction
 * (EMV 4.3 Book 3, 7.5). Errors in what only one function needs, as certificates, fail that function. 5F28 is not among
 * them: the laboratory card of UnionPay has one of a single byte.
 */
const RECOGNISED: ReadonlySet<number> = new Set([
  ...MADE.keys(),
  0x5f34,
  0x9f07,
  0x9f08,
  0x9f0d,
  0x9f0e,
  0x9f0f,
  0x9f14,
  0x9f23,
  0x9f42,
]);

/**
 * Whether the terminal can work with the value of an object from a record. True for all that it does not need itself;
 * 5F20 and 9F0B are among those (P6: their length is no reason to end).
 */
export function isWellFormed(tag: number, value: Uint8Array): boolean {
  if (!RECOGNISED.has(tag)) return true;
  const description = describeTag(tag, undefined);
  if (description === undefined) return true;
  const { format, min, max } = description;
  if (value.length < min || value.length > max) return false;
  if (format === 'n' && !/^\d*$/.test(toHex(value))) return false;
  return MADE.get(tag)?.(value) ?? true;
}

function isDate(value: Uint8Array): boolean {
  return readDate(value) !== undefined;
}

function isDol(value: Uint8Array): boolean {
  return parseDol(value) !== undefined;
}
