import { equalBytes } from '../../../apdu/bytes.ts';
import { type DolEntry, dolLength } from '../dol.ts';
import { cutByFormat, factsOf, type LoggedFacts, type RawRecord } from './log-record.ts';
import { readAmount, readCounter } from './packed.ts';

/** A load of e-cash in the card's log: the balance before and after, in the currency's smallest unit. */
export interface LoggedLoad extends LoggedFacts {
  readonly kind: 'load';
  /** Record on the card: 1 is the newest. */
  readonly number: number;
  /** Which of the card's two balances. */
  readonly currency: 'first' | 'second';
  readonly before: number | null;
  readonly after: number | null;
}

/** The whole log as one record: READ RECORD with P1 00 (P13 10). */
export interface WholeLoadLog {
  /** Transaction counter of the card. */
  readonly atc: number;
  readonly loads: readonly (LoggedLoad | RawRecord)[];
  /** Of the card over it; nobody but the issuer can verify it. */
  readonly mac: Uint8Array;
}

/** P1 and P2 of the PUT DATA that loaded: tag of the balance. */
const FIRST = Uint8Array.of(0x9f, 0x79);
const SECOND = Uint8Array.of(0xdf, 0x79);
/** Tag and two balances. */
const HEAD = 14;
const WHOLE_FORMAT: readonly DolEntry[] = [
  { tag: 0x9a, length: 3 },
  { tag: 0x9f21, length: 3 },
  { tag: 0x9f36, length: 2 },
];
const WHOLE_HEAD = 3;
const WHOLE_RECORD = 22;
const MAC_LENGTH = 4;

/** Reads one record of the load log. @param format DF4F; `undefined`: the card gave none */
export function readLoad(
  format: readonly DolEntry[] | undefined,
  number: number,
  bytes: Uint8Array,
): LoggedLoad | RawRecord {
  const currency = currencyOf(bytes.subarray(0, 2));
  if (format === undefined || HEAD + dolLength(format) !== bytes.length || currency === undefined) {
    return { kind: 'raw', number, bytes };
  }
  return {
    kind: 'load',
    number,
    currency,
    before: readAmount(bytes.subarray(2, 8)) ?? null,
    after: readAmount(bytes.subarray(8, HEAD)) ?? null,
    ...factsOf(cutByFormat(format, bytes.subarray(HEAD))),
  };
}

/** @returns `undefined` when the length is another one than its count says */
export function readWholeLoadLog(bytes: Uint8Array): WholeLoadLog | undefined {
  const count = bytes[2];
  if (count === undefined || bytes.length !== WHOLE_HEAD + count * WHOLE_RECORD + MAC_LENGTH) return undefined;
  const loads = Array.from({ length: count }, (_, at) => {
    const start = WHOLE_HEAD + at * WHOLE_RECORD;
    return readLoad(WHOLE_FORMAT, at + 1, bytes.subarray(start, start + WHOLE_RECORD));
  });
  return { atc: readCounter(bytes.subarray(0, 2)) ?? 0, loads, mac: bytes.subarray(-MAC_LENGTH) };
}

function currencyOf(tag: Uint8Array): LoggedLoad['currency'] | undefined {
  if (equalBytes(tag, FIRST)) return 'first';
  return equalBytes(tag, SECOND) ? 'second' : undefined;
}
