import type { Decoded } from './decoded.ts';

const decoder = new TextDecoder('gb18030', { fatal: true });
const CONTROL = /\p{Cc}/u;
const PRIVATE_USE = /\p{Co}/u;

/**
 * Text of an `an` item: GB18030 (GBK is its two-byte part), padding cut off the end. Padding bytes cannot be the last
 * byte of a longer character, so a character is never cut.
 * @param padding 00, FF and the blank on this card (3.1)
 * @returns `undecodable` for bytes that are no GB18030 and for control characters; a half-read name is worse than none
 * @example decodeText(fromHex('D5C5C8FD0000'), fromHex('00FF20')) // { kind: 'value', value: '张三' }
 */
export function decodeText(value: Uint8Array, padding: Uint8Array): Decoded<string, 'private-use'> {
  let end = value.length;
  while (end > 0 && padding.includes(value[end - 1] as number)) end--;
  if (end === 0) return { kind: 'empty' };
  if (!isStructured(value.subarray(0, end))) return { kind: 'undecodable' };
  let text: string;
  try {
    text = decoder.decode(value.subarray(0, end));
  } catch {
    return { kind: 'undecodable' };
  }
  if (CONTROL.test(text)) return { kind: 'undecodable' };
  return { kind: 'value', value: text, ...(PRIVATE_USE.test(text) ? { odd: 'private-use' as const } : {}) };
}

/**
 * Whether the bytes are one, two and four byte characters of GB18030 from end to end. The platform's decoder is more
 * generous, as web pages want it: it reads the single byte 80 as a euro sign.
 */
function isStructured(bytes: Uint8Array): boolean {
  let at = 0;
  while (at < bytes.length) {
    const lead = bytes[at] as number;
    if (lead === 0x80 || lead === 0xff) return false;
    const second = bytes[at + 1] ?? 0;
    if (lead < 0x80) at += 1;
    else at += second >= 0x30 && second <= 0x39 ? 4 : 2;
  }
  return at === bytes.length;
}
