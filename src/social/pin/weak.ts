/** Which rule calls a PIN easily guessed (counter-services.md 5). */
export type WeakRule =
  | 'same-digits'
  | 'sequence'
  | 'repeated-half'
  | 'birthday'
  | 'identity-number'
  | 'phone'
  | 'card-number';

/** What somebody who found the card could know of its holder. What is not known is not checked. */
export interface HolderFacts {
  /** `YYYYMMDD`. */
  readonly birthDate?: string;
  readonly identityNumber?: string;
  /** Card and bank numbers. */
  readonly cardNumbers?: readonly string[];
  readonly phones?: readonly string[];
}

/**
 * The first rule that a PIN breaks: all digits the same, up or down by one, two equal halves, the birthday, a part of
 * the identity number (X read as 0 or 1), of a phone, of a card number.
 * @param digits ASCII digits
 * @example weakRule(digitsOf('123123'), {}) // 'repeated-half'
 */
export function weakRule(digits: Uint8Array, facts: HolderFacts): WeakRule | undefined {
  if (digits.every((digit) => digit === digits[0])) return 'same-digits';
  if (isSequence(digits, 1) || isSequence(digits, -1)) return 'sequence';
  if (hasEqualHalves(digits)) return 'repeated-half';
  const { birthDate, identityNumber, cardNumbers = [], phones = [] } = facts;
  if (birthDate !== undefined && birthdays(birthDate).some((day) => isPartOf(digits, day))) return 'birthday';
  if (identityNumber !== undefined && readings(identityNumber).some((text) => isPartOf(digits, text))) {
    return 'identity-number';
  }
  if (phones.some((phone) => isPartOf(digits, onlyDigits(phone)))) return 'phone';
  if (cardNumbers.some((number) => isPartOf(digits, onlyDigits(number)))) return 'card-number';
  return undefined;
}

function isSequence(digits: Uint8Array, step: number): boolean {
  return digits.every((digit, at) => at === 0 || digit === (digits[at - 1] as number) + step);
}

function hasEqualHalves(digits: Uint8Array): boolean {
  const half = digits.length / 2;
  return Number.isInteger(half) && digits.every((digit, at) => at < half || digit === digits[at - half]);
}

/** MMDDYY, DDMMYY, and all eight digits, which hold YYMMDD and YYYYMM. */
function birthdays(date: string): string[] {
  const [year, month, day] = [date.slice(2, 4), date.slice(4, 6), date.slice(6)];
  return [date, `${month}${day}${year}`, `${day}${month}${year}`];
}

function readings(number: string): string[] {
  const upper = number.toUpperCase();
  return ['0', '1'].map((digit) => onlyDigits(upper.replaceAll('X', digit)));
}

function onlyDigits(text: string): string {
  return text.replaceAll(/\D/g, '');
}

/** Compared byte by byte: the PIN never becomes a text. */
function isPartOf(digits: Uint8Array, text: string): boolean {
  for (let start = 0; start + digits.length <= text.length; start++) {
    if (digits.every((digit, at) => digit === text.charCodeAt(start + at))) return true;
  }
  return false;
}
