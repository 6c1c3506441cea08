import { concat, fromHex } from '../../../apdu/bytes.ts';
import { SscardError } from '../../../apdu/errors.ts';
import { formatAddress, type ItemAddress } from '../address.ts';
import { decodeItem } from '../codecs/item.ts';
import { encodeItem } from '../codecs/item-encode.ts';
import type { DecodedItem, GroupInput, ItemInput } from '../codecs/item-value.ts';
import type { Located } from '../locate.ts';
import type { CardProfile, CodingRules, FileDescription, ItemDescription } from '../profile/profile.ts';
import { type ItemQuery, located, taggedItems } from './plan.ts';
import { appendTarget, binaryTarget, groupTarget, recordTarget, type WriteTarget } from './target.ts';

/** One thing to be written. */
export interface ItemChange {
  /**
   * An item, a part of a group (`DF01EF15|40:02,58`), a transparent file (`SSSEEF08`), or a new record of a cyclic file
   * (`DF02EF07:00`).
   */
  readonly address: ItemQuery;
  /**
   * As a reading gives it. Null or an empty text: written empty. Of a group the parts given are changed and the others
   * stay; of a new record the fields not given are empty. Bytes are for a transparent file, and are filled up with FF.
   */
  readonly value: ItemInput | null | Uint8Array;
}

/** Separators of the national grammar (3.3), wherever the value goes. */
const SEPARATORS = /[|$]/;
const FILLER = 0xff;

/**
 * What needs no description of the card to be wrong.
 * @throws SscardError `value-malformed` with the address in `place`
 */
export function refuseSeparators(changes: readonly ItemChange[]): void {
  for (const { address, value } of changes) {
    if (!hasSeparator(value)) continue;
    const place = typeof address === 'string' ? address : formatAddress(address);
    throw malformed('a separator of the national grammar', place);
  }
}

/** Changes made ready. */
export interface Prepared {
  /** In the caller's order. */
  readonly addresses: readonly string[];
  /** In the order of the description. */
  readonly targets: readonly WriteTarget[];
}

/**
 * Everything encoded and checked; nothing is sent for it.
 * @throws SscardError `item-address-malformed`, `item-unknown`, `value-malformed`
 */
export async function prepare(changes: readonly ItemChange[], profile: CardProfile): Promise<Prepared> {
  const found = changes.map(({ address, value }, index) => ({ ...single(address, profile), value, index }));
  const targets: WriteTarget[] = [];
  for (const file of profile.directories.flatMap(({ id }) => profile.files.filter((one) => one.directory === id))) {
    const here = found.filter((one) => one.file === file);
    if (here.length > 0) targets.push(...(await fileTargets(file, here, profile)));
  }
  return { addresses: found.map(({ address }) => formatAddress(address)), targets };
}

interface FoundChange extends Located {
  readonly value: ItemChange['value'];
  /** Place in the caller's list. */
  readonly index: number;
}

async function fileTargets(
  file: FileDescription,
  changes: readonly FoundChange[],
  profile: CardProfile,
): Promise<WriteTarget[]> {
  if (file.kind === 'records') return recordTargets(file, changes, profile.coding);
  const [only, second] = changes;
  if (only === undefined) return [];
  if (second !== undefined) throw malformed('one value at a time', formatAddress(second.address));
  if (file.kind === 'cyclic') return [await newRecord(file, only, profile.coding)];
  return [await wholeFile(file, only, profile)];
}

/** Parts of one group go into one record; any other item is written once. */
async function recordTargets(
  file: FileDescription,
  changes: readonly FoundChange[],
  coding: CodingRules,
): Promise<WriteTarget[]> {
  const targets: WriteTarget[] = [];
  for (const tagged of taggedItems(file)) {
    const here = changes.filter(({ item }) => item === tagged.item);
    if (here.length === 0) continue;
    const indexes = here.map(({ index }) => index);
    if (tagged.item.format === 'group') {
      const parts = new Map<string, Uint8Array>();
      for (const change of here) await addParts(parts, change, coding);
      const value = await encodeItem(tagged.item, null, coding, { place: tagged.address });
      targets.push(groupTarget(file, tagged, indexes, parts, { value, fillers: fromHex(coding.empty) }));
    } else {
      const [change, second] = here;
      if (change === undefined || second !== undefined) throw malformed('named twice', tagged.address);
      targets.push(
        recordTarget(file, tagged, indexes, await encoded(tagged.item, change.value, coding, tagged.address)),
      );
    }
  }
  const whole = changes.find(({ item }) => item === undefined);
  if (whole !== undefined) throw malformed('a file of records is written item by item', formatAddress(whole.address));
  return targets;
}

