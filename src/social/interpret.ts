import { concat, fromHex, toHex } from '../../apdu/bytes.ts';
import type { BasicField, BasicInformation, Coded, Oddity, OddityKind, Withheld } from './basic-information.ts';
import type { Decoded } from './codecs/decoded.ts';
import { isEmpty } from './codecs/decoded.ts';
import { decodeDigits, formatDate } from './codecs/digits.ts';
import { decodeText } from './codecs/text.ts';
import type { DetectedGeneration } from './generation.ts';
import { isPersonNumber, parseCardIdentification, parseCardNumber, parseCitizenNumber } from './identifiers.ts';
import type { CodingRules } from './profile/profile.ts';
import { resetInformation } from './reset-information.ts';
import { divisionIsCovered, divisionOf, ethnicGroupOf, sexOf } from './tables/lookup.ts';

/** What came of asking for one record. `absent`: its whole file is not there. */
export type Reading =
  | { readonly kind: 'value'; readonly value: Uint8Array; readonly described: number }
  | { readonly kind: 'missing' }
  | { readonly kind: 'withheld' }
  | { readonly kind: 'absent' };

/** The records of a basic reading, by the profile's item names. */
export interface BasicRecords extends DetectedGeneration {
  readonly coding: CodingRules;
  readonly records: ReadonlyMap<string, Reading>;
}

/**
 * Turns records into fields. Total: odd content never throws, it is reported (`Oddity`).
 * @param atr answer to reset of the same insertion
 */
export async function interpretBasic(basic: BasicRecords, atr: Uint8Array): Promise<BasicInformation> {
  const reader = new FieldReader(basic);
  const cardIdentification = reader.bytes('cardIdentification', 'cardIdentificationCode');
  const division = await readDivision(reader, cardIdentification);
  const socialSecurityNumber = reader.text('socialSecurityNumber', ['socialSecurityNumber']);
  const cardNumber = reader.text('cardNumber', ['cardNumber']);
  const name = reader.text('name', ['name', 'nameExtension']);
  const issueDate = reader.date('issueDate', 'issueDate');
  const validUntil = reader.date('validUntil', 'expiryDate');
  const sexCode = reader.text('sex', ['sex']);
  const ethnicityCode = reader.digits('ethnicity', 'ethnicity');
  const birthDate = reader.date('birthDate', 'birthDate');
  const personNumber = reader.text('personNumber', ['jiangsuPersonNumber']);
  const reset = resetInformation(atr);
  if (reset.odd !== undefined) reader.odd('resetInformation', reset.odd);
  if (!basic.described) reader.odd('specificationVersion', 'version-unknown');
  checkNumbers(reader, { socialSecurityNumber, cardNumber, personNumber });
  checkAgainstCitizenNumber(reader, socialSecurityNumber, birthDate, sexCode);
  if (issueDate !== null && validUntil !== null && validUntil < issueDate) reader.odd('validUntil', 'disagrees');
  return {
    generation: basic.generation,
    division,
    socialSecurityNumber,
    cardNumber,
    cardIdentification,
    name,
    resetInformation: reset.value,
    specificationVersion: basic.version,
    issueDate,
    validUntil,
    terminalNumber: null,
    terminalDeviceNumber: null,
    sex: await coded(reader, 'sex', sexCode, sexOf),
    ethnicity: await coded(reader, 'ethnicity', ethnicityCode, ethnicGroupOf),
    birthDate,
    personNumber,
    withheld: reader.withheld,
    oddities: reader.oddities,
  };
}

async function readDivision(reader: FieldReader, cardIdentification: string | null): Promise<Coded | null> {
  if (cardIdentification === null) return null;
  const parsed = parseCardIdentification(cardIdentification);
  if (parsed === undefined) {
    reader.odd('cardIdentification', 'form');
    return null;
  }
  const division = await divisionOf(parsed.division);
  if (division.nameZh === undefined && divisionIsCovered(division.code)) reader.odd('division', 'code-unknown');
  return division;
}

async function coded(
  reader: FieldReader,
  field: BasicField,
  code: string | null,
  lookup: (code: string) => Promise<Coded>,
): Promise<Coded | null> {
  if (code === null) return null;
  const found = await lookup(code);
  if (found.nameZh === undefined) reader.odd(field, 'code-unknown');
  return found;
}

