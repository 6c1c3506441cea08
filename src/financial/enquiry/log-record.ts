import { readDate, readTime } from '../dates.ts';
import { type DolEntry, dolLength } from '../dol.ts';
import { packedDigits, readAmount, readCode, readCounter } from '../numbers.ts';
import { readText } from '../text.ts';

/** A part of a log record, cut out by the format of the log. */
export interface LogField {
  readonly tag: number;
  readonly value: Uint8Array;
}

/** What a log says of one transaction. Null: not in the format of this log, or no value of its kind. */
export interface LoggedFacts {
  /** `YYYY-MM-DD` */
  readonly date: string | null;
  /** `HH:MM:SS` */
  readonly time: string | null;
  /** Of the terminal, ISO 3166 numeric: `156`. */
  readonly country: string | null;
  readonly merchant: string | null;
  /** Transaction counter. */
  readonly atc: number | null;
  /** Everything the format cuts out, also tags that nobody knows. */
  readonly fields: readonly LogField[];
}

/** A transaction in the card's log. Amounts in the currency's smallest unit. */
export interface LoggedTransaction extends LoggedFacts {
  readonly kind: 'transaction';
  /** Record on the card: 1 is the newest. */
  readonly number: number;
  readonly amount: number | null;
  readonly otherAmount: number | null;
  /** ISO 4217 numeric: `156`. */
  readonly currency: string | null;
  /** Two digits, tag 9C: `00` goods and services, `01` cash. */
  readonly type: string | null;
}

/** A record that is not as the log's format says. Full bytes: what stands in them is unknown. */
export interface RawRecord {
  readonly kind: 'raw';
  readonly number: number;
  readonly bytes: Uint8Array;
}

/**
 * Cuts bytes by the lengths of a log format: a log record has no template (P5 18).
 * @param bytes as long as the format says
 */
export function cutByFormat(format: readonly DolEntry[], bytes: Uint8Array): readonly LogField[] {
  let at = 0;
  return format.map(({ tag, length }) => {
    at += length;
    return { tag, value: bytes.subarray(at - length, at) };
  });
}

/** A log has room for records that were never written. */
export function isEmptyRecord(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0x00) || bytes.every((byte) => byte === 0xff);
}

/**
 * Reads one record of the transaction log.
 * @param format 9F4F; `undefined`: the card gave none
 */
export function readTransaction(
  format: readonly DolEntry[] | undefined,
  number: number,
  bytes: Uint8Array,
): LoggedTransaction | RawRecord {
  if (format === undefined || dolLength(format) !== bytes.length) return { kind: 'raw', number, bytes };
  const fields = cutByFormat(format, bytes);
  return {
    kind: 'transaction',
    number,
    ...factsOf(fields),
    amount: readAmount(fieldValue(fields, 0x9f02)) ?? null,
    otherAmount: readAmount(fieldValue(fields, 0x9f03)) ?? null,
    currency: readCode(fieldValue(fields, 0x5f2a)) ?? null,
    type: packedDigits(fieldValue(fields, 0x9c)) ?? null,
  };
}

/** What transaction log and load log have in common. */
export function factsOf(fields: readonly LogField[]): LoggedFacts {
  const date = fieldValue(fields, 0x9a);
  const merchant = fieldValue(fields, 0x9f4e);
  return {
    date: (date && readDate(date)) ?? null,
    time: readTime(fieldValue(fields, 0x9f21)) ?? null,
    country: readCode(fieldValue(fields, 0x9f1a)) ?? null,
    merchant: (merchant && readText(merchant)) ?? null,
    atc: readCounter(fieldValue(fields, 0x9f36)) ?? null,
    fields,
  };
}

function fieldValue(fields: readonly LogField[], wanted: number): Uint8Array | undefined {
  return fields.find(({ tag }) => tag === wanted)?.value;
}
