import { equalBytes, toHex } from '../../../apdu/bytes.ts';
import { SscardError } from '../../../apdu/errors.ts';
import { type Rng, random, report, seeds } from '../seeds.ts';

/**
 * Runs `check` on `total` inputs spread over the seeds, and prints the count with the slowest input. `check` throws, or
 * returns what is wrong; the input must be left as it was.
 */
export async function attack(
  target: string,
  total: number,
  make: (rng: Rng) => Uint8Array,
  check: (input: Uint8Array, rng: Rng) => string | undefined | Promise<string | undefined>,
): Promise<void> {
  // Half of the inputs end in an error, and its stack costs more than the parser; the input in the message is enough.
  Error.stackTraceLimit = 0;
  const used = seeds();
  const perSeed = Math.ceil(total / used.length);
  let slowest = 0;
  let longest = 0;
  for (const seed of used) {
    const rng = random(seed);
    for (let index = 0; index < perSeed; index++) {
      const input = make(rng);
      const before = input.slice();
      const start = performance.now();
      const answer = check(input, rng);
      const wrong = answer instanceof Promise ? await answer : answer;
      slowest = Math.max(slowest, performance.now() - start);
      longest = Math.max(longest, input.length);
      const place = `${target}, seed ${seed}, input ${index}: ${toHex(before.subarray(0, 512))}`;
      if (wrong !== undefined) throw new Error(`${wrong}; ${place}`);
      if (!equalBytes(input, before)) throw new Error(`the input was changed; ${place}`);
    }
  }
  const note = `longest ${longest} bytes, slowest ${slowest.toFixed(1)} ms with its checks`;
  report(target, perSeed * used.length, used, note);
}

/** What `act` gives, or its typed error. Anything else that is thrown is a finding and goes on up. */
export function outcome<T>(act: () => T, code: string, length: number): T | SscardError {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof SscardError) || error.code !== code) throw error;
    const { offset } = error.details;
    if (offset === undefined || offset < 0 || offset > length) throw new Error(`offset ${offset} of ${length} bytes`);
    return error;
  }
}
