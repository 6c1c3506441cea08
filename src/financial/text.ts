const CONTROL = /\p{Cc}/gu;
const PADDING = new Set([0x00, 0x20, 0xff]);
const decoder = new TextDecoder('gb18030');

/**
 * Text of the card for people. The rule is ISO 8859, but Chinese cards write GBK in its place, also cut in the middle of
 * a character (emv-pboc.md 1.4, 9): bytes outside of ASCII are read as GBK, and what cannot be shown becomes `U+FFFD`.
 * @returns without the padding 00, 20 or FF at its end; `undefined` when nothing is left
 * @example readText(fromHex('50424F4320444542495400')) // 'PBOC DEBIT'
 */
export function readText(bytes: Uint8Array): string | undefined {
  let end = bytes.length;
  while (end > 0 && PADDING.has(bytes[end - 1] as number)) end--;
  if (end === 0) return undefined;
  const shown = bytes.subarray(0, end);
  return ascii(shown) ?? decoder.decode(shown).replaceAll(CONTROL, '\uFFFD');
}

/** ASCII characters as bytes. */
export function writeText(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Most texts of cards are plain, and read ten times faster so. */
function ascii(bytes: Uint8Array): string | undefined {
  let text = '';
  for (const byte of bytes) {
    if (byte < 0x20 || byte > 0x7e) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
}
