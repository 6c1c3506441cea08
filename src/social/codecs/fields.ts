import { concat, fromHex, toHex } from '../../../apdu/bytes.ts';
import { SscardError } from '../../../apdu/errors.ts';
import type { CodingRules, ItemDescription } from '../profile/profile.ts';
import { isEmpty } from './decoded.ts';
import { decodeItem } from './item.ts';
import { encodeItem } from './item-encode.ts';
import type { DecodedItem, GroupInput } from './item-value.ts';

/** One field of a record that has no tags. */
export interface DecodedField {
  readonly item: ItemDescription;
  readonly decoded: DecodedItem;
}

export interface DecodedFields {
  readonly fields: readonly DecodedField[];
  /** Bytes after the last field, hex. */
  readonly rest?: string;
}

/**
 * A record of a cyclic file, or a transparent file of fields: values one after the other. A record of filling only has
 * empty fields, numbers included.
 */
export async function decodeFields(
  items: readonly ItemDescription[],
  bytes: Uint8Array,
  coding: CodingRules,
): Promise<DecodedFields> {
  const fields: DecodedField[] = [];
  const blank = isEmpty(bytes, fromHex(coding.empty));
  let at = 0;
  for (const item of items) {
    const end = item.length === 0 ? bytes.length : at + item.length;
    const value = bytes.subarray(at, end);
    fields.push({ item, decoded: await decodeField(item, value, coding, blank) });
    at = Math.min(end, bytes.length);
  }
  return at < bytes.length ? { fields, rest: toHex(bytes.subarray(at)) } : { fields };
}

async function decodeField(
  item: ItemDescription,
  value: Uint8Array,
  coding: CodingRules,
  blank: boolean,
): Promise<DecodedItem> {
  if (blank) return { kind: 'empty' };
  if (value.length < item.length) return { kind: 'undecodable', why: 'missing', raw: toHex(value) };
  return decodeItem(item, value, coding);
}

/**
 * A record of fields without tags.
 * @param values by item name; those left out are written empty
 * @param place address of the record, for errors
 * @throws SscardError `value-malformed`
 */
export async function encodeFields(
  items: readonly ItemDescription[],
  values: GroupInput,
  coding: CodingRules,
  place: string,
): Promise<Uint8Array> {
  const known = new Set(items.map(({ name }) => name));
  if (Object.keys(values).some((name) => !known.has(name)))
    throw new SscardError('value-malformed', 'no such field of the record', { place });
  const fields: Uint8Array[] = [];
  for (const item of items) {
    const value = Object.hasOwn(values, item.name) ? (values[item.name] ?? null) : null;
    fields.push(await encodeItem(item, value, coding, { place: `${place} ${item.name}` }));
  }
  return concat(fields);
}
