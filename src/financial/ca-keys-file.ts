import { concat, equalBytes, fromHex, toHex } from '../../apdu/bytes.ts';
import { SscardError } from '../../apdu/errors.ts';
import { readObjects } from '../../apdu/objects.ts';
import { sourceText } from '../../apdu/source-text.ts';
import { authorityKeyDigest } from '../crypto/rsa-recovery.ts';
import { sm3 } from '../crypto/sm3.ts';
import { parseJsonFile } from '../json-file.ts';
import type { PublicKey } from './authentication/result.ts';
import { type CaKey, CaKeys } from './ca-keys.ts';
import type { CalendarDay } from './dates.ts';

/** One key in a JSON file; bytes are upper-case hex. `ca-keys.schema.json` says the same for editors. */
interface KeyMember {
  readonly rid: string;
  readonly index: string;
  readonly algorithm: 'rsa' | 'sm2';
  readonly modulus?: string;
  readonly exponent?: string;
  readonly point?: string;
  readonly checksum: string;
  readonly class: 'live' | 'test';
  readonly expires?: string;
}

interface KeysFile {
  readonly keys: readonly KeyMember[];
  readonly revoked?: readonly { readonly rid: string; readonly index: string; readonly serial: string }[];
}

/** A thousand keys of the longest kind. */
const LARGEST = 2 * 1024 * 1024;

/**
 * Reads a file of authority keys (`--ca-keys`): JSON as `ca-keys.schema.json`, or what an acquirer's download gives a
 * terminal, one key a line: hex of tags 9F06, 9F22, DF05 to DF07, DF02 to DF04 (ca-public-keys.json). Downloaded keys
 * count as live, unless they are published test keys. Test keys do not count in the result (`withTestKeys`).
 * @param place path, for the error
 * @throws SscardError `ca-keys-malformed` with line and column of the first wrong member, 1-based;
 * `ca-key-checksum` for a key whose checksum does not verify: none of the file is used then
 */
export async function parseCaKeys(source: string | Uint8Array, place: string): Promise<CaKeys> {
  const text = source.length > LARGEST ? undefined : sourceText(source);
  const downloaded = text === undefined || /^\s*\{/.test(text) ? undefined : text;
  return downloaded === undefined ? fromJson(source, place) : fromDownload(downloaded, place);
}

async function fromJson(source: string | Uint8Array, place: string): Promise<CaKeys> {
  const { value, fault } = await parseJsonFile<KeysFile>(source, {
    place,
    code: 'ca-keys-malformed',
    largest: LARGEST,
    what: 'the file of keys',
    schema: async () => (await import('./ca-keys.schema.json', { with: { type: 'json' } })).default,
  });
  const keys = value.keys.map((member, at) => {
    const expires = member.expires === undefined ? undefined : parseDay(member.expires);
    if (member.expires !== undefined && expires === undefined) {
      throw fault(['keys', at, 'expires'], `keys.${at}.expires is no day`);
    }
    const key = keyOf(member);
    const one = { rid: fromHex(member.rid), index: byteOf(member.index), key, test: member.class === 'test' };
    if (!equalBytes(digestOf(one), fromHex(member.checksum))) {
      throw checksumWrong(one, fault(['keys', at, 'checksum'], 'the checksum does not verify'));
    }
    return { ...one, ...(expires && { expires }) };
  });
  const revoked = (value.revoked ?? []).map(({ rid, index, serial }) => ({
    rid: fromHex(rid),
    index: byteOf(index),
    serial: fromHex(serial),
  }));
  return CaKeys.of(keys, revoked);
}

function keyOf({ algorithm, modulus = '', exponent = '', point = '' }: KeyMember): PublicKey {
  if (algorithm === 'sm2') return { algorithm, point: fromHex(point) };
  return { algorithm, modulus: fromHex(modulus), exponent: fromHex(exponent) };
}

function fromDownload(text: string, place: string): CaKeys {
  const keys: CaKey[] = [];
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    const hex = line.replace(/#.*/, '').replaceAll(/\s/g, '');
    if (hex === '') continue;
    const position = { place, line: at + 1, column: 1 };
    const downloaded = /^([0-9A-Fa-f]{2})+$/.test(hex) ? readDownloaded(fromHex(hex)) : undefined;
    if (downloaded === undefined) throw new SscardError('ca-keys-malformed', 'no key of a download', position);
    const { checksum, ...one } = downloaded;
    if (!equalBytes(digestOf(one), checksum)) {
      throw checksumWrong(one, new SscardError('ca-keys-malformed', 'the checksum does not verify', position));
    }
    keys.push(one);
  }
  return CaKeys.of(keys);
}

type Downloaded = CaKey & { readonly checksum: Uint8Array };

/** Tags of a terminal's download; `undefined`: one of them is missing or has another form. */
function readDownloaded(bytes: Uint8Array): Downloaded | undefined {
  const objects = readObjects(bytes);
  const value = (tag: number) => objects?.find((one) => one.tag === tag)?.value;
  const [rid, index, checksum, material] = [value(0x9f06), value(0x9f22), value(0xdf03), value(0xdf02)];
  const key = material && downloadedKey(value(0xdf07), material, value(0xdf04));
  if (rid?.length !== 5 || index?.length !== 1 || checksum === undefined || key === undefined) return undefined;
  const date = value(0xdf05);
  const expires = date && parseDay(dateText(date));
  if (date !== undefined && expires === undefined) return undefined;
  return { rid, index: index[0] ?? 0, key, test: false, checksum, ...(expires && { expires }) };
}

function downloadedKey(
  algorithm: Uint8Array | undefined,
  material: Uint8Array,
  exponent: Uint8Array | undefined,
): PublicKey | undefined {
  const kind = algorithm?.at(-1);
  if (kind === 0x04) return material.length === 64 ? { algorithm: 'sm2', point: material } : undefined;
  if (kind !== 0x01 || exponent === undefined) return undefined;
  // Some acquirers fill the exponent 3 up to three bytes; the checksum is over its shortest form.
  const shortest = exponent.subarray(
    Math.max(
      0,
      exponent.findIndex((byte) => byte !== 0),
    ),
  );
  return { algorithm: 'rsa', modulus: material, exponent: shortest };
}

/** Four bytes of packed digits, or eight characters: both are met. */
function dateText(date: Uint8Array): string {
  const digits = date.length === 8 ? String.fromCharCode(...date) : toHex(date);
  return digits.replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3');
}

/** `YYYY-MM-DD`; `undefined`: the calendar has no such day. */
function parseDay(text: string): CalendarDay | undefined {
  const [year = 0, month = 0, day = 0] = text.split('-').map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  const real = /^\d{4}-\d\d-\d\d$/.test(text) && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return real ? { year, month, day } : undefined;
}

/** What authorities publish with a key, against damage: SHA-1 with RSA; SM3 with SM2, over the point (assumed, DF06 07). */
function digestOf({ rid, index, key }: CaKey): Uint8Array {
  if (key.algorithm === 'rsa') return authorityKeyDigest(rid, index, key);
  return sm3(concat([rid, Uint8Array.of(index), key.point]));
}

function checksumWrong({ rid, index }: CaKey, { message, details }: SscardError): SscardError {
  return new SscardError('ca-key-checksum', `${toHex(rid)}/${toHex(Uint8Array.of(index))}: ${message}`, details);
}

function byteOf(hex: string): number {
  return Number.parseInt(hex, 16);
}
