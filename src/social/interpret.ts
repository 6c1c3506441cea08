import { concat, fromHex, toHex } from '../../apdu/bytes.ts';
import type { TerminalNumbers } from '../keys/provider.ts';
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

/** GB/T 2261.1. */
const MALE = '1';
const FEMALE = '2';

/** What came of asking for one record. `absent`: its whole file is not there. */
export type Reading =
  | { readonly kind: 'value'; readonly value: Uint8Array; readonly described: number }
  | { readonly kind: 'missing' }
  | { readonly kind: 'withheld'; readonly reason: Withheld['reason'] }
  | { readonly kind: 'absent' };

/** The records of a basic reading, by the profile's item names. */
export interface BasicRecords extends DetectedGeneration {
  readonly coding: CodingRules;
  readonly records: ReadonlyMap<string, Reading>;
}

/**
 * Turns records into fields. Total: odd content never throws, it is reported (`Oddity`).
 * @param atr answer to reset of the same insertion
 * @param terminal what the PSAM says the terminal is called
 */
export async function interpretBasic(
  basic: BasicRecords,
  atr: Uint8Array,
  terminal?: TerminalNumbers | 'unavailable',
): Promise<BasicInformation> {
  const reader = new FieldReader(basic);
  const { sex, ethnicity, ...members } = readMembers(reader);
  const division = readDivision(reader, members.cardIdentification);
  const reset = resetInformation(atr);
  if (reset.odd !== undefined) reader.odd('resetInformation', reset.odd);
  if (!basic.described) reader.odd('specificationVersion', 'version-unknown');
  checkMembers(reader, members, sex);
  return {
    generation: basic.generation,
    specificationVersion: basic.version,
    ...members,
    ...(await lookUp(reader, { division, sex, ethnicity })),
    resetInformation: reset.value,
    ...terminalMembers(reader, terminal),
    withheld: reader.withheld,
    oddities: reader.oddities,
  };
}

function terminalMembers(reader: FieldReader, terminal: TerminalNumbers | 'unavailable' | undefined): TerminalNumbers {
  if (terminal === 'unavailable') reader.odd('terminalNumber', 'unavailable');
  else if (terminal !== undefined) return terminal;
  return { terminalNumber: null, terminalDeviceNumber: null };
}

type Members = ReturnType<typeof readMembers>;

/** In the order in which they are asked for, and listed when they are withheld. `sex` and `ethnicity` are codes. */
function readMembers(reader: FieldReader) {
  return {
    socialSecurityNumber: reader.text('socialSecurityNumber', ['socialSecurityNumber']),
    cardNumber: reader.text('cardNumber', ['cardNumber']),
    cardIdentification: reader.bytes('cardIdentification', 'cardIdentificationCode'),
    name: reader.text('name', ['name', 'nameExtension']),
    issueDate: reader.date('issueDate', 'issueDate'),
    validUntil: reader.date('validUntil', 'expiryDate'),
    sex: reader.text('sex', ['sex']),
    ethnicity: reader.digits('ethnicity', 'ethnicity'),
    birthDate: reader.date('birthDate', 'birthDate'),
    personNumber: reader.text('personNumber', ['jiangsuPersonNumber']),
  };
}

function readDivision(reader: FieldReader, cardIdentification: string | null): string | null {
  if (cardIdentification === null) return null;
  const parsed = parseCardIdentification(cardIdentification);
  if (parsed === undefined) reader.odd('cardIdentification', 'form');
  return parsed?.division ?? null;
}

/** Texts of the codes; the tables load side by side. */
async function lookUp(reader: FieldReader, codes: Readonly<Record<'division' | 'sex' | 'ethnicity', string | null>>) {
  const [division, sex, ethnicity] = await Promise.all([
    codes.division === null ? null : divisionOf(codes.division),
    codes.sex === null ? null : sexOf(codes.sex),
    codes.ethnicity === null ? null : ethnicGroupOf(codes.ethnicity),
  ]);
  if (isUnknown(division) && divisionIsCovered(division.code)) reader.odd('division', 'code-unknown');
  if (isUnknown(sex)) reader.odd('sex', 'code-unknown');
  if (isUnknown(ethnicity)) reader.odd('ethnicity', 'code-unknown');
  return { division, sex, ethnicity };
}

function isUnknown(coded: Coded | null): coded is Coded {
  return coded !== null && coded.nameZh === undefined;
}

function checkMembers(reader: FieldReader, members: Omit<Members, 'sex' | 'ethnicity'>, sexCode: string | null): void {
  const { socialSecurityNumber, cardNumber, personNumber, issueDate, validUntil, birthDate } = members;
  const citizen = parseCitizenNumber(socialSecurityNumber ?? '');
  if (socialSecurityNumber !== null) reader.check('socialSecurityNumber', citizen);
  if (cardNumber !== null) reader.check('cardNumber', parseCardNumber(cardNumber));
  if (personNumber !== null && !isPersonNumber(personNumber)) reader.odd('personNumber', 'form');
  if (issueDate !== null && validUntil !== null && validUntil < issueDate) reader.odd('validUntil', 'disagrees');
  if (citizen === undefined) return;
  if (birthDate !== null && formatDate(citizen.birthDate) !== birthDate) reader.odd('birthDate', 'disagrees');
  if (sexCode === (citizen.sex === 'male' ? FEMALE : MALE)) reader.odd('sex', 'disagrees');
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
      this.withheld.push({ field, reason: reading.reason });
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
