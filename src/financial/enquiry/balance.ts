import { parseDol } from '../dol.ts';
import type { Fci } from '../fci.ts';
import { getData } from '../get-data.ts';
import { initiate } from '../initiate.ts';
import { readAmount, readCode } from '../numbers.ts';
import type { Session } from '../session.ts';
import type { Enquiry } from './enquiry.ts';

/** E-cash on the card (P13). Amounts in the smallest unit of the currency; null: the card does not tell. */
export interface ECashPurse {
  /** ISO 4217 numeric: `156`. */
  readonly currency: string | null;
  readonly balance: number;
  /** The most it may hold. */
  readonly ceiling: number | null;
  /** The most one payment may be. */
  readonly singleLimit: number | null;
  /** Below it, a payment goes online to load again. */
  readonly resetThreshold: number | null;
}

interface PurseTags {
  readonly balance: number;
  readonly currency: number;
  readonly ceiling: number;
  readonly singleLimit: number;
  readonly resetThreshold: number;
}

const FIRST: PurseTags = {
  balance: 0x9f79,
  currency: 0x9f51,
  ceiling: 0x9f77,
  singleLimit: 0x9f78,
  resetThreshold: 0x9f6d,
};
/** Of cards with two currencies (P15). */
const SECOND: PurseTags = {
  balance: 0xdf79,
  currency: 0xdf71,
  ceiling: 0xdf77,
  singleLimit: 0xdf78,
  resetThreshold: 0xdf76,
};
const E_CASH_INDICATOR = 0x9f7a;

/**
 * The card's e-cash: none, one purse, or two. Needs no GET PROCESSING OPTIONS; some cards give the balance only after
 * one, so where the card names e-cash and does not tell, it is sent, once, and counted by the card (emv-pboc.md 9, assumed).
 * @throws Termination by the rules of reading
 */
export async function readBalances({ session, fci, blocked }: Enquiry): Promise<readonly ECashPurse[]> {
  const ask = () => session.during('get-data', () => readPurse(session, FIRST));
  let first = await ask();
  if (first === undefined && !blocked && fci !== undefined && namesECash(fci)) {
    const initiated = await initiate(session, fci);
    if (initiated.kind === 'initiated') first = await ask();
  }
  if (first === undefined) return [];
  const second = await session.during('get-data', () => readPurse(session, SECOND));
  return second === undefined ? [first] : [first, second];
}

/** The card has a log of loads, or its PDOL asks whether the terminal has e-cash. */
function namesECash({ loadLogEntry, pdol }: Fci): boolean {
  const asked = pdol && parseDol(pdol)?.some(({ tag }) => tag === E_CASH_INDICATOR);
  return loadLogEntry !== undefined || asked === true;
}

async function readPurse(session: Session, tags: PurseTags): Promise<ECashPurse | undefined> {
  const value = async (tag: number) => {
    const datum = await getData(session, tag);
    return datum.kind === 'value' ? datum.value : undefined;
  };
  const balance = readAmount(await value(tags.balance));
  if (balance === undefined) return undefined;
  return {
    currency: readCode(await value(tags.currency)) ?? null,
    balance,
    ceiling: readAmount(await value(tags.ceiling)) ?? null,
    singleLimit: readAmount(await value(tags.singleLimit)) ?? null,
    resetThreshold: readAmount(await value(tags.resetThreshold)) ?? null,
  };
}
