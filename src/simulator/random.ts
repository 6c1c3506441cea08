/** Gives the next `length` bytes. */
export type RandomBytes = (length: number) => Uint8Array;

export function platformRandom(length: number): Uint8Array {
  return Uint8Array.from(process.getBuiltinModule('node:crypto').randomBytes(length));
}

/** The same bytes for the same seed, on every machine: SHA-256 over seed and block number. Not for real keys. */
export function seededRandom(seed: number): RandomBytes {
  const { createHash } = process.getBuiltinModule('node:crypto');
  let block = 0;
  let rest: number[] = [];
  return (length) => {
    while (rest.length < length) rest.push(...createHash('sha256').update(`sscard-sim:${seed}:${block++}`).digest());
    const bytes = Uint8Array.from(rest.slice(0, length));
    rest = rest.slice(length);
    return bytes;
  };
}
