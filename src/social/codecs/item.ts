import { fromHex, toHex } from '../../../apdu/bytes.ts';
import type { CodingRules, ItemDescription } from '../profile/profile.ts';
import { codedOf } from '../tables/lookup.ts';
import { formatMoment, isDateMeaning } from './dates.ts';
import { type Decoded, isEmpty } from './decoded.ts';
import { decodeDigits } from './digits.ts';
import { decodeGroup } from './group.ts';
import type { DecodedItem, ItemOddity, Undecodable } from './item-value.ts';
import { decodeNumber } from './numbers.ts';
import { decodeText } from './text.ts';

/**
 * The value of one item: by its format, then by its meaning and its code table, all of them data of the profile.
 * Total: it never throws, and what it cannot read it gives back as bytes.
 * @param bytes the value without tag and length
 * @example await decodeItem(sex, fromHex('31'), coding) // { kind: 'value', value: { code: '1', nameZh: '男', nameEn: 'Male' } }
 */
export async function decodeItem(item: ItemDescription, bytes: Uint8Array, coding: CodingRules): Promise<DecodedItem> {
  const decoded = await read(item, bytes, coding);
  if (decoded.kind !== 'value' || item.length === 0 || bytes.length === item.length) return decoded;
  return { ...decoded, odd: ['length', ...(decoded.odd ?? [])] };
}

async function read(item: ItemDescription, bytes: Uint8Array, coding: CodingRules): Promise<DecodedItem> {
  const { format, meaning } = item;
  const empty = fromHex(coding.empty);
  if (format === 'an') return withTable(item, decodeText(bytes, fromHex(coding.textPadding)), 'text', bytes);
  if (format === 'group') return decodeGroup(item, bytes, coding, decodeItem);
  const isNumber = meaning === 'fen' || meaning === 'number';
  if (format === 'dec' || (isNumber && format === 'cn')) return numeric(decodeNumber(bytes, 'bcd', empty), bytes);
  if (isNumber) return numeric(decodeNumber(bytes, 'binary', empty), bytes);
  if (format === 'b') return isEmpty(bytes, empty) ? { kind: 'empty' } : { kind: 'value', value: toHex(bytes) };
  const digits = decodeDigits(bytes, empty);
  if (digits.kind !== 'value' || !isDateMeaning(meaning)) return withTable(item, digits, 'digits', bytes);
  const value = formatMoment(digits.value, meaning);
  return value === undefined ? undecodable('date-impossible', bytes) : { kind: 'value', value };
}

/** Texts of a code; an item without a table is what it says. */
async function withTable(
  { codeTable }: ItemDescription,
  decoded: Decoded<string, ItemOddity>,
  why: Undecodable,
  bytes: Uint8Array,
): Promise<DecodedItem> {
  if (decoded.kind === 'undecodable') return undecodable(why, bytes);
  if (decoded.kind === 'empty') return decoded;
  const found = codeTable === null ? undefined : await codedOf(codeTable, decoded.value);
  const odd: ItemOddity[] = decoded.odd === undefined ? [] : [decoded.odd];
  if (found?.unknown === true) odd.push('code-unknown');
  return { kind: 'value', value: found?.coded ?? decoded.value, ...(odd.length > 0 ? { odd } : {}) };
}

function numeric(decoded: Decoded<number, never>, bytes: Uint8Array): DecodedItem {
  return decoded.kind === 'undecodable' ? undecodable('digits', bytes) : decoded;
}

function undecodable(why: Undecodable, bytes: Uint8Array): DecodedItem {
  return { kind: 'undecodable', why, raw: toHex(bytes) };
}
