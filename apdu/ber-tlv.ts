import { SscardError } from './errors.ts';

/** One object. Constructed ones (bit 6 of the first tag byte) have `children`, in the order on the card. */
export interface BerTlv {
  /** The tag's bytes as one number: 0x84, 0x9F0C, 0xBF0C. */
  readonly tag: number;
  /** The whole value: of a constructed object, the bytes its children stand in. A view, not a copy. */
  readonly value: Uint8Array;
  readonly children?: readonly BerTlv[];
}

/** What a decoder of BER-TLV accepts at most. */
export interface BerTlvLimits {
  /** Longest value, in bytes. Default 65,536. */
  readonly maxValue?: number;
  /** Lists within lists, the outermost counted. Default and at most 64. */
  readonly maxDepth?: number;
  /**
   * Skip 00 and FF before, between and after objects, as ISO/IEC 7816-4, 5.2.2.1 and EMV Book 3, annex B1 allow inside
   * templates. Default false: 00 is refused, FF begins a tag.
   */
  readonly padding?: boolean;
  /** Constructed objects that are read into; of any other one the value is left as it is. Default: all. */
  readonly templates?: ReadonlySet<number>;
}

const MAX_DEPTH = 64;
const MAX_VALUE = 0x10000;
const MAX_TAG_BYTES = 4;
const MAX_LENGTH_BYTES = 3;

/**
 * Reads a run of BER-TLV objects with all their children. Lengths are definite, of at most three bytes after 8x; tags have
 * at most four bytes.
 * @throws SscardError `tlv-malformed` with the offset of the first wrong byte
 * @example decodeBerTlv(fromHex('6F058403010203')) // [{ tag: 0x6f, value, children: [{ tag: 0x84, value: 01 02 03 }] }]
 */
export function decodeBerTlv(bytes: Uint8Array, limits: BerTlvLimits = {}): BerTlv[] {
  const { maxValue = MAX_VALUE, maxDepth = MAX_DEPTH, padding = false, templates } = limits;
  return readList(bytes, 0, bytes.length, Math.min(maxDepth, MAX_DEPTH), maxValue, padding, templates);
}

/** `levels`: how many lists may still be opened, this one included. Recursion ends there, so the stack is bounded. */
function readList(
  bytes: Uint8Array,
  start: number,
  end: number,
  levels: number,
  maxValue: number,
  padding: boolean,
  templates: ReadonlySet<number> | undefined,
): BerTlv[] {
  if (levels === 0) return malformed('templates are nested too deep', start);
  const list: BerTlv[] = [];
  let at = start;
  while (at < end) {
    const first = bytes[at] as number;
    if (padding && (first === 0x00 || first === 0xff)) {
      at++;
      continue;
    }
    let tag = first;
    let next = at + 1;
    if ((first & 0x1f) === 0x1f) {
      next = endOfTag(bytes, at, end);
      for (let index = at + 1; index < next; index++) tag = tag * 256 + (bytes[index] as number);
    } else if (first === 0x00) return malformed('00 is not a tag', at);
    if (next >= end) return malformed('length is missing', next);
    let length = bytes[next++] as number;
    if (length > 0x7f) {
      const count = length & 0x7f;
      length = longLength(bytes, next, count, end);
      next += count;
    }
    if (length > end - next) return malformed('value is cut short', next);
    if (length > maxValue) return malformed('value is too long', next);
    at = next + length;
    const value = bytes.subarray(next, at);
    if (first & 0x20 && (templates === undefined || templates.has(tag)))
      list.push({ tag, value, children: readList(bytes, next, at, levels - 1, maxValue, padding, templates) });
    else list.push({ tag, value });
  }
  return list;
}

/** Follows the bytes of a tag whose number does not fit five bits (ISO/IEC 8825-1, 8.1.2.4). */
function endOfTag(bytes: Uint8Array, at: number, end: number): number {
  for (let next = at + 1; next < at + MAX_TAG_BYTES; next++) {
    if (next >= end) return malformed('tag is cut short', next);
    const byte = bytes[next] as number;
    if (next === at + 1 && byte === 0x80) return malformed('tag number begins with zero', next);
    if (byte < 0x80) return next + 1;
  }
  return malformed(`tag has over ${MAX_TAG_BYTES} bytes`, at);
}

