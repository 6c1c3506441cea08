import { SscardError } from '../../apdu/errors.ts';
import { formatAddress, type ItemAddress, parseAddresses } from './address.ts';
import type { CardProfile, FileDescription, ItemDescription } from './profile/profile.ts';

/** An address with what the profile says of it. */
export interface Located {
  readonly address: ItemAddress;
  readonly file: FileDescription;
  /** The item; absent when the whole file or a whole record is meant. */
  readonly item?: ItemDescription;
  /** The part of the group. */
  readonly part?: ItemDescription;
}

/** A list of choices is shown where a person can read it at a glance. */
const FEW = 20;
/** `medicalPersonCategory`, `educationEntry:2`, `educationEntry:2,schoolName`, `medicalTransaction.type:1`. */
const NAME = /^([a-z][A-Za-z0-9.]*)(?::(\d{1,2}))?(?:,([A-Za-z0-9]+))?$/;
/** No item is named like a file. */
const ADDRESS = /^(?:SSSE|MF|3F00|DF[0-9A-F]{2})EF/i;

/**
 * What a person or a host program asks for, found in the description of the card: addresses (`parseAddresses`), or the
 * name of an item or a file. A group that repeats, named without a number, is each of its records.
 * @throws SscardError `item-address-malformed` (with offset), `item-unknown` (with choices where they are few)
 * @example locate('medicalPersonCategory', profile)[0]?.address // DF04 EF05 8C
 */
export function locate(text: string, profile: CardProfile): Located[] {
  const name = ADDRESS.test(text.trim()) ? null : NAME.exec(text.trim());
  if (name !== null) return byName(name, profile);
  return parseAddresses(text).flatMap((address) => byAddress(address, profile));
}

function byAddress(address: ItemAddress, profile: CardProfile): Located[] {
  const { directory, ef, tag, record, subTag } = address;
  const here = profile.files.filter((file) => file.directory === directory);
  if (here.length === 0) throw unknown(address, [...new Set(profile.files.map((file) => file.directory))]);
  const file = here.find((one) => one.ef === ef);
  if (file === undefined)
    throw unknown(
      address,
      here.map((one) => one.ef),
    );
  if (tag === undefined) {
    if (record !== undefined) checkRecord(file, record, address);
    return [{ address, file }];
  }
  const items = (file.items ?? []).filter((item) => item.tag === tag);
  if (items.length === 0)
    throw unknown(
      address,
      (file.items ?? []).flatMap((item) => item.tag ?? []),
    );
  const found = numbered(items, record, address).map(([item, number]) => {
    const one = items.length === 1 && record === undefined ? address : { ...address, record: number };
    return { address: one, file, item };
  });
  return subTag === undefined ? found : found.map((one) => withPart(one, subTag));
}

/** The items with one tag, in the order of their records, or the one that was asked for; each with its number. */
function numbered(
  items: readonly ItemDescription[],
  record: number | undefined,
  address: ItemAddress,
): (readonly [ItemDescription, number])[] {
  const all = items.toSorted((a, b) => (a.record ?? 0) - (b.record ?? 0)).map((item, at) => [item, at + 1] as const);
  const asked = all.filter(([, number]) => record === undefined || number === record);
  if (asked.length === 0)
    throw unknown(
      address,
      all.map(([, number]) => String(number)),
    );
  return asked;
}

function checkRecord(file: FileDescription, record: number, address: ItemAddress): void {
  if (file.kind !== 'cyclic') throw unknown(address, []);
  if (file.records !== undefined && record > file.records) throw unknown(address, [`0–${file.records}`]);
}

/** @param part tag or name */
function withPart(group: Located, part: string): Located {
  const parts = group.item?.items ?? [];
  const found = parts.find(({ tag, name }) => tag === part || name === part);
  if (found === undefined || found.tag === null) {
    const choices = parts.flatMap(({ tag }) => tag ?? []);
    throw unknown(group.address, choices);
  }
  return { ...group, address: { ...group.address, subTag: found.tag }, part: found };
}

function byName([, name = '', number, part]: RegExpExecArray, profile: CardProfile): Located[] {
  const items = profile.files.flatMap((file) => {
    const item = file.items?.find((one) => one.name === name);
    return item === undefined ? [] : [{ file, item }];
  });
  if (items.length > 1) {
    const choices = items.map(({ file, item }) => formatAddress(addressOf(file, item)));
    throw new SscardError('item-unknown', 'more than one item has that name', { place: name, choices });
  }
  const file = items[0]?.file ?? profile.files.find((one) => one.name === name);
  if (file === undefined) throw new SscardError('item-unknown', 'nothing has that name', { place: name });
  const item = items[0]?.item;
  const address = { ...addressOf(file, item), ...(number !== undefined && { record: Number(number) }) };
  const found = byAddress(address, profile).map((one) => (item?.tag === null ? { ...one, item } : one));
  return part === undefined ? found : found.map((one) => withPart(one, part));
}

function addressOf({ directory, ef }: FileDescription, item: ItemDescription | undefined): ItemAddress {
  return { directory, ef, ...(item?.tag != null && { tag: item.tag }) };
}

function unknown(address: ItemAddress, choices: readonly string[]): SscardError {
  return new SscardError('item-unknown', 'not in the description of this card', {
    place: formatAddress(address),
    ...(choices.length > 0 && choices.length <= FEW && { choices: [...choices] }),
  });
}
