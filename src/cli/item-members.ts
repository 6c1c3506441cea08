import { HIDDEN, maskedItem } from '../counter/item-masks.ts';
import type { DecodedItem, ItemValue } from '../social/codecs/item-value.ts';
import type { FileReading, ItemReading } from '../social/files/reading.ts';
import type { ItemDescription } from '../social/profile/profile.ts';
import { codedMember } from './card-members.ts';

/** One item as it stands in the JSON. `value`: null when the card has nothing there, or nothing that can be read. */
export interface ItemMember {
  readonly address: string;
  readonly name: string | null;
  readonly nameZh: string | null;
  readonly value: unknown;
  /** What is odd about it, or why there is no value. */
  readonly odd?: readonly string[];
  /** Bytes that could not be read, hex; unmasked only. */
  readonly raw?: string;
}

/** One file as it stands in the JSON. */
export interface FileMember {
  readonly address: string;
  readonly name: string;
  readonly nameZh: string;
  readonly state: FileReading['kind'];
  /** Why the card keeps it to itself. */
  readonly reason?: string;
  readonly items?: readonly ItemMember[];
}

/** @param masked the clerk's view */
export function fileMember(reading: FileReading, masked: boolean): FileMember {
  const { file, kind } = reading;
  const member = { address: file.directory + file.ef, name: file.name, nameZh: file.nameZh, state: kind };
  if (kind === 'withheld') return { ...member, reason: reading.denial.reason };
  if (kind === 'absent') return member;
  return { ...member, items: reading.items.map((item) => itemMember(item, masked)) };
}

export function itemMember({ address, item, value }: ItemReading, masked: boolean): ItemMember {
  const named = { address, name: item?.name ?? null, nameZh: item?.nameZh ?? null };
  if (!isDecoded(value)) return { ...named, value: null, odd: [value.kind] };
  return { ...named, ...decodedMember(item, value, masked) };
}

function isDecoded(value: ItemReading['value']): value is DecodedItem {
  return value.kind === 'value' || value.kind === 'empty' || value.kind === 'undecodable';
}

function decodedMember(
  item: ItemDescription | null,
  decoded: DecodedItem,
  masked: boolean,
): Omit<ItemMember, 'address' | 'name' | 'nameZh'> {
  if (decoded.kind === 'empty') return { value: null };
  if (decoded.kind === 'undecodable')
    return { value: null, odd: [decoded.why], ...(masked ? {} : { raw: decoded.raw }) };
  const { value, odd } = decoded;
  return { value: valueMember(item, value, masked), ...(odd !== undefined && { odd }) };
}

function valueMember(item: ItemDescription | null, value: ItemValue, masked: boolean): unknown {
  if (typeof value === 'object' && 'parts' in value) {
    return value.parts.map(({ tag, item: part, decoded }) => ({
      tag,
      name: part?.name ?? null,
      nameZh: part?.nameZh ?? null,
      ...decodedMember(part ?? null, decoded, masked),
    }));
  }
  if (typeof value === 'object') return hides(item, value.code, masked) ? HIDDEN : codedMember(value);
  if (!masked) return value;
  return maskedItem(item?.name ?? null, String(value));
}

function hides(item: ItemDescription | null, text: string, masked: boolean): boolean {
  return masked && maskedItem(item?.name ?? null, text) === HIDDEN;
}
