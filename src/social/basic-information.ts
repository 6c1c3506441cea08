import type { Generation } from './profile/profile.ts';

/** A code of a national table, with its texts where the table has them: an unknown code has none. */
export interface Coded {
  readonly code: string;
  readonly nameZh?: string;
  readonly nameEn?: string;
}

/**
 * What a card says about itself and its holder, in full: masking belongs to what is shown or kept. A member is null
 * when the card does not have it, has it empty, or has something that is not of its form; `withheld` and `oddities` say which.
 * Dates are `YYYY-MM-DD`.
 */
export interface BasicInformation {
  readonly generation: Generation;
  /** Issuing city: the first three bytes of `cardIdentification` (GB/T 2260). */
  readonly division: Coded | null;
  readonly socialSecurityNumber: string | null;
  readonly cardNumber: string | null;
  /** 卡识别码, 32 hex digits. */
  readonly cardIdentification: string | null;
  readonly name: string | null;
  /** 卡复位信息: the historical bytes of the answer to reset, 26 hex digits. */
  readonly resetInformation: string | null;
  readonly specificationVersion: string;
  readonly issueDate: string | null;
  readonly validUntil: string | null;
  /** The terminal's own numbers come from its PSAM: null without one. */
  readonly terminalNumber: string | null;
  readonly terminalDeviceNumber: string | null;
  readonly sex: Coded | null;
  readonly ethnicity: Coded | null;
  readonly birthDate: string | null;
  /** 江苏省人员识别号; null on cards without EF0D. */
  readonly personNumber: string | null;
  readonly withheld: readonly Withheld[];
  readonly oddities: readonly Oddity[];
}

/** A member that is read from the card's files, or the PSAM's. */
export type BasicField =
  | 'division'
  | 'socialSecurityNumber'
  | 'cardNumber'
  | 'cardIdentification'
  | 'name'
  | 'resetInformation'
  | 'specificationVersion'
  | 'issueDate'
  | 'validUntil'
  | 'sex'
  | 'ethnicity'
  | 'birthDate'
  | 'personNumber'
  /** Of the PSAM. */
  | 'terminalNumber';

/**
 * A member the card keeps to itself: its file is read under a key. `no-key`: nobody here has it. `key-refused`: the
 * card says it is another key. `key-locked`: too many wrong ones were tried before.
 */
export interface Withheld {
  readonly field: BasicField;
  readonly reason: 'no-key' | 'key-refused' | 'key-locked';
}

/** Something that is not as it should be. It is reported, never mended and never guessed at. */
export interface Oddity {
  readonly field: BasicField;
  readonly kind: OddityKind;
  /** The bytes that could not be read, hex. Personal data: mask it wherever the field is masked. */
  readonly raw?: string;
}

/**
 * - `empty`: filled with padding only.
 * - `missing`: the card has the file, and not the record.
 * - `length`: the value is longer or shorter than described.
 * - `undecodable`: bytes that are no GB18030 text, control characters, or no digits; the member is null, `raw` has the bytes.
 * - `private-use`: a character of a user-defined area, kept as it is: what it means depends on the issuer's font.
 * - `form`: readable, but not of the form its number has; kept as it is.
 * - `check-digit`: the check character is wrong; kept as it is.
 * - `date-impossible`: not a day of the calendar; the member is null, `raw` has the digits.
 * - `code-unknown`: not in the national table; the code is kept without a text.
 * - `disagrees`: contradicts the citizen number (birth date, sex) or the issue date (valid until).
 * - `version-unknown`: a version nobody described, of a known generation.
 * - `unavailable`: a key provider is there, and did not say it.
 */
export type OddityKind =
  | 'empty'
  | 'missing'
  | 'length'
  | 'undecodable'
  | 'private-use'
  | 'form'
  | 'check-digit'
  | 'date-impossible'
  | 'code-unknown'
  | 'disagrees'
  | 'version-unknown'
  | 'unavailable';
