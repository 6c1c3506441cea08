import { decodeFields } from '../codecs/fields.ts';
import { decodeItem } from '../codecs/item.ts';
import type { CodingRules, FileDescription } from '../profile/profile.ts';
import type { RecordBytes } from './content.ts';
import type { TaggedItem } from './plan.ts';
import type { ItemReading } from './reading.ts';

const OTHER = { kind: 'other' } as const;

/** One item of a file of records. */
export async function itemReading(
  { address, item }: TaggedItem,
  bytes: RecordBytes,
  coding: CodingRules,
): Promise<ItemReading> {
  if (bytes.kind === 'other') return { address, item, value: OTHER, raw: bytes.record };
  return { address, item, value: await decodeItem(item, bytes.value, coding), raw: bytes.value };
}

/** A record that the card does not have. */
export function missing({ address, item }: Pick<ItemReading, 'address' | 'item'>): ItemReading {
  return { address, item, value: { kind: 'missing' }, raw: new Uint8Array() };
}

/** Values without tags, one after the other. A single one is all there is, whatever its length. */
export async function fieldReadings(
  { items = [] }: FileDescription,
  address: string,
  bytes: Uint8Array,
  coding: CodingRules,
): Promise<ItemReading[]> {
  const [only] = items;
  if (items.length === 1 && only !== undefined)
    return [{ address, item: only, value: await decodeItem(only, bytes, coding), raw: bytes }];
  const { fields } = await decodeFields(items, bytes, coding);
  let at = 0;
  const read = fields.map(({ item, decoded }): ItemReading => {
    const raw = item.length === 0 ? bytes.subarray(at) : bytes.subarray(at, at + item.length);
    at += raw.length;
    return { address, item, value: decoded, raw };
  });
  const rest = bytes.subarray(at);
  return rest.length === 0 ? read : [...read, { address, item: null, value: OTHER, raw: rest }];
}
