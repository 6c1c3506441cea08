import type { BerTlv } from '../../apdu/ber-tlv.ts';
import { LISTED, type ObjectRule, type Shown, TEMPLATES } from './mask-bank-policy.ts';

/** An entry of a list of objects: PDOL, CDOL, DDOL, format of a log. */
export interface ListEntry {
  readonly tag: number;
  readonly length: number;
}

/** Which bytes of an answer may be shown: one entry a byte, 1 = shown. */
export type Flags = Uint8Array;

/** Of version, method of derivation, verification results (first byte 03) and algorithm (emv-pboc.md 5). */
const ISSUER_DATA_LENGTHS: readonly number[] = [6, 7];
const RESULTS_AT = 3;
const RESULTS_FIRST = 0x03;

/** Rules for tags: those of PBOC's own only where its RID is selected, as others use them for other things. */
export class ObjectMask {
  readonly #pboc: boolean;

  /** @param pboc the selected application has a RID of PBOC */
  constructor(pboc: boolean) {
    this.#pboc = pboc;
  }

  /** Marks tags, lengths and fillers of a template and of all in it, and the values that the rules show. */
  show(flags: Flags, whole: Uint8Array, { tag, value, children = [] }: BerTlv): void {
    this.#list(flags, whole, children, TEMPLATES.get(tag) ?? new Map(), value);
    const start = offsetIn(whole, value);
    flags.fill(1, 0, start);
    flags.fill(1, start + value.length);
  }

  /** @param list what stands in `inside` @param rules for the tags in it */
  #list(
    flags: Flags,
    whole: Uint8Array,
    list: readonly BerTlv[],
    rules: ReadonlyMap<number, ObjectRule>,
    inside: Uint8Array,
  ): void {
    let before = offsetIn(whole, inside);
    for (const { tag, value, children } of list) {
      const start = offsetIn(whole, value);
      flags.fill(1, before, start);
      before = start + value.length;
      const rule = this.rule(rules, tag);
      if (children !== undefined) {
        const below = rule?.shown === 'template' ? TEMPLATES.get(tag) : undefined;
        if (below !== undefined) this.#list(flags, whole, children, below, value);
      } else if (rule !== undefined) this.showValue(flags, start, value, rule);
    }
    flags.fill(1, before, offsetIn(whole, inside) + inside.length);
  }

  /** The rule for a tag, if it means here what the rule is made for. */
  rule(rules: ReadonlyMap<number, ObjectRule>, tag: number): ObjectRule | undefined {
    return this.#knows(tag) ? rules.get(tag) : undefined;
  }

  /** Marks what a rule shows of a value that stands at `start`. */
  showValue(flags: Flags, start: number, value: Uint8Array, { min, max, shown }: ObjectRule): void {
    if (value.length < min || value.length > max) return;
    for (const [from, end] of this.#ranges(value, shown)) flags.fill(1, start + from, start + end);
  }

  #ranges(value: Uint8Array, shown: Shown): readonly (readonly [number, number])[] {
    const whole = [[0, value.length]] as const;
    switch (shown) {
      case 'all':
        return whole;
      case 'locator':
        return isLocator(value) ? whole : [];
      case 'list':
        return this.readList(value) === undefined ? [] : whole;
      case 'account':
        return accountRanges(value);
      case 'issuer-data':
        return [[0, issuerDataEnd(value)]];
      case 'template':
        return [];
    }
  }

  /** Entries of a list of objects that are all known here; else `undefined`. */
  readList(list: Uint8Array): readonly ListEntry[] | undefined {
    const entries: ListEntry[] = [];
    for (let at = 0; at < list.length; ) {
      let tag = list[at++] ?? 0;
      if ((tag & 0x1f) === 0x1f) tag = (tag << 8) | (list[at++] ?? 0);
      const length = list[at++];
      if (length === undefined || !LISTED.has(tag)) return undefined;
      entries.push({ tag, length });
    }
    return entries;
  }

  /** Whether a command shows what it gives for an entry. */
  isGiven({ tag, length }: ListEntry): boolean {
    return this.#knows(tag) && LISTED.get(tag) === length;
  }

  #knows(tag: number): boolean {
    return this.#pboc || !isPrivate(tag);
  }
}

/** Tags that mean something else under another RID (emv-pboc.tags.json, contextRule). */
function isPrivate(tag: number): boolean {
  return (tag >= 0x9f50 && tag <= 0x9f7f) || (tag >= 0xdf00 && tag <= 0xdfff);
}

function offsetIn(whole: Uint8Array, view: Uint8Array): number {
  return view.byteOffset - whole.byteOffset;
}

/** Groups of file, first record, last record, number of authenticated ones (3.3). */
export function isLocator(value: Uint8Array): boolean {
  for (let at = 0; at < value.length; at += 4) {
    const [file = 0, first = 0, last, authenticated = 0] = value.subarray(at, at + 4);
    if (last === undefined || (file & 7) !== 0 || first === 0 || last < first || authenticated > last - first + 1)
      return false;
  }
  return value.length >= 4 && value.length % 4 === 0;
}

/**
 * Issuer data up to verification results and algorithm: `07 00 01 03A0A802 01`. What follows is the issuer's own (5).
 * @returns how many bytes are shown
 */
export function issuerDataEnd(value: Uint8Array): number {
  const [length = 0] = value;
  const known = ISSUER_DATA_LENGTHS.includes(length) && value[RESULTS_AT] === RESULTS_FIRST;
  return known && value.length > length ? 1 + length : 0;
}

/**
 * The first six digits, and of the last four what fills bytes: with an odd number of digits it is three. What is between
 * is not looked at: a transcript that was masked before has no digits there.
 */
function accountRanges(value: Uint8Array): readonly (readonly [number, number])[] {
  const end = value.findLastIndex((byte) => byte !== 0xff) + 1;
  if (end < 7) return [];
  const ends = [...value.subarray(0, 3), ...value.subarray(end - 2, end - 1)];
  const last = value[end - 1] ?? 0;
  const digits = ends.every(isTwoDigits) && (isTwoDigits(last) || (last >> 4 <= 9 && (last & 0x0f) === 0x0f));
  return digits
    ? [
        [0, 3],
        [end - 2, value.length],
      ]
    : [];
}

function isTwoDigits(byte: number): boolean {
  return byte >> 4 <= 9 && (byte & 0x0f) <= 9;
}