async function addParts(
  parts: Map<string, Uint8Array>,
  { address, item, part, value }: FoundChange,
  coding: CodingRules,
): Promise<void> {
  const items = item?.items ?? [];
  const given = part === undefined ? partsGiven(items, value, address) : [[part, value] as const];
  for (const [one, input] of given) {
    const tag = one.tag ?? '';
    const place = formatAddress({ ...address, subTag: tag });
    if (parts.has(tag)) throw malformed('named twice', place);
    parts.set(tag, await encoded(one, input, coding, place, true));
  }
}

/** All of them, empty, where the group itself is to be. */
function partsGiven(
  items: readonly ItemDescription[],
  value: ItemChange['value'],
  address: ItemAddress,
): (readonly [ItemDescription, ItemChange['value']])[] {
  if (value === null || value === '') return items.map((item) => [item, null] as const);
  const place = formatAddress(address);
  const input = partsOf(value, place);
  return Object.entries(input).map(([name, one]) => {
    const item = items.find(({ name: known, tag }) => known === name || tag === name);
    if (item === undefined) throw malformed('no such part of the group', place);
    return [item, one] as const;
  });
}

async function newRecord(
  file: FileDescription,
  { address, item, value, index }: FoundChange,
  coding: CodingRules,
): Promise<WriteTarget> {
  const place = formatAddress({ directory: file.directory, ef: file.ef, record: 0 });
  if (address.record !== 0 || item !== undefined)
    throw malformed('a cyclic file takes whole new records (:00)', formatAddress(address));
  const { items = [] } = file;
  const input = partsOf(value, place);
  if (Object.keys(input).some((name) => !items.some((one) => one.name === name)))
    throw malformed('no such field of the record', place);
  const fields: Uint8Array[] = [];
  for (const one of items) fields.push(await encoded(one, input[one.name] ?? null, coding, place, true));
  return appendTarget(file, index, concat(fields));
}

async function wholeFile(
  file: FileDescription,
  { address, value, index }: FoundChange,
  { coding, binaryChunk }: CardProfile,
): Promise<WriteTarget> {
  const place = formatAddress(address);
  const { items = [], size = 0 } = file;
  const [only, second] = items;
  if (value instanceof Uint8Array) {
    if (value.length > size) throw malformed(`more than ${size} bytes`, place);
    const bytes = new Uint8Array(size).fill(FILLER);
    bytes.set(value);
    return binaryTarget(file, index, bytes, binaryChunk);
  }
  if (only === undefined || second !== undefined) throw malformed('this file takes bytes', place);
  return binaryTarget(file, index, await encoded(only, value, coding, place), binaryChunk);
}

/** @throws SscardError `value-malformed`, also for a code that its table, which is complete there, does not have */
async function encoded(
  item: ItemDescription,
  value: ItemChange['value'],
  coding: CodingRules,
  place: string,
  inGroup = false,
): Promise<Uint8Array> {
  if (value instanceof Uint8Array) throw malformed('bytes are for transparent files', place);
  const bytes = await encodeItem(item, value, coding, { place, inGroup });
  if (isUnknownCode(await decodeItem(item, bytes, coding))) throw malformed('a code its table does not have', place);
  return bytes;
}

function isUnknownCode(decoded: DecodedItem): boolean {
  return decoded.kind === 'value' && decoded.odd?.includes('code-unknown') === true;
}

/** The one place an address names. */
function single(query: ItemQuery, profile: CardProfile): Located {
  const [first, ...more] = located(query, profile);
  if (first !== undefined && more.length === 0) return first;
  const choices = [first, ...more].flatMap((one) => (one === undefined ? [] : formatAddress(one.address)));
  const place = typeof query === 'string' ? query : formatAddress(query);
  throw new SscardError('item-unknown', 'not one item', { place, choices });
}

function partsOf(value: ItemChange['value'], place: string): GroupInput {
  if (value === null || value === '') return {};
  if (typeof value !== 'object' || value instanceof Uint8Array) throw malformed('takes its parts by name', place);
  return value as GroupInput;
}

function hasSeparator(value: ItemChange['value'] | undefined): boolean {
  if (typeof value === 'string') return SEPARATORS.test(value);
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return false;
  return Object.values(value).some(hasSeparator);
}

function malformed(why: string, place: string): SscardError {
  return new SscardError('value-malformed', why, { place });
}