function longLength(bytes: Uint8Array, at: number, count: number, end: number): number {
  if (count === 0) return malformed('indefinite length is not allowed', at - 1);
  if (count > MAX_LENGTH_BYTES) return malformed(`length has over ${MAX_LENGTH_BYTES} bytes`, at - 1);
  if (at + count > end) return malformed('length is cut short', end);
  let length = 0;
  for (let index = at; index < at + count; index++) length = length * 256 + (bytes[index] as number);
  return length;
}

/**
 * Canonical bytes: lengths as short as possible, no padding. Where `children` is given, it is written and `value` ignored.
 * @throws SscardError `tlv-malformed`: a number that is no tag, a value over 16 MiB, or a nesting deeper than 64
 * @example encodeBerTlv([{ tag: 0x84, value: fromHex('0102') }]) // 84 02 01 02
 */
export function encodeBerTlv(list: readonly BerTlv[]): Uint8Array {
  const bytes = new Uint8Array(sizeOfList(list, MAX_DEPTH));
  writeBackwards(bytes, bytes.length, list);
  return bytes;
}

/** First object with this tag: depth first, in the order on the card; also inside templates nobody knows. */
export function findTag(list: readonly BerTlv[], tag: number): BerTlv | undefined {
  for (const item of list) {
    const found = item.tag === tag ? item : item.children && findTag(item.children, tag);
    if (found) return found;
  }
  return undefined;
}

function sizeOfList(list: readonly BerTlv[], levels: number): number {
  if (levels === 0) return malformed('templates are nested too deep', 0);
  let size = 0;
  for (const { tag, value, children } of list) {
    checkTag(tag, children !== undefined);
    const length = children ? sizeOfList(children, levels - 1) : value.length;
    if (length > 0xffffff) malformed('value is too long', size);
    size += bytesOf(tag) + (length > 0x7f ? 1 : 0) + bytesOf(length) + length;
  }
  return size;
}

/** From the end, so that a template's length is known when it is written. @returns where the list begins */
function writeBackwards(bytes: Uint8Array, end: number, list: readonly BerTlv[]): number {
  let at = end;
  for (const { tag, value, children } of list.toReversed()) {
    const stop = at;
    at = children ? writeBackwards(bytes, stop, children) : stop - value.length;
    if (!children) bytes.set(value, at);
    const length = stop - at;
    at = writeNumber(bytes, at, length);
    if (length > 0x7f) bytes[--at] = 0x80 | bytesOf(length);
    at = writeNumber(bytes, at, tag);
  }
  return at;
}

function writeNumber(bytes: Uint8Array, end: number, number: number): number {
  let at = end;
  let rest = number;
  do {
    bytes[--at] = rest & 0xff;
    rest = Math.floor(rest / 256);
  } while (rest > 0);
  return at;
}

function bytesOf(number: number): number {
  if (number <= 0xff) return 1;
  if (number <= 0xffff) return 2;
  return number <= 0xffffff ? 3 : 4;
}

/** The same rules that reading has, so that what is written can be read. */
function checkTag(tag: number, hasChildren: boolean): void {
  if (!(Number.isInteger(tag) && tag > 0 && tag <= 0xffffffff)) malformed('a tag has one to four bytes', 0);
  const count = bytesOf(tag);
  const byte = (index: number) => Math.floor(tag / 256 ** (count - 1 - index)) & 0xff;
  const long = (byte(0) & 0x1f) === 0x1f;
  if (long !== count > 1) malformed('bytes of the tag do not fit its first one', 0);
  for (let index = 1; index < count; index++)
    if (byte(index) > 0x7f !== index < count - 1) malformed('bytes of the tag do not fit each other', 0);
  if (byte(1) === 0x80 && count > 1) malformed('tag number begins with zero', 0);
  if (hasChildren && !(byte(0) & 0x20)) malformed('a primitive tag has no children', 0);
}

function malformed(message: string, offset: number): never {
  throw new SscardError('tlv-malformed', message, { offset });
}
