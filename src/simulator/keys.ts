import { fromHex } from '../../apdu/bytes.ts';
import { diversify } from '../crypto/diversify.ts';
import type { CardImage } from './image.ts';

const ascii = new TextEncoder();

/** `320000sh` for the city 320400 (6.3). */
export function provinceFactor(city: string): Uint8Array {
  return ascii.encode(`${city.slice(0, 2)}0000sh`);
}

/** `320400sx` (6.3). */
export function cityFactor(city: string): Uint8Array {
  return ascii.encode(`${city}sx`);
}

/**
 * The key a card gets: the national master through province, city and card (social-security-card.md 6.3).
 * @param city six digits, as in the first three bytes of the 卡识别码
 * @param atr the answer to reset, hex; its last eight bytes are the card's factor
 */
export function cardKey(algorithm: CardImage['algorithm'], master: Uint8Array, city: string, atr: string): Uint8Array {
  const cipher = algorithm === '3DES' ? '3DES' : 'SM4';
  const factors = [provinceFactor(city), cityFactor(city), fromHex(atr.slice(-16))];
  return factors.reduce((parent, factor) => diversify(cipher, parent, factor), master);
}
