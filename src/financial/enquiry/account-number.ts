import { toHex } from '../../../apdu/bytes.ts';
import type { CardData } from '../card-data.ts';
import { readDate } from '../dates.ts';
import { panOf } from '../pan.ts';

/** The number of the account and what else stands beside it, from the card's records. */
export interface AccountData {
  /** 8 to 19 digits, in full; null: the card gives none that can be read. */
  readonly accountNumber: string | null;
  /** Last day, `YYYY-MM-DD`. */
  readonly expiry: string | null;
  /** First day, where the card says one. */
  readonly validFrom: string | null;
  /** What does not fit together: stable keys. */
  readonly oddities: readonly AccountOddity[];
}

/** What of an account does not fit together. */
export type AccountOddity =
  | 'account-number-missing'
  /** Tags 5A and 57 name different accounts. */
  | 'account-numbers-differ'
  | 'expiry-missing';

/** Track 2 as the chip has it: number, D, month of expiry. The rest is the issuer's, and nobody's business. */
const TRACK_2 = /^(\d{8,19})D(\d\d)(\d\d)/;

/**
 * Account number and dates (emv-pboc.md 8.2). The expiry is tag 5F24; a card that gives only track 2 is good until the
 * last day of its month.
 */
export function readAccount(card: Pick<CardData, 'get'>): AccountData {
  const number = panOf(card);
  const track = track2Of(card.get(0x57));
  const expiry = dateOf(card.get(0x5f24)) ?? track?.expiry ?? null;
  const oddities: AccountOddity[] = [];
  if (number === undefined) oddities.push('account-number-missing');
  else if (track !== undefined && track.number !== number) oddities.push('account-numbers-differ');
  if (expiry === null) oddities.push('expiry-missing');
  return { accountNumber: number ?? null, expiry, validFrom: dateOf(card.get(0x5f25)) ?? null, oddities };
}

function dateOf(value: Uint8Array | undefined): string | undefined {
  return value && readDate(value);
}

function track2Of(value: Uint8Array | undefined): { readonly number: string; readonly expiry: string } | undefined {
  const [, number, year, month] = (value && TRACK_2.exec(toHex(value))) ?? [];
  if (number === undefined || year === undefined || month === undefined) return undefined;
  // Day 0 of the month after it is its last one.
  const last = new Date(Date.UTC(2000 + Number(year), Number(month), 0));
  const real = Number(month) >= 1 && Number(month) <= 12;
  return real ? { number, expiry: last.toISOString().slice(0, 10) } : undefined;
}
