/** No card of this kind keeps more: a chain beyond this is a broken card, or one that attacks the terminal. */
export const MAX_ROUNDS = 64;
export const MAX_BYTES = 0x10000;

/**
 * GET RESPONSE goes to the same logical channel, without the secure messaging and proprietary bits: these cards know it
 * with CLA 00 only (iso7816.md 4; channel bits of ISO/IEC 7816-4, 5.4.1). ENVELOPE the same.
 */
export function getResponseClass(cla: number): number {
  return cla & 0x40 ? 0x40 | (cla & 0x0f) : cla & 0x03;
}
