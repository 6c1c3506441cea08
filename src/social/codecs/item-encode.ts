import { concat, fromHex } from '../../../apdu/bytes.ts';
import { SscardError } from '../../../apdu/errors.ts';
import { encodeSimpleTlv } from '../../../apdu/simple-tlv.ts';
import type { CodingRules, ItemDescription } from '../profile/profile.ts';
import { isDateMeaning, momentDigits } from './dates.ts';
import { isEmpty } from './decoded.ts';
import type { GroupInput, ItemInput } from './item-value.ts';
import { numberHex } from './numbers.ts';
import { encodeText } from './text-encode.ts';

export interface EncodeOptions {
  /** Address of the item, for errors. */
  readonly place: string;
  /** A text that is too long is cut on a character boundary instead of being refused. */
  readonly cut?: boolean;
  /** The item is a part of a group: its separators are refused, too. */
  readonly inGroup?: boolean;
}

/** National addresses and answers are made of these (3.3). */
const SEPARATORS = /[|$]/;
const GROUP_SEPARATORS = /[|$,^]/;
/** How an empty item is filled at its full length (3.1, 10). */
const EMPTY_FILLER: Readonly<Record<string, number>> = { an: 0x00, cn: 0xff, b: 0xff, dec: 0xff };

/**
 * Bytes of one item at its full length. What it gives is read back as the same value by `decodeItem`, or it throws.
 * @param value null or an empty text: the item is written empty
 * @throws SscardError `value-malformed` with the address in `place`: too long, not of the format, a date that does not
 * exist, a character that GB18030 does not hold, a value that breaks the national grammar, or one that would be read as
 * empty. The value itself is never in the error.
 * @example await encodeItem(birthDate, '1899-02-28', coding, { place: 'SSSEEF06|0D' }) // 18 99 02 28
 */
export async function encodeItem(
  item: ItemDescription,
  value: ItemInput | null,
  coding: CodingRules,
  options: EncodeOptions,
): Promise<Uint8Array> {
  const { format, length } = item;
  if (format === 'group') return encodeGroup(item, value, coding, options);
  if (length === 0 && format !== 'b') throw malformed('an item whose length nobody knows', options);
  const plain = plainValue(value, options);
  if (plain === '') return new Uint8Array(length).fill(EMPTY_FILLER[format] ?? 0xff);
  if (format !== 'an') return encodeDigits(item, plain, fromHex(coding.empty), options);
  const text = await encodeText(plain, length, fromHex(coding.textPadding), options.cut === true);
  if (!(text instanceof Uint8Array)) throw malformed(text.why, options);
  return text;
}

/** The text of a value that is no group. */
function plainValue(value: ItemInput | null, options: EncodeOptions): string {
  if (value === null) return '';
  const plain = typeof value === 'object' ? value['code'] : value;
  if (typeof plain !== 'string' && typeof plain !== 'number') throw malformed('not one value', options);
  const text = String(plain);
  const separators = options.inGroup === true ? GROUP_SEPARATORS : SEPARATORS;
  if (separators.test(text)) throw malformed('a separator of the national grammar', options);
  return text;
}

function encodeDigits(item: ItemDescription, value: string, empty: Uint8Array, options: EncodeOptions): Uint8Array {
  const { length } = item;
  const isNumber = item.format === 'dec' || item.meaning === 'fen' || item.meaning === 'number';
  const hex = isNumber ? numberHex(value, item.format === 'b' ? 'binary' : 'bcd', length) : digitsHex(item, value);
  if (hex === undefined) throw malformed('not of the format, or too long', options);
  const bytes = fromHex(hex);
  const fillers = isNumber ? empty.filter((filler) => filler !== 0) : empty;
  if (isEmpty(bytes, fillers)) throw malformed('would be read as empty', options);
  return bytes;
}

/** Hex of bytes, of a date, or of digits filled on the right with F. */
function digitsHex({ format, length, meaning }: ItemDescription, value: string): string | undefined {
  if (format === 'b') {
    const fits = /^([0-9A-Fa-f]{2})+$/.test(value) && (length === 0 || value.length === 2 * length);
    return fits ? value : undefined;
  }
  const digits = isDateMeaning(meaning) ? momentDigits(value, meaning) : /^\d+$/.exec(value)?.[0];
  return digits === undefined || digits.length > 2 * length ? undefined : digits.padEnd(2 * length, 'F');
}

/** Parts in the order of the description, those left out at full length and empty. */
async function encodeGroup(
  { items = [] }: ItemDescription,
  value: ItemInput | null,
  coding: CodingRules,
  options: EncodeOptions,
): Promise<Uint8Array> {
  if (value !== null && value !== '' && typeof value !== 'object')
    throw malformed('a group takes its parts by name', options);
  const given: GroupInput = value === null || value === '' ? {} : (value as GroupInput);
  const known = new Set(items.flatMap(({ name, tag }) => [name, tag ?? name]));
  if (Object.keys(given).some((name) => !known.has(name))) throw malformed('no such part of the group', options);
  const parts: Uint8Array[] = [];
  for (const item of items) {
    const { name, tag } = item;
    const part = Object.hasOwn(given, name)
      ? given[name]
      : tag !== null && Object.hasOwn(given, tag)
        ? given[tag]
        : null;
    const place = `${options.place},${tag ?? name}`;
    const bytes = await encodeItem(item, part ?? null, coding, { ...options, place, inGroup: true });
    parts.push(encodeSimpleTlv(Number.parseInt(tag ?? '', 16), bytes));
  }
  return concat(parts);
}

function malformed(why: string, { place }: EncodeOptions): SscardError {
  return new SscardError('value-malformed', why, { place });
}
