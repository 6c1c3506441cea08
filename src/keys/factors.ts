import { concat } from '../../apdu/bytes.ts';
import type { CardIdentity } from './provider.ts';

/** Levels of diversification, the high three bits of the usage byte (social-security-card.md 6.2). */
export function levelsOf(usage: number): number {
  return usage >> 5;
}

/**
 * Factors of a key in the order in which a PSAM takes them: card, then city, then province (6.3, 7.2).
 * @param levels 1: the PSAM has the master of the city; 2: of the province; 3: of the nation
 * @returns eight bytes a level; `undefined`: there is no such number of levels
 * @example factorsOf(card, 2) // card ‖ 320400sx
 */
export function factorsOf({ city, factor }: CardIdentity, levels: number): Uint8Array | undefined {
  if (levels < 1 || levels > 3) return undefined;
  const ascii = new TextEncoder();
  const regional = [ascii.encode(`${city}sx`), ascii.encode(`${city.slice(0, 2)}0000sh`)];
  return concat([factor, ...regional.slice(0, levels - 1)]);
}
