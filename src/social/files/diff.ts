import { equalBytes } from '../../../apdu/bytes.ts';
import type { ItemDescription } from '../profile/profile.ts';
import type { FileReading, FilesReading, ItemReading } from './reading.ts';

/** Where two readings differ. What only one of them asked for is not compared. */
export interface FilesDifference {
  readonly items: readonly ItemDifference[];
  /** Files that were not read both times, though asked for both times. */
  readonly files: readonly FileDifference[];
  /** Items that were compared, the same and the other ones. */
  readonly compared: number;
}

/** One item that differs. `absent`: a record that only the other reading has. */
export interface ItemDifference {
  readonly address: string;
  readonly item: ItemDescription | null;
  readonly first: ItemReading['value'] | { readonly kind: 'absent' };
  readonly second: ItemReading['value'] | { readonly kind: 'absent' };
}

/** One file that cannot be compared. */
export interface FileDifference {
  /** `SSSEEF07`. */
  readonly file: string;
  readonly first: FileReading['kind'];
  readonly second: FileReading['kind'];
}

const ABSENT = { kind: 'absent' } as const;

/**
 * Compares two readings item by item, by their bytes: of two cards, or of one card at two times.
 * @example diffOf(await parseDump(text, 'card.dump'), await card.social.files.read('all', { pin })).items
 */
export function diffOf(first: FilesReading, second: FilesReading): FilesDifference {
  const items: ItemDifference[] = [];
  const files: FileDifference[] = [];
  let compared = 0;
  for (const one of first.files) {
    const other = second.files.find(({ file }) => addressOf(file) === addressOf(one.file));
    if (other === undefined) continue;
    if (one.kind === 'read' && other.kind === 'read') {
      const pairs = pairsOf(one.items, other.items, one.file.kind === 'records');
      compared += pairs.length;
      items.push(...pairs.flatMap(([a, b]) => differenceOf(a, b) ?? []));
    } else if (one.kind !== other.kind || one.kind === 'withheld') {
      files.push({ file: addressOf(one.file), first: one.kind, second: other.kind });
    }
  }
  return { items, files, compared };
}

type Pair = readonly [ItemReading | undefined, ItemReading | undefined];

/**
 * Items of one place. Of a file of records, an item that one reading does not have was not asked for, as one that is
 * missing is listed; a record of a cyclic file that one does not have is not there.
 */
function pairsOf(first: readonly ItemReading[], second: readonly ItemReading[], tagged: boolean): readonly Pair[] {
  const others = new Map(second.map((item) => [keyOf(item), item]));
  const pairs: Pair[] = first.map((item) => [item, others.get(keyOf(item))]);
  const known = new Set(first.map(keyOf));
  for (const item of second) if (!known.has(keyOf(item))) pairs.push([undefined, item]);
  return tagged ? pairs.filter(([a, b]) => a !== undefined && b !== undefined) : pairs;
}

function differenceOf(first: ItemReading | undefined, second: ItemReading | undefined): ItemDifference | undefined {
  const some = first ?? second;
  if (some === undefined) return undefined;
  const alike = first?.value.kind === second?.value.kind && equalBytes(first?.raw ?? NONE, second?.raw ?? NONE);
  if (alike) return undefined;
  const { address, item } = some;
  return { address, item, first: first?.value ?? ABSENT, second: second?.value ?? ABSENT };
}

const NONE = new Uint8Array();

function keyOf({ address, item }: ItemReading): string {
  return `${address} ${item?.name ?? ''}`;
}

function addressOf({ directory, ef }: FileReading['file']): string {
  return directory + ef;
}
