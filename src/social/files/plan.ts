import { SscardError } from '../../../apdu/errors.ts';
import { formatAddress, type ItemAddress } from '../address.ts';
import { type Located, locate } from '../locate.ts';
import type { CardProfile, FileDescription, ItemDescription } from '../profile/profile.ts';

/** What a caller names: an address (`DF04EF05|8C`, also several as host programs write them), or the name of an item or a file. */
export type ItemQuery = string | ItemAddress;

/** What is read of one file. */
export interface FilePlan {
  readonly file: FileDescription;
  /** Of a file of records: its items, in the order of their records. */
  readonly items: readonly TaggedItem[];
  /** Of a cyclic file: its records by number, 1 is the newest. */
  readonly records: readonly number[] | 'every';
}

/** An item in a file of records. */
export interface TaggedItem {
  readonly address: string;
  readonly item: ItemDescription & { readonly tag: string };
  /** Its record, where the tag stands in the file several times: by tag only the first is found (4). */
  readonly record: number | undefined;
}

/** Every file of the description, in its order; files of one directory follow each other. */
export function planAll(profile: CardProfile): FilePlan[] {
  return inOrder(profile).map((file) => ({ file, items: taggedItems(file), records: 'every' }));
}

/**
 * What was asked for, each thing once, in the order of the description.
 * @throws SscardError `item-address-malformed`, `item-unknown`
 */
export function planItems(queries: readonly ItemQuery[], profile: CardProfile): FilePlan[] {
  const asked = queries.flatMap((query) => located(query, profile));
  return inOrder(profile).flatMap((file) => {
    const here = asked.filter((one) => one.file === file);
    return here.length === 0 ? [] : [planFile(file, here)];
  });
}

/** @throws SscardError `item-address-malformed`, `item-unknown` */
export function located(query: ItemQuery, profile: CardProfile): Located[] {
  return locate(typeof query === 'string' ? query : formatAddress(query), profile);
}

/** The items of a file of records; of other files none, as their fields have no tags. */
export function taggedItems(file: FileDescription): TaggedItem[] {
  if (file.kind !== 'records') return [];
  const items = (file.items ?? []).filter(isTagged).toSorted((a, b) => (a.record ?? 0) - (b.record ?? 0));
  return items.map((item) => {
    const same = items.filter(({ tag }) => tag === item.tag);
    const { directory, ef } = file;
    const base = { directory, ef, tag: item.tag };
    if (same.length === 1) return { address: formatAddress(base), item, record: undefined };
    const address = formatAddress({ ...base, record: same.indexOf(item) + 1 });
    return { address, item, record: item.record ?? undefined };
  });
}

function planFile(file: FileDescription, asked: readonly Located[]): FilePlan {
  const whole = asked.some(({ item }) => item === undefined);
  const items = taggedItems(file).filter((one) => whole || asked.some(({ item }) => item === one.item));
  const numbers = asked.map(({ address }) => address.record);
  const every = numbers.includes(undefined);
  const records = [...new Set(numbers.filter((number) => number !== undefined))].toSorted((a, b) => a - b);
  if (file.kind === 'cyclic' && records[0] === 0) {
    const place = formatAddress({ directory: file.directory, ef: file.ef, record: 0 });
    throw new SscardError('item-unknown', 'record 0 of a cyclic file is one to come', { place });
  }
  return { file, items, records: every ? 'every' : records };
}

function inOrder({ directories, files }: CardProfile): FileDescription[] {
  return directories.flatMap(({ id }) => files.filter(({ directory }) => directory === id));
}

function isTagged(item: ItemDescription): item is ItemDescription & { readonly tag: string } {
  return item.tag !== null;
}
