import { fromHex } from '../../apdu/bytes.ts';
import { diversify } from '../crypto/diversify.ts';
import type { CardImage } from './image.ts';

/**
 * The key a card gets: the national master through province, city and card (social-security-card.md 6.3).
 * @param city six digits, as in the first three bytes of the 卡识别码
 * @param atr the answer to reset, hex; its last eight bytes are the card's factor
 */
export function cardKey(algorithm: CardImage['algorithm'], master: Uint8Array, city: string, atr: string): Uint8Array {
  const cipher = algorithm === '3DES' ? '3DES' : 'SM4';
  const ascii = new TextEncoder();
  const province = diversify(cipher, master, ascii.encode(`${city.slice(0, 2)}0000sh`));
  return diversify(cipher, diversify(cipher, province, ascii.encode(`${city}sx`)), fromHex(atr.slice(-16)));
}
