/**
 * True when both hold the same bytes; the time tells nothing about where they differ. For cryptograms and MACs
 * (crypto.md 7). The length is no secret: other lengths are unequal at once.
 * @example equalInConstantTime(answer, expected)
 */
export function equalInConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && process.getBuiltinModule('node:crypto').timingSafeEqual(a, b);
}
