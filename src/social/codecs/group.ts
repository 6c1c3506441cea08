import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { decodeSimpleTlv, type SimpleTlv } from '../../../apdu/simple-tlv.ts';
import type { CodingRules, ItemDescription } from '../profile/profile.ts';
import { isEmpty } from './decoded.ts';
import type { DecodedItem, GroupPart } from './item-value.ts';

type DecodeItem = (item: ItemDescription, bytes: Uint8Array, coding: CodingRules) => Promise<DecodedItem>;

/**
 * A group (B-TLV, 3.1): a run of parts, each tag, length, value; a filling may follow. Parts nobody described are kept as
 * bytes. A group whose parts are all empty is empty.
 * @param decodeItem decodes one part
 * @returns `undecodable` when a length reaches past the end: where the parts are cannot be known then
 */
export async function decodeGroup(
  { items = [] }: ItemDescription,
  bytes: Uint8Array,
  coding: CodingRules,
  decodeItem: DecodeItem,
): Promise<DecodedItem> {
  const empty = fromHex(coding.empty);
  if (isEmpty(bytes, empty)) return { kind: 'empty' };
  const run = parse(bytes, empty);
  if (run === undefined) return { kind: 'undecodable', why: 'structure', raw: toHex(bytes) };
  const parts: GroupPart[] = [];
  for (const { tag: number, value } of run) {
    const tag = toHex(Uint8Array.of(number));
    const item = items.find((known) => known.tag === tag);
    const repeated = parts.some((part) => part.tag === tag);
    const decoded = item === undefined ? unknown(value) : await decodeItem(item, value, coding);
    parts.push({ tag, ...(item && { item }), decoded: repeated ? marked(decoded) : decoded });
  }
  return parts.every(({ decoded }) => decoded.kind === 'empty')
    ? { kind: 'empty' }
    : { kind: 'value', value: { parts } };
}

/** The parts before the filling. */
function parse(bytes: Uint8Array, empty: Uint8Array): SimpleTlv[] | undefined {
  let end = bytes.length;
  for (let at = 0; at < bytes.length; at += 2 + (bytes[at + 1] ?? 0)) {
    if (!isEmpty(bytes.subarray(at), empty)) continue;
    end = at;
    break;
  }
  try {
    return decodeSimpleTlv(bytes.subarray(0, end));
  } catch {
    return undefined;
  }
}

function unknown(value: Uint8Array): DecodedItem {
  return { kind: 'value', value: toHex(value), odd: ['tag-unknown'] };
}

function marked(decoded: DecodedItem): DecodedItem {
  return decoded.kind === 'value' ? { ...decoded, odd: [...(decoded.odd ?? []), 'tag-repeated'] } : decoded;
}
