// apdu/errors.ts
/**
* The one error class of the toolkit. Outcomes a person can cause (wrong PIN, no such item) are return values;
* this is for what broke: malformed bytes, a card pulled, a reader gone.
*/
const brand = Symbol.for("sscard.SscardError");
/**
* Everything this package throws: a stable code for programs, details for the support desk.
* @example
* try { … } catch (error) {
*   if (error instanceof SscardError && error.code === 'card-removed') …
* }
*/
var SscardError = class extends Error {
	[brand] = true;
	/** Stable kebab-case code; its texts in zh and en are in `src/i18n/errors.ts`. */
	code;
	details;
	/** @param message for developers, in English; people see the catalogue's text for `code`. */
	constructor(code, message, details = {}, options) {
		super(message, options);
		this.name = "SscardError";
		this.code = code;
		this.details = details;
	}
	/** True for errors of another loaded copy of this package, too. */
	static [Symbol.hasInstance](value) {
		return typeof value === "object" && value !== null && brand in value;
	}
};
Array.from({ length: 256 }, (_, byte) => byte.toString(16).toUpperCase().padStart(2, "0"));
/**
* Hex text to bytes. Blanks between bytes are allowed.
* @throws SscardError `hex-malformed` with the offset of the first wrong character.
*/
function fromHex(text) {
	const bytes = new Uint8Array(text.length >> 1);
	let length = 0;
	for (let at = 0; at < text.length;) {
		if (text[at] === " " || text[at] === "	") {
			at++;
			continue;
		}
		const high = digit(text.charCodeAt(at));
		const low = digit(text.charCodeAt(at + 1));
		if (high < 0) throw new SscardError("hex-malformed", "not a hex digit", { offset: at });
		if (low < 0) throw new SscardError("hex-malformed", "half a byte", { offset: at + 1 });
		bytes[length++] = high * 16 + low;
		at += 2;
	}
	return bytes.slice(0, length);
}
function digit(code) {
	if (code >= 48 && code <= 57) return code - 48;
	const letter = code & -33;
	return letter >= 65 && letter <= 70 ? letter - 55 : -1;
}
// src/simulator/financial/rsa-keys.ts
/** Odd numbers looked at behind one random start; the next prime is nearer, but for one start in millions. */
const WINDOW = 8192;
/** Rounds of Miller and Rabin: enough for keys of a test, and an eighth of the platform's default. */
const ROUNDS = 8;
const SMALL_PRIMES = primesBelow(2e3);
/**
* A key from a source of random bytes: the same one for the same bytes, on every machine.
* @param bits a multiple of 8, 512 to 1984 (the longest whose certificates fit a record)
* @throws RangeError for another length
*/
function makeRsaKey(random, bits, exponent = 3) {
	if (bits % 8 !== 0 || bits < 512 || bits > 1984) throw new RangeError("a multiple of 8 from 512 to 1984 bits");
	const p = makePrime(random, bits / 2, exponent);
	let q = p;
	while (q === p) q = makePrime(random, bits / 2, exponent);
	return keyOf(bytesOfInteger(p), bytesOfInteger(q), bytesOfInteger(BigInt(exponent)));
}
/** The pair of two primes. */
function keyOf(p, q, exponent) {
	return {
		modulus: bytesOfInteger(integerOf(p) * integerOf(q)),
		exponent,
		p,
		q
	};
}
/**
* The private operation, without padding: what a card, an issuer or an authority does to a block.
* @param block as long as the modulus, and below it
* @returns as long as the modulus
* @throws RangeError for another block
*/
function privateOperation({ modulus, exponent, p, q }, block) {
	const [prime1, prime2, public_] = [
		integerOf(p),
		integerOf(q),
		integerOf(exponent)
	];
	const value = integerOf(block);
	if (block.length !== modulus.length || value >= integerOf(modulus)) throw new RangeError("a block of the modulus");
	const [half1, half2] = [prime1, prime2].map((prime) => power(value % prime, inverse(public_, prime - 1n), prime));
	return bytesOfInteger(half2 + mod((half1 - half2) * inverse(prime2, prime1), prime1) * prime2, modulus.length);
}
/** Both top bits set, so that the product of two has twice the bits; and prime to the exponent below it. */
function makePrime(random, bits, exponent) {
	const { checkPrimeSync } = process.getBuiltinModule("node:crypto");
	for (;;) {
		const start = BigInt.asUintN(bits, integerOf(random(Math.ceil(bits / 8)))) | 3n << BigInt(bits - 2) | 1n;
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
function sieved(start) {
	const marks = new Uint8Array(WINDOW);
	for (const prime of SMALL_PRIMES) {
		const behind = (prime - Number(start % BigInt(prime))) % prime;
		for (let at = behind % 2 === 0 ? behind / 2 : (behind + prime) / 2; at < WINDOW; at += prime) marks[at] = 1;
	}
	return marks;
}
function primesBelow(limit) {
	const primes = [];
	for (let number = 3; number < limit; number += 2) if (primes.every((prime) => number % prime !== 0)) primes.push(number);
	return primes;
}
function power(base, exponent, modulus) {
	let result = 1n;
	let square = base;
	for (let rest = exponent; rest > 0n; rest >>= 1n) {
		if (rest & 1n) result = result * square % modulus;
		square = square * square % modulus;
	}
	return result;
}
/** Euclid's extended algorithm; the two are prime to each other. */
function inverse(value, modulus) {
	let [a, b, x, y] = [
		modulus,
		mod(value, modulus),
		0n,
		1n
	];
	while (b !== 0n) {
		const quotient = a / b;
		[a, b] = [b, a - quotient * b];
		[x, y] = [y, x - quotient * y];
	}
	return mod(x, modulus);
}
const mod = (value, modulus) => (value % modulus + modulus) % modulus;
function integerOf(bytes) {
	return BigInt(`0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex")}`);
}
function bytesOfInteger(value, length = 0) {
	const digits = value.toString(16);
	return fromHex(digits.padStart(Math.max(2 * length, digits.length + digits.length % 2), "0"));
}
// src/simulator/random.ts
/** The same bytes for the same seed, on every machine: SHA-256 over seed and block number. Not for real keys. */
function seededRandom(seed) {
	const { createHash } = process.getBuiltinModule("node:crypto");
	let block = 0;
	let rest = [];
	return (length) => {
		while (rest.length < length) rest.push(...createHash("sha256").update(`sscard-sim:${seed}:${block++}`).digest());
		const bytes = Uint8Array.from(rest.slice(0, length));
		rest = rest.slice(length);
		return bytes;
	};
}
// ../../../tmp/b.ts
const r = seededRandom(1);
for (const b of [
	768,
	896,
	1024,
	1152,
	1408,
	1984
]) for (const e of [3, 65537]) {
	const t = performance.now();
	let n = 3;
	let k;
	for (let i = 0; i < n; i++) k = makeRsaKey(r, b, e);
	const t2 = performance.now();
	const blk = new Uint8Array(b / 8).fill(106);
	privateOperation(k, blk);
	const t3 = performance.now();
	console.log(b, e, (t2 - t) / n, t3 - t2, k.modulus.length);
}
export {};
