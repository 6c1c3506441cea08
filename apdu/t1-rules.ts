import type { T1Block } from './t1-block.ts';

/** Longest information field there is; FF is reserved (iso7816.md 5). */
export const LONGEST_INF = 254;

/** What IFSC and IFSD may be. */
export function isInfSize(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= LONGEST_INF;
}

/**
 * A block that the card may send on its own account: the number that is expected, no longer than was allowed, and of the requests those
 * that a card may make. Its answers are looked for where they were asked for; only the terminal resynchronises.
 */
export function mayCome(block: T1Block, nr: 0 | 1, ifsd: number): boolean {
  if (block.kind === 'R') return true;
  if (block.kind === 'I') return block.ns === nr && block.inf.length <= ifsd;
  const { type, value, response } = block;
  if (response || type === 'RESYNCH') return false;
  return type === 'ABORT' || (type === 'WTX' ? value !== 0 : isInfSize(value as number));
}

/** The card says yes to a request of the terminal: with the same value (iso7816.md 5, rules 6 and 7). */
export function isAnswer(block: T1Block, { type, value }: Extract<T1Block, { kind: 'S' }>): boolean {
  return block.kind === 'S' && block.response && block.type === type && block.value === value;
}
