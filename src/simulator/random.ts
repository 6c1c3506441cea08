import type { RandomBytes } from '../crypto/random.ts';

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
