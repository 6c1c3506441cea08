/** What blocks end with: XOR of all before, or the two bytes of ISO/IEC 13239. */
export type T1Check = 'LRC' | 'CRC';

/** Bytes of the check. */
export const CHECK_BYTES = { LRC: 1, CRC: 2 } as const;

/** x^16 + x^12 + x^5 + 1, bits in the order of the line, four at a time. */
const NIBBLES = Uint16Array.from({ length: 16 }, (_, nibble) => {
  let rest = nibble;
  for (let bit = 0; bit < 4; bit++) rest = (rest >> 1) ^ (rest % 2 === 1 ? 0x8408 : 0);
  return rest;
});

/** Check of prologue and information; a CRC with its high byte first (LIKELY, vectors of T=1). */
export function checkOf(bytes: Uint8Array, check: T1Check): Uint8Array {
  if (check === 'LRC') return Uint8Array.of(bytes.reduce((sum, byte) => sum ^ byte, 0));
  let rest = 0xffff;
  for (const byte of bytes)
    for (const nibble of [byte & 0x0f, byte >> 4]) rest = (rest >> 4) ^ (NIBBLES[(rest ^ nibble) & 0x0f] as number);
  const value = ~rest & 0xffff;
  return Uint8Array.of(value >> 8, value & 0xff);
}
