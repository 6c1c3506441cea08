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
  const end = bytes.findLastIndex((byte) => !PADDING.has(byte)) + 1;
  if (end === 0) return undefined;
  return decoder.decode(bytes.subarray(0, end)).replaceAll(CONTROL, '\uFFFD');
}
