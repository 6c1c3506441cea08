import { citizenCheckCharacter } from '../crypto/check-digits.ts';

/** Numbers on the card and their check characters (social-security-card.md 8). */

const CARD_WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2];
const RID = 'D156000005';

/** What a citizen number says. */
export interface CitizenNumber {
  /** `YYYYMMDD`, as written: it may be no day of the calendar. */
  readonly birthDate: string;
  readonly sex: 'male' | 'female';
  readonly checkRight: boolean;
}

/**
 * Reads an 18-character number of GB 11643 (ISO 7064, MOD 11-2). A small x is taken for X, as registers write both.
 * @returns `undefined` when it is not of that form
 * @example parseCitizenNumber('110105194912310021') // { birthDate: '19491231', sex: 'female', checkRight: false }
 */
export function parseCitizenNumber(text: string): CitizenNumber | undefined {
  if (!/^\d{17}[\dXx]$/.test(text)) return undefined;
  return {
    birthDate: text.slice(6, 14),
    sex: Number(text[16]) % 2 === 1 ? 'male' : 'female',
    checkRight: text[17]?.toUpperCase() === citizenCheckCharacter(text.slice(0, 17)),
  };
}

/**
 * Reads a 卡号: eight characters 0-9 A-Z and the check character of GB 11714, 11 − (sum mod 11), 10 as X, 11 as 0.
 * @returns `undefined` when it is not of that form
 */
export function parseCardNumber(text: string): { readonly checkRight: boolean } | undefined {
  if (!/^[0-9A-Z]{8}[\dX]$/.test(text)) return undefined;
  const sum = CARD_WEIGHTS.reduce((total, weight, at) => total + weight * Number.parseInt(text.charAt(at), 36), 0);
  const check = 11 - (sum % 11);
  return { checkRight: text[8] === (check === 10 ? 'X' : String(check % 11)) };
}

/**
 * Reads a 卡识别码. Its form is 16 bytes with the RID at byte 3; the bytes taken from the answer to reset differ on real
 * cards, and the check bytes are made with a key that is not public, so neither is judged.
 * @param hex 32 hex digits, upper case
 * @returns `undefined` when it is not of that form; `division` are six digits of GB/T 2260
 */
export function parseCardIdentification(hex: string): { readonly division: string } | undefined {
  if (hex.length !== 32 || hex.slice(6, 16) !== RID) return undefined;
  const division = hex.slice(0, 6);
  return /^\d{6}$/.test(division) ? { division } : undefined;
}

/** 江苏 人员识别号: `JS`, the letter of the city's car plates, nine characters (9). */
export function isPersonNumber(text: string): boolean {
  return /^JS[A-Z][0-9A-Z]{9}$/.test(text);
}
