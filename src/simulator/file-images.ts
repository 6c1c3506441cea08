import { concat, toHex } from '../../apdu/bytes.ts';
import { SscardError } from '../../apdu/errors.ts';
import { encodeItem, encodeName } from './encode.ts';
import type { FileImage } from './image.ts';
import type { ProfileFile, ProfileItem } from './profile.ts';

/** Items of one group or fields of one cyclic record, by name. */
export type Fields = Readonly<Record<string, string>>;

/**
 * Item values by the profile's names. A group that stands in a file several times, and a cyclic file (by the part of its
 * names before the dot), have a list: first record first, newest record first. Transparent files are hex.
 */
export type ItemValues = Readonly<Record<string, string | readonly Fields[]>>;

/** No public source has the size of the employment history of generation 1.0: that of 2.0 (ASSUMED). */
const UNKNOWN_CYCLIC = { records: 4, recordLength: 85 } as const;

/** A file as the personaliser writes it: records at full length, empty ones filled by their formats (10). */
export async function fileImage(file: ProfileFile, values: ItemValues): Promise<FileImage> {
  const { fid, sfi, read, update, kind, items } = file;
  const base = { fid, sfi, read, update };
  if (kind === 'transparent') {
    const { size = 0 } = file;
    return { ...base, kind, size, data: transparent(size, text(values, items[0]?.name ?? '')) };
  }
  if (kind === 'records') return { ...base, kind, records: await tagged(items, values) };
  const { records: capacity, recordLength } = { ...UNKNOWN_CYCLIC, ...file };
  return { ...base, kind, capacity, recordLength, records: await cyclic(items, values) };
}

function transparent(size: number, hex: string): string {
  if (hex.length > 2 * size) throw misfit(`more than ${size} bytes`);
  return hex;
}

async function tagged(unordered: readonly ProfileItem[], values: ItemValues): Promise<string[]> {
  const items = unordered.toSorted((a, b) => (a.record ?? 0) - (b.record ?? 0));
  const parts = items.filter(({ name }) => name === 'name' || name === 'nameExtension');
  const lengths = parts.map(({ length }) => length);
  const name = await encodeName(text(values, 'name'), lengths);
  const records = items.map(async (item, at) => {
    const earlier = items.slice(0, at).filter((other) => other.name === item.name).length;
    const part = name[parts.indexOf(item)];
    return tlv(item, part ?? (await (item.format === 'group' ? group(item, earlier, values) : single(item, values))));
  });
  return (await Promise.all(records)).map(toHex);
}

/** B-TLV (3.1): the value is a run of sub-items. */
async function group({ items = [], length, name }: ProfileItem, at: number, values: ItemValues): Promise<Uint8Array> {
  const fields = list(values, name)[at] ?? {};
  const value = concat(await Promise.all(items.map(async (item) => tlv(item, await single(item, fields)))));
  if (value.length !== length) throw misfit(`a group of ${value.length} bytes, not ${length}`);
  return value;
}

async function cyclic(fields: readonly ProfileItem[], values: ItemValues): Promise<string[]> {
  const [file = ''] = fields[0]?.name.split('.') ?? [];
  const records = list(values, file).map((record) => {
    const named = Object.fromEntries(Object.entries(record).map(([name, value]) => [`${file}.${name}`, value]));
    return Promise.all(fields.map((field) => single(field, named)));
  });
  return (await Promise.all(records)).map((record) => toHex(concat(record)));
}

function single({ format, length, name }: ProfileItem, values: ItemValues): Promise<Uint8Array> {
  return encodeItem(format === 'group' ? 'b' : format, length, text(values, name));
}

function tlv({ tag }: ProfileItem, value: Uint8Array): Uint8Array {
  return concat([Uint8Array.of(Number.parseInt(tag ?? '', 16), value.length), value]);
}

function text(values: ItemValues, name: string): string {
  const value = values[name];
  return typeof value === 'string' ? value : '';
}

function list(values: ItemValues, name: string): readonly Fields[] {
  const value = values[name];
  return Array.isArray(value) ? value : [];
}

function misfit(why: string): SscardError {
  return new SscardError('sim-value-malformed', why, { step: 'personalise' });
}
