import { toHex } from '../../apdu/bytes.ts';
import type { CardData } from './card-data.ts';

const NUMBER = /^(\d{8,19})F*$/;
/** Track 2 as the chip has it: number, D, and what is the issuer's. */
const TRACK_2 = /^(\d{8,19})D/;

/**
 * Account number of the card: tag 5A without its filling; where that is missing, the digits before D in tag 57, as some
 * cards have it (emv-pboc.md 8.2).
 * @returns 8 to 19 digits, in full; `undefined`: the card gives none
 */
export function panOf(card: Pick<CardData, 'get'>): string | undefined {
  const number = card.get(0x5a);
  if (number !== undefined) return NUMBER.exec(toHex(number))?.[1];
  const track = card.get(0x57);
  return track && TRACK_2.exec(toHex(track))?.[1];
}
