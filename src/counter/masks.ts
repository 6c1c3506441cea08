/**
 * Masks of personal data for what is shown or kept (counter-services.md 6; spec of the surface, section 3). Pure; null
 * stays null. A value too short to hide anything of is hidden whole.
 */

/** Shows the first and the last characters, `*` for the others. @example keep('8123', 1, 1) // '8**3' */
export function keep(text: string, first: number, last: number): string {
  const characters = [...text];
  if (characters.length <= first + last) return '*'.repeat(characters.length);
  return characters.map((c, at) => (at < first || at >= characters.length - last ? c : '*')).join('');
}

/** How one kind of reader sees each item. */
export interface MaskColumn {
  /** 公民身份号码, which is the social security number. */
  readonly identityNumber: (value: string) => string;
  readonly name: (value: string) => string;
  readonly cardNumber: (value: string) => string;
  /** 卡识别码, and the reset information. */
  readonly cardIdentification: (value: string) => string;
  /** `YYYY-MM-DD`. */
  readonly birthDate: (value: string) => string;
  /** 江苏省人员识别号. */
  readonly personNumber: (value: string) => string;
}

const common = {
  cardIdentification: (value: string) => keep(value, 6, 4),
  birthDate: (value: string) => `${value.slice(0, 4)}-**-**`,
  personNumber: (value: string) => keep(value, 0, 3),
};

/** Screen and JSON of a clerk. */
export const clerkMasks: MaskColumn = {
  ...common,
  identityNumber: (value) => keep(value, 6, 4),
  name: (value) => value,
  cardNumber: (value) => value,
};

/** Number of a bank account, wherever it is shown or kept: the first six digits and the last four (PCI DSS 3). */
export function maskAccountNumber(digits: string): string {
  return keep(digits, 6, 4);
}

/** Kiosk, waiting room, receipt, log. */
export const logMasks: MaskColumn = {
  ...common,
  identityNumber: (value) => keep(value, 4, 4),
  name: (value) => keep(value, 1, 0),
  cardNumber: (value) => keep(value, 0, 3),
};
