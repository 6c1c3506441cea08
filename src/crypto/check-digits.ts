/** Check characters of numbers (crypto.md 12). */

const CITIZEN_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/**
 * Check character of a citizen number, GB 11643 (ISO 7064, MOD 11-2).
 * @param body 17 digits.
 * @throws RangeError when it is anything else.
 * @example citizenCheckCharacter('11010519491231002') // 'X'
 */
export function citizenCheckCharacter(body: string): string {
  if (!/^\d{17}$/.test(body)) throw new RangeError('a citizen number has 17 digits before its check character');
  const sum = CITIZEN_WEIGHTS.reduce((total, weight, at) => total + weight * Number(body[at]), 0);
  return '10X98765432'.charAt(sum % 11);
}

/**
 * A citizen number as registers write it, with a capital X. The date in it is not judged.
 * @returns `undefined` when it has not that form, or another check character.
 */
export function normalCitizenNumber(text: string): string | undefined {
  const normal = text.toUpperCase();
  return /^\d{17}[\dX]$/.test(normal) && citizenCheckCharacter(normal.slice(0, 17)) === normal[17] ? normal : undefined;
}

/**
 * Check digit of a bank card number (Luhn). Not for the number of a social security card.
 * @param body the digits before it.
 * @throws RangeError when it is no digits.
 * @example luhnCheckDigit('7992739871') // '3'
 */
export function luhnCheckDigit(body: string): string {
  if (!/^\d+$/.test(body)) throw new RangeError('a card number has digits');
  let sum = 0;
  [...body].reverse().forEach((digit, at) => {
    const value = Number(digit) * (at % 2 === 0 ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  });
  return String((10 - (sum % 10)) % 10);
}

/** Whether a bank card number ends in its check digit. */
export function isLuhnNumber(text: string): boolean {
  return /^\d{2,}$/.test(text) && luhnCheckDigit(text.slice(0, -1)) === text.at(-1);
}
