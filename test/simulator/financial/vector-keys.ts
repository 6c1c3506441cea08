import { readFileSync } from 'node:fs';
import { fromHex } from '../../../apdu/bytes.ts';
import { keyOf, type RsaKeyPair } from '../../../src/simulator/financial/rsa-keys.ts';

interface Vector {
  readonly id: string;
  readonly op: string;
  readonly in: Readonly<Record<string, string>>;
  readonly out: Readonly<Record<string, unknown>>;
}

/** One vector of a crypto file of the reference. */
export function vector(file: 'emv-rsa' | 'emv-sm2', number: string): Vector {
  const url = new URL(`../../../fixtures/vectors/crypto/${file}.json`, import.meta.url);
  const { vectors } = JSON.parse(readFileSync(url, 'utf8')) as { vectors: readonly Vector[] };
  const found = vectors.find(({ id }) => id === `${file}-${number}`);
  if (!found) throw new Error(`no vector ${file}-${number}`);
  return found;
}

/** Modulus, exponent and private exponent, hex. */
export interface VectorKey {
  readonly n: string;
  readonly e: string;
  readonly d: string;
}

/** A key of the vector file, which has the private exponent, as the simulator has it. */
export function keyOfVector(key: VectorKey): RsaKeyPair {
  const p = factor(BigInt(`0x${key.n}`), BigInt(`0x${key.e}`), BigInt(`0x${key.d}`));
  const q = BigInt(`0x${key.n}`) / p;
  return keyOf(bytes(p), bytes(q), fromHex(key.e));
}

/** e·d − 1 is a multiple of the order of every number: a square root of 1 that is not ±1 gives a factor. */
function factor(n: bigint, e: bigint, d: bigint): bigint {
  for (let base = 2n; ; base++) {
    let exponent = e * d - 1n;
    let root = 1n;
    while (root === 1n && exponent % 2n === 0n) {
      exponent /= 2n;
      root = power(base, exponent, n);
    }
    const found = gcd(root - 1n, n);
    if (found > 1n && found < n) return found;
  }
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let [result, square] = [1n, base];
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? a : gcd(b, a % b));

function bytes(value: bigint): Uint8Array {
  const digits = value.toString(16);
  return fromHex(digits.padStart(digits.length + (digits.length % 2), '0'));
}
