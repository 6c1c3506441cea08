import { SscardError } from './errors.ts';

/** One object: tag 00 to FF as it stands, value of 0 to 255 bytes. */
export interface SimpleTlv {
  readonly tag: number;
  readonly value: Uint8Array;
}

/**
 * The card's own item coding: one-byte tag, one-byte length, value (social-security-card.md 3.1). It is NOT BER: 1F, 5F and
 * 7F are whole tags, 81 to FF are whole lengths. Values are views into `bytes`.
 * @throws SscardError `tlv-malformed` with the offset of the length that is missing or reaches past the end
 * @example decodeSimpleTlv(fromHex('5F0201024E00')) // [{ tag: 0x5f, value: 01 02 }, { tag: 0x4e, value: empty }]
 */
export function decodeSimpleTlv(bytes: Uint8Array): SimpleTlv[] {
  const list: SimpleTlv[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at] as number;
    const length = bytes[at + 1];
    if (length === undefined) throw new SscardError('tlv-malformed', 'length is missing', { offset: at + 1 });
    const end = at + 2 + length;
    if (end > bytes.length) throw new SscardError('tlv-malformed', 'value is cut short', { offset: at + 1 });
    list.push({ tag, value: bytes.subarray(at + 2, end) });
    at = end;
  }
  return list;
}

/**
 * One item of the card's own TLV: a byte of tag, a byte of length, the value.
 * @throws SscardError `tlv-malformed`: the tag is not a byte, or the value has over 255 bytes
 * @example encodeSimpleTlv(0x4e, fromHex('0102')) // 4E 02 01 02
 */
export function encodeSimpleTlv(tag: number, value: Uint8Array): Uint8Array {
  if (!(Number.isInteger(tag) && tag >= 0 && tag <= 0xff))
    throw new SscardError('tlv-malformed', 'a tag is one byte', { offset: 0 });
  if (value.length > 0xff) throw new SscardError('tlv-malformed', 'a value has at most 255 bytes', { offset: 1 });
  const bytes = new Uint8Array(2 + value.length);
  bytes[0] = tag;
  bytes[1] = value.length;
  bytes.set(value, 2);
  return bytes;
}
