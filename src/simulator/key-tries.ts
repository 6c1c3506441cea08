import { equalInConstantTime } from '../crypto/compare.ts';
import type { Key } from './contents.ts';
import type { CardMemory } from './memory.ts';

/** No more tries: the key answers 6983 (5.3). */
export function isLocked(key: Key): boolean {
  return triesLeft(key) === 0;
}

export function triesLeft({ counter }: Key): number {
  return counter[0] ?? 0;
}

/**
 * Compares what was made with a key. The try is spent before the comparison, so that a power cut in between gains
 * nothing; a right one restores the tries (2.5, 6.4).
 */
export function compare(memory: CardMemory, key: Key, expected: Uint8Array, given: Uint8Array): boolean {
  memory.store(key.counter, Uint8Array.of(triesLeft(key) - 1));
  if (!equalInConstantTime(expected, given)) return false;
  memory.store(key.counter, Uint8Array.of(key.image.tries));
  return true;
}
