import { fromHex } from '../../../apdu/bytes.ts';
import type { RandomBytes } from '../../crypto/random.ts';

/**
 * An RSA key of the simulator: of its test authority, an issuer, a card. Numbers are big endian without a sign; such
 * keys protect nothing.
 */
export interface RsaKeyPair {
  /** Its length is the length of certificates and signatures made with it. */
  readonly modulus: Uint8Array;
  readonly exponent: Uint8Array;
  readonly p: Uint8Array;
  readonly q: Uint8Array;
}

/** The exponents of EMV (emv-pboc.md, checksum rule of the CA keys: in their shortest form). */
export type RsaExponent = 3 | 65537;

/** Odd numbers looked at behind one random start; the next prime is nearer, but for one start in millions. */
const WINDOW = 1 << 13;
/** Rounds of Miller and Rabin: enough for keys of a test, and an eighth of the platform's default. */
const ROUNDS = 8;
const SMALL_PRIMES = primesBelow(2000);

/**
 * A key from a source of random bytes: the same one for the same bytes, on every machine.
 * @param bits a multiple of 8, 512 to 1984 (the longest whose certificates fit a record)
 * @throws RangeError for another length
 */
export function makeRsaKey(random: RandomBytes, bits: number, exponent: RsaExponent = 3): RsaKeyPair {
  if (bits % 8 !== 0 || bits < 512 || bits > 1984) throw new RangeError('a multiple of 8 from 512 to 1984 bits');
  const p = makePrime(random, bits / 2, exponent);
  let q = p;
  while (q === p) q = makePrime(random, bits / 2, exponent);
  return keyOf(bytesOfInteger(p), bytesOfInteger(q), bytesOfInteger(BigInt(exponent)));
}

/** The pair of two primes. */
export function keyOf(p: Uint8Array, q: Uint8Array, exponent: Uint8Array): RsaKeyPair {
  return { modulus: bytesOfInteger(integerOf(p) * integerOf(q)), exponent, p, q };
}

/**
 * The private operation, without padding: what a card, an issuer or an authority does to a block.
 * @param block as long as the modulus, and below it
 * @returns as long as the modulus
 * @throws RangeError for another block
 */
export function privateOperation({ modulus, exponent, p, q }: RsaKeyPair, block: Uint8Array): Uint8Array {
  const [prime1, prime2, public_] = [integerOf(p), integerOf(q), integerOf(exponent)];
  const value = integerOf(block);
  if (block.length !== modulus.length || value >= integerOf(modulus)) throw new RangeError('a block of the modulus');
  // By the Chinese remainder theorem: half the length twice is a quarter of the work.
  const [half1, half2] = [prime1, prime2].map((prime) => power(value % prime, inverse(public_, prime - 1n), prime)) as [
    bigint,
    bigint,
  ];
  const factor = mod((half1 - half2) * inverse(prime2, prime1), prime1);
  return bytesOfInteger(half2 + factor * prime2, modulus.length);
}

/** Both top bits set, so that the product of two has twice the bits; and prime to the exponent below it. */
function makePrime(random: RandomBytes, bits: number, exponent: RsaExponent): bigint {
  const { checkPrimeSync } = process.getBuiltinModule('node:crypto');
  for (;;) {
    const start = BigInt.asUintN(bits, integerOf(random(Math.ceil(bits / 8)))) | (3n << BigInt(bits - 2)) | 1n;
    const sieve = sieved(start);
    for (let at = 0; at < WINDOW; at++) {
      if (sieve[at] !== 0) continue;
      const candidate = start + 2n * BigInt(at);
      if (candidate >> BigInt(bits) !== 0n) break;
      if (candidate % BigInt(exponent) !== 1n && checkPrimeSync(candidate, { checks: ROUNDS })) return candidate;
    }
  }
}

/** Marks the odd numbers from `start` on that a small prime divides. */
function sieved(start: bigint): Uint8Array {
  const marks = new Uint8Array(WINDOW);
  for (const prime of SMALL_PRIMES) {
    const rest = Number(start % BigInt(prime));
    // The first `at` with start + 2·at ≡ 0: half of −rest, made even first.
    const behind = (prime - rest) % prime;
    for (let at = behind % 2 === 0 ? behind / 2 : (behind + prime) / 2; at < WINDOW; at += prime) marks[at] = 1;
  }
  return marks;
}

function primesBelow(limit: number): readonly number[] {
  const primes: number[] = [];
  for (let number = 3; number < limit; number += 2) {
    if (primes.every((prime) => number % prime !== 0)) primes.push(number);
  }
  return primes;
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

/** Euclid's extended algorithm; the two are prime to each other. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b, x, y] = [modulus, mod(value, modulus), 0n, 1n];
  while (b !== 0n) {
    const quotient = a / b;
    [a, b] = [b, a - quotient * b];
    [x, y] = [y, x - quotient * y];
  }
  return mod(x, modulus);
}

const mod = (value: bigint, modulus: bigint) => ((value % modulus) + modulus) % modulus;

function integerOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`);
}

function bytesOfInteger(value: bigint, length = 0): Uint8Array {
  const digits = value.toString(16);
  return fromHex(digits.padStart(Math.max(2 * length, digits.length + (digits.length % 2)), '0'));
}
