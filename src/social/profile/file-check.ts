import type { FileDescription, ItemDescription, ItemFormat, ItemMeaning } from './profile.ts';

/** What does not hold together in the description of a file, and where: a member of the file, or an item of it. */
export interface FileFault {
  readonly member: keyof FileDescription;
  readonly item?: ItemDescription;
  readonly why: string;
}

/** One READ RECORD brings 255 bytes: tag, length and value. */
const LONGEST_VALUE = 253;
/** What a number of the program holds. */
const LONGEST_NUMBER = 6;

/** Formats that a meaning can have, and its bytes where they are fixed. */
const MEANINGS: Readonly<Record<ItemMeaning, { readonly formats: readonly ItemFormat[]; readonly length?: number }>> = {
  date: { formats: ['cn'], length: 4 },
  month: { formats: ['cn'], length: 3 },
  datetime: { formats: ['cn'], length: 7 },
  fen: { formats: ['cn', 'b', 'dec'] },
  number: { formats: ['b'] },
  photo: { formats: ['b'] },
};

/** The first thing that does not hold together. */
export function fileFault(file: FileDescription): FileFault | undefined {
  for (const item of file.items ?? []) {
    const why = itemFault(item) ?? (file.kind === 'records' ? recordFault(item) : fieldFault(item));
    if (why !== undefined) return { member: 'items', item, why: `${item.name}: ${why}` };
  }
  return file.kind === 'records' ? recordsFault(file) : lengthFault(file);
}

function itemFault(item: ItemDescription): string | undefined {
  const { format, length, meaning, items } = item;
  if ((items !== undefined) !== (format === 'group')) return 'a group has parts, and nothing else has';
  if (length === 0 && format !== 'b') return 'only bytes may be of unknown length';
  if ((format === 'dec' || meaning === 'fen' || meaning === 'number') && length > LONGEST_NUMBER)
    return `a number has at most ${LONGEST_NUMBER} bytes`;
  if (meaning !== undefined) {
    const { formats, length: bytes = length } = MEANINGS[meaning];
    if (!formats.includes(format) || bytes !== length) return `${meaning} is ${formats.join(' or ')} of ${bytes} bytes`;
  }
  return items === undefined ? undefined : groupFault(items, length);
}

function groupFault(parts: readonly ItemDescription[], length: number): string | undefined {
  const sum = parts.reduce((bytes, part) => bytes + 2 + part.length, 0);
  if (sum !== length) return `its parts have ${sum} bytes, not ${length}`;
  const tags = parts.map(({ tag }) => tag);
  if (tags.includes(null) || new Set(tags).size !== tags.length) return 'each part has a tag of its own';
  for (const part of parts) {
    const why = part.format === 'group' ? 'no group inside of a group' : itemFault(part);
    if (why !== undefined) return `${part.name}: ${why}`;
  }
  return undefined;
}

function recordFault({ tag, record, length }: ItemDescription): string | undefined {
  if (tag === null || record === null) return 'an item in a file of records has a tag and a record number';
  return length < 1 || length > LONGEST_VALUE ? `1 to ${LONGEST_VALUE} bytes fit in a record` : undefined;
}

function fieldFault({ tag, record, format }: ItemDescription): string | undefined {
  if (tag !== null || record !== null) return 'a field has neither tag nor record number';
  return format === 'group' ? 'a field is no group' : undefined;
}

/** Tags and record numbers are told apart; only groups repeat. */
function recordsFault({ items = [] }: FileDescription): FileFault | undefined {
  for (const [at, item] of items.entries()) {
    const before = items.slice(0, at);
    const twin = before.find(({ record }) => record === item.record);
    if (twin !== undefined)
      return { member: 'items', item, why: `${item.name}: record ${item.record} is ${twin.name}` };
    const same = before.find(({ tag, format }) => tag === item.tag && !(format === 'group' && item.format === 'group'));
    if (same !== undefined) return { member: 'items', item, why: `${item.name}: tag ${item.tag} is ${same.name}` };
  }
  return undefined;
}

/** A record of a cyclic file is its fields; a transparent file may go on after them. */
function lengthFault({ kind, items = [], size, recordLength }: FileDescription): FileFault | undefined {
  const sum = items.reduce((bytes, { length }) => bytes + length, 0);
  if (kind === 'transparent') {
    if (size === undefined) return { member: 'kind', why: 'a transparent file has a size' };
    return sum > size ? { member: 'size', why: `its fields have ${sum} bytes, the file ${size}` } : undefined;
  }
  const open = items.some(({ length }) => length === 0);
  if (recordLength === undefined)
    return open ? undefined : { member: 'kind', why: 'a cyclic file has a recordLength where its fields are known' };
  const fits = open ? sum <= recordLength : sum === recordLength;
  return fits ? undefined : { member: 'recordLength', why: `its fields have ${sum} bytes, the record ${recordLength}` };
}
