import { equalBytes } from '../../../apdu/bytes.ts';
import { type DolEntry, dolLength } from '../dol.ts';
import { readAmount } from '../numbers.ts';
import { cutByFormat, factsOf, type LoggedFacts, type RawRecord } from './log-record.ts';

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

/** P1 and P2 of the PUT DATA that loaded: tag of the balance. */
const FIRST = Uint8Array.of(0x9f, 0x79);
const SECOND = Uint8Array.of(0xdf, 0x79);
/** Tag and two balances. */
const HEAD = 14;

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

function currencyOf(tag: Uint8Array): LoggedLoad['currency'] | undefined {
  if (equalBytes(tag, FIRST)) return 'first';
  return equalBytes(tag, SECOND) ? 'second' : undefined;
}
