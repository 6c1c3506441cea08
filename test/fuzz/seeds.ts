import { randomInt } from 'node:crypto';

/** A seeded source: the same seed gives the same inputs on every machine. */
export interface Rng {
  /** 0 to n - 1. */
  int(n: number): number;
  bytes(length: number): Uint8Array;
  pick<T>(list: readonly T[]): T;
}

const FIXED = [0x5eed0001, 0x5eed0002];
/** Lengths that parsers get wrong (reliability-targets.md 3). */
const LENGTHS = [0x00, 0x01, 0x7f, 0x80, 0x81, 0x82, 0x83, 0x84, 0xfe, 0xff];
const LONG_LENGTHS = [
  [0x81, 0x7f],
  [0x81, 0xff],
  [0x82, 0xff, 0xff],
  [0x83, 0x01, 0x00, 0x00],
  [0x84, 0x80, 0x00, 0x00, 0x00],
];

/** Two fixed seeds and a fresh one. `SSCARD_FUZZ_SEED` (a number, also 0x…) runs that one alone. */
export function seeds(): number[] {
  const { SSCARD_FUZZ_SEED: given } = process.env;
  if (given === undefined || given === '') return [...FIXED, randomInt(0x7fffffff)];
  const seed = Number(given);
  if (!Number.isInteger(seed)) throw new Error(`SSCARD_FUZZ_SEED is not a whole number: ${given}`);
  return [seed >>> 0];
}

/** mulberry32: fast, and good enough to vary inputs. */
export function random(seed: number): Rng {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const int = (n: number) => Math.floor((next() / 0x100000000) * n);
  return {
    int,
    bytes(length) {
      const bytes = new Uint8Array(length);
      for (let at = 0; at < length; at += 4) {
        const word = next();
        bytes[at] = word;
        if (at + 1 < length) bytes[at + 1] = word >>> 8;
        if (at + 2 < length) bytes[at + 2] = word >>> 16;
        if (at + 3 < length) bytes[at + 3] = word >>> 24;
      }
      return bytes;
    },
    pick<T>(list: readonly T[]): T {
      if (list.length === 0) throw new Error('nothing to pick from');
      return list[int(list.length)] as T;
    },
  };
}

/** A copy of `sample` with one to three faults: bits flipped, cut, doubled, bytes put in or taken out, lengths made wrong. */
export function mutate(rng: Rng, sample: Uint8Array): Uint8Array {
  let bytes: Uint8Array = sample.slice();
  for (let faults = 1 + rng.int(3); faults > 0; faults--) bytes = mutateOnce(rng, bytes);
  return bytes;
}

function mutateOnce(rng: Rng, bytes: Uint8Array): Uint8Array {
  const at = rng.int(bytes.length + 1);
  const here = bytes[at] ?? 0;
  switch (rng.int(9)) {
    case 0:
      return splice(bytes, at, 1, [here ^ (1 << rng.int(8))]);
    case 1:
      return bytes.slice(0, at);
    case 2:
      return bytes.slice(at);
    case 3:
      return splice(bytes, at, 0, bytes.subarray(at, at + 1 + rng.int(16)));
    case 4:
      return splice(bytes, at, 0, rng.bytes(1 + rng.int(4)));
    case 5:
      return splice(bytes, at, 1 + rng.int(4), []);
    case 6:
      return splice(bytes, at, 1, [(here + (rng.int(2) === 0 ? 1 : 255)) & 0xff]);
    case 7:
      return splice(bytes, at, 1, [rng.pick(LENGTHS)]);
    default:
      return splice(bytes, at, 1, rng.pick(LONG_LENGTHS));
  }
}

function splice(bytes: Uint8Array, at: number, remove: number, insert: ArrayLike<number>): Uint8Array {
  const tail = bytes.subarray(Math.min(bytes.length, at + remove));
  const whole = new Uint8Array(at + insert.length + tail.length);
  whole.set(bytes.subarray(0, at));
  whole.set(insert, at);
  whole.set(tail, at + insert.length);
  return whole;
}

/** One line for the check's counts: `fuzz atr: 200000 inputs, seeds 1, 2, 3`. */
export function report(target: string, count: number, used: readonly number[], note = ''): void {
  process.stdout.write(`fuzz ${target}: ${count} inputs, seeds ${used.join(', ')}${note && `; ${note}`}\n`);
}
