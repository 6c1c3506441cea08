import { type Format, formatOf } from './dictionary/dictionary.ts';

/** One entry of a data object list: what is asked for, and in how many bytes. */
export interface DolEntry {
  readonly tag: number;
  /** 0 to 255. */
  readonly length: number;
}

/** What a short command carries, and what a record holds: no list asks for more. */
const MOST_BYTES = 255;

/**
 * Reads a list of tags and lengths: PDOL, CDOL, DDOL, TDOL, the format of a log (EMV 4.3 Book 3, 5.4).
 * @returns the entries, their number and order as on the card; `undefined` when the list is cut short, has a tag of over
 * four bytes, or asks for over 255 bytes in all
 */
export function parseDol(bytes: Uint8Array): readonly DolEntry[] | undefined {
  const entries: DolEntry[] = [];
  let total = 0;
  for (let at = 0; at < bytes.length; ) {
    let tag = bytes[at++] as number;
    if (tag === 0) return undefined;
    if ((tag & 0x1f) === 0x1f) {
      let byte: number | undefined;
      do {
        byte = bytes[at++];
        if (byte === undefined || tag > 0xffffff) return undefined;
        tag = tag * 0x100 + byte;
      } while (byte & 0x80);
    }
    const length = bytes[at++];
    if (length === undefined) return undefined;
    total += length;
    entries.push({ tag, length });
  }
  return total > MOST_BYTES ? undefined : entries;
}

/** Sum of the lengths, in bytes. */
export function dolLength(entries: readonly DolEntry[]): number {
  let total = 0;
  for (const { length } of entries) total += length;
  return total;
}

/**
 * The values that a list asks for, one after the other, cut or filled to its lengths (EMV 4.3 Book 3, 5.4). What is not
 * known, and what is a template, becomes zeros.
 * @param value of a tag; never changed
 * @example buildDol([{ tag: 0x9f1a, length: 3 }], () => fromHex('0156')) // 00 01 56
 */
export function buildDol(entries: readonly DolEntry[], value: (tag: number) => Uint8Array | undefined): Uint8Array {
  const values = new Uint8Array(dolLength(entries));
  let at = 0;
  for (const { tag, length } of entries) {
    const given = isConstructed(tag) ? undefined : value(tag);
    if (given) fill(values.subarray(at, at + length), given, formatOf(tag));
    at += length;
  }
  return values;
}

/** `field` is zeros. */
function fill(field: Uint8Array, given: Uint8Array, format: Format | undefined): void {
  const spare = field.length - given.length;
  if (format === 'n') {
    field.set(spare < 0 ? given.subarray(-spare) : given, Math.max(spare, 0));
    return;
  }
  field.set(spare < 0 ? given.subarray(0, field.length) : given);
  if (format === 'cn' && spare > 0) field.fill(0xff, given.length);
}

/** Bit 6 of the first byte of a tag (ISO/IEC 8825-1, 8.1.2.5). */
function isConstructed(tag: number): boolean {
  let first = tag;
  while (first > 0xff) first = Math.floor(first / 0x100);
  return (first & 0x20) !== 0;
}
