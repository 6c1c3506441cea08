import { concat, fromHex, toHex } from '../../../apdu/bytes.ts';
import type { JsonFile, JsonPath } from '../../json-file.ts';
import type { Denial } from '../denial.ts';
import type { CardProfile, FileDescription, Generation, ProfileOverlay } from '../profile/profile.ts';
import { fieldReadings, itemReading, missing } from './decode.ts';
import { taggedItems } from './plan.ts';
import type { FileReading, FilesReading, ItemReading } from './reading.ts';

const FORMAT = 'sscard-dump';
const VERSION = 1;
/** A card has some 13 KiB. */
const LARGEST = 1024 * 1024;

/**
 * A reading as a file keeps it: the bytes alone, as the description of the card says what they mean. Its JSON schema is
 * `dump.schema.json`. Personal data, in full.
 */
export interface FilesDump {
  readonly format: typeof FORMAT;
  readonly version: typeof VERSION;
  readonly generation: Generation;
  readonly specificationVersion: string;
  readonly division: string | null;
  readonly files: readonly FileDump[];
}

/** One file of a dump. */
export type FileDump = { readonly file: string } & (
  | { readonly kind: 'read'; readonly items: readonly ItemDump[] }
  | { readonly kind: 'withheld'; readonly denial: Denial }
  | { readonly kind: 'absent' }
);

/** One record, or a transparent file. */
export interface ItemDump {
  /** `DF04EF05|8C`, `DF02EF07:01`, `SSSEEF08`. */
  readonly address: string;
  /** For people: of an item with a tag. */
  readonly name?: string;
  /** Hex. */
  readonly raw?: string;
  readonly missing?: true;
  readonly other?: true;
}

/**
 * A reading as a dump keeps it.
 * @example await writeFile('card.dump', JSON.stringify(dumpOf(await card.social.files.read('all', { pin }))))
 */
export function dumpOf({ generation, specificationVersion, division, files }: FilesReading): FilesDump {
  return { format: FORMAT, version: VERSION, generation, specificationVersion, division, files: files.map(fileDump) };
}

function fileDump(reading: FileReading): FileDump {
  const file = addressOf(reading.file);
  if (reading.kind === 'withheld') return { file, kind: 'withheld', denial: reading.denial };
  if (reading.kind === 'absent') return { file, kind: 'absent' };
  const items = reading.file.kind === 'records' ? reading.items.map(taggedDump) : recordDumps(reading.items);
  return { file, kind: 'read', items };
}

function taggedDump({ address, item, value, raw }: ItemReading): ItemDump {
  const head = { address, ...(item !== null && { name: item.name }) };
  if (value.kind === 'missing') return { ...head, missing: true };
  return { ...head, raw: toHex(raw), ...(value.kind === 'other' && { other: true as const }) };
}

/** Fields of one record, or of one transparent file, are one piece on the card. */
function recordDumps(items: readonly ItemReading[]): ItemDump[] {
  const addresses = new Set(items.map(({ address }) => address));
  return [...addresses].map((address) => {
    const fields = items.filter((item) => item.address === address);
    if (fields.some(({ value }) => value.kind === 'missing')) return { address, missing: true };
    return { address, raw: toHex(concat(fields.map(({ raw }) => raw))) };
  });
}

/**
 * Reads a dump back: what it holds is decoded by the description of that card.
 * @param place path, for errors
 * @param overlays as the card was read with
 * @throws SscardError `dump-malformed` with line and column of the first wrong member, 1-based
 */
export async function parseDump(
  source: string | Uint8Array,
  place: string,
  overlays: readonly ProfileOverlay[] = [],
): Promise<FilesReading> {
  const { parseJsonFile } = await import('../../json-file.ts');
  const dump = await parseJsonFile<FilesDump>(source, {
    place,
    code: 'dump-malformed',
    largest: LARGEST,
    what: 'the dump',
    schema: async () => (await import('./dump.schema.json', { with: { type: 'json' } })).default,
  });
  const { generation, specificationVersion, division, files } = dump.value;
  const profile = await profileOf(generation, division, overlays);
  const readings: FileReading[] = [];
  for (const [at, file] of files.entries()) readings.push(await fileReading(dump, file, ['files', at], profile));
  return { generation, specificationVersion, division, files: readings };
}

async function profileOf(
  generation: Generation,
  division: string | null,
  overlays: readonly ProfileOverlay[],
): Promise<CardProfile> {
  const [{ loadWholeOverlays, loadWholeProfile }, { applyOverlays }] = await Promise.all([
    import('../profile/load.ts'),
    import('../profile/merge.ts'),
  ]);
  const [base, builtIn] = await Promise.all([loadWholeProfile(generation), loadWholeOverlays()]);
  return applyOverlays(base, [...builtIn, ...overlays], division);
}

async function fileReading(
  { fault }: JsonFile<FilesDump>,
  dump: FileDump,
  path: JsonPath,
  { files, coding }: CardProfile,
): Promise<FileReading> {
  const file = files.find((one) => addressOf(one) === dump.file);
  if (file === undefined) throw fault([...path, 'file'], 'no such file in the description of this card');
  if (dump.kind !== 'read') return { ...dump, file };
  const items: ItemReading[] = [];
  for (const [at, item] of dump.items.entries()) {
    const found = await itemsOf(file, item, coding);
    if (found === undefined) throw fault([...path, 'items', at, 'address'], 'no such item in this file');
    items.push(...found);
  }
  return { file, kind: 'read', items };
}

/** @returns undefined when the file has no such item */
async function itemsOf(
  file: FileDescription,
  { address, raw, other }: ItemDump,
  coding: CardProfile['coding'],
): Promise<readonly ItemReading[] | undefined> {
  const bytes = raw === undefined ? undefined : fromHex(raw);
  if (file.kind !== 'records') {
    if (!(file.kind === 'cyclic' ? address.startsWith(`${addressOf(file)}:`) : address === addressOf(file)))
      return undefined;
    return bytes === undefined ? [missing({ address, item: null })] : fieldReadings(file, address, bytes, coding);
  }
  const tagged = taggedItems(file).find((one) => one.address === address);
  if (tagged === undefined) return undefined;
  if (bytes === undefined) return [missing(tagged)];
  const record = other === true ? { kind: 'other' as const, record: bytes } : { kind: 'value' as const, value: bytes };
  return [await itemReading(tagged, record, coding)];
}

function addressOf({ directory, ef }: FileDescription): string {
  return directory + ef;
}
