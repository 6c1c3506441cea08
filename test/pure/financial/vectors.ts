import { readFileSync } from 'node:fs';

/** One command and its answer with the status word, in hex. */
export interface Exchange {
  readonly c: string;
  readonly r: string;
}

/** A file of fixtures/vectors/emv with one exchange of commands. */
export interface ExchangeVector {
  readonly exchanges: readonly Exchange[];
  readonly expected: Readonly<Record<string, unknown>>;
}

/** A file of fixtures/vectors/emv, as it is. */
export function readVector<T = ExchangeVector>(name: string): T {
  const file = new URL(`../../../fixtures/vectors/emv/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}
