/** Gives the next `length` bytes. */
export type RandomBytes = (length: number) => Uint8Array;

/** The platform's random bytes; no Buffer, whose `slice` would not be a copy. */
export function platformRandom(length: number): Uint8Array {
  return new Uint8Array(process.getBuiltinModule('node:crypto').randomBytes(length));
}