type Numbers = Pick<BasicInformation, 'socialSecurityNumber' | 'cardNumber' | 'personNumber'>;

function checkNumbers(reader: FieldReader, numbers: Numbers): void {
  const { socialSecurityNumber, cardNumber, personNumber } = numbers;
  if (socialSecurityNumber !== null) reader.check('socialSecurityNumber', parseCitizenNumber(socialSecurityNumber));
  if (cardNumber !== null) reader.check('cardNumber', parseCardNumber(cardNumber));
  if (personNumber !== null && !isPersonNumber(personNumber)) reader.odd('personNumber', 'form');
}

function checkAgainstCitizenNumber(
  reader: FieldReader,
  text: string | null,
  birthDate: string | null,
  sexCode: string | null,
): void {
  const citizen = parseCitizenNumber(text ?? '');
  if (citizen === undefined) return;
  if (birthDate !== null && formatDate(citizen.birthDate) !== birthDate) reader.odd('birthDate', 'disagrees');
  const other = citizen.sex === 'male' ? '2' : '1';
  if (sexCode === other) reader.odd('sex', 'disagrees');
}

/** Reads fields out of the records, and keeps what is to be said about them. */
class FieldReader {
  readonly withheld: Withheld[] = [];
  readonly oddities: Oddity[] = [];
  readonly #records: ReadonlyMap<string, Reading>;
  readonly #padding: Uint8Array;
  readonly #empty: Uint8Array;

  constructor({ records, coding }: BasicRecords) {
    this.#records = records;
    this.#padding = fromHex(coding.textPadding);
    this.#empty = fromHex(coding.empty);
  }

  odd(field: BasicField, kind: OddityKind, raw?: Uint8Array): void {
    this.oddities.push({ field, kind, ...(raw === undefined ? {} : { raw: toHex(raw) }) });
  }

  check(field: BasicField, parsed: { readonly checkRight: boolean } | undefined): void {
    if (parsed === undefined) this.odd(field, 'form');
    else if (!parsed.checkRight) this.odd(field, 'check-digit');
  }

  /** A text may go on in further items: their bytes belong together, as a character may be cut between them. */
  text(field: BasicField, items: readonly string[]): string | null {
    const parts = items.flatMap((item) => this.#value(field, item) ?? []);
    if (parts.length === 0) return null;
    const value = concat(parts.map((part) => part.subarray(0, this.#used(part))));
    return this.#decoded(field, decodeText(value, this.#padding), value);
  }

  digits(field: BasicField, item: string): string | null {
    const value = this.#value(field, item);
    return value === undefined ? null : this.#decoded(field, decodeDigits(value, this.#empty), value);
  }

  date(field: BasicField, item: string): string | null {
    const value = this.#value(field, item);
    const digits = value && this.#decoded(field, decodeDigits(value, this.#empty), value);
    if (value === undefined || digits == null) return null;
    const date = formatDate(digits);
    if (date === undefined) this.odd(field, 'date-impossible', value);
    return date ?? null;
  }

  bytes(field: BasicField, item: string): string | null {
    const value = this.#value(field, item);
    if (value === undefined) return null;
    if (!isEmpty(value, this.#empty)) return toHex(value);
    this.odd(field, 'empty');
    return null;
  }

  #value(field: BasicField, item: string): Uint8Array | undefined {
    const reading = this.#records.get(item);
    if (reading?.kind === 'withheld' && !this.withheld.some((one) => one.field === field))
      this.withheld.push({ field, reason: 'no-key' });
    if (reading?.kind === 'missing') this.odd(field, 'missing');
    if (reading?.kind !== 'value') return undefined;
    if (reading.value.length !== reading.described) this.odd(field, 'length');
    return reading.value;
  }

  #used(part: Uint8Array): number {
    return part.findLastIndex((byte) => !this.#padding.includes(byte)) + 1;
  }

  #decoded(field: BasicField, decoded: Decoded<string, OddityKind>, raw: Uint8Array): string | null {
    if (decoded.kind === 'value') {
      if (decoded.odd !== undefined) this.odd(field, decoded.odd);
      return decoded.value;
    }
    if (decoded.kind === 'empty') this.odd(field, 'empty');
    else this.odd(field, 'undecodable', raw);
    return null;
  }
}
