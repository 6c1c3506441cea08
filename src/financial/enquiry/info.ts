import { toHex } from '../../../apdu/bytes.ts';
import { getData } from '../get-data.ts';
import { initiate } from '../initiate.ts';
import { readCounter } from '../numbers.ts';
import { readApplicationData } from '../read-data.ts';
import type { Session } from '../session.ts';
import { type AccountOddity, readAccount } from './account-number.ts';
import type { Enquiry } from './enquiry.ts';

/** What the debit side of a card says of itself. Values are full; nothing is masked. */
export interface BankInformation {
  /** Full name of the application, hex. */
  readonly aid: string;
  /** Tag 9F12 or 50; null: the card has none. */
  readonly label: string | null;
  readonly accountNumber: string | null;
  /** Last day, `YYYY-MM-DD`. */
  readonly expiry: string | null;
  readonly validFrom: string | null;
  /** Tries of the bank's own PIN; null: the card does not tell. */
  readonly pinTries: number | null;
  /** Transaction counter, this reading included; null: the card does not tell. */
  readonly atc: number | null;
  readonly state: BankState;
  readonly oddities: readonly AccountOddity[];
}

/**
 * What the card alone shows. Whether the bank has activated it is known only online.
 * `conditions-not-met`: the card refuses to begin (6985).
 */
export type BankState = 'usable' | 'blocked' | 'expired' | 'not-yet-valid' | 'conditions-not-met';

const PIN_TRIES = 0x9f17;
const COUNTER = 0x9f36;

/**
 * Reads the records behind the account. One GET PROCESSING OPTIONS, which the card counts; a blocked application is not
 * asked to begin.
 * @param today `YYYY-MM-DD`
 * @throws Termination by the rules of reading
 */
export async function readInformation(enquiry: Enquiry, today: string): Promise<BankInformation> {
  const { session, candidate, fci, blocked } = enquiry;
  const begun = blocked || fci === undefined ? 'blocked' : await readRecords(session, fci);
  const account = readAccount(session.card);
  const { pinTries, atc } = await session.during('get-data', async () => ({
    pinTries: await counterOf(session, PIN_TRIES),
    atc: await counterOf(session, COUNTER),
  }));
  const shown = fci ?? candidate;
  return {
    aid: toHex(candidate.aid),
    label: shown.preferredName ?? shown.label ?? null,
    ...account,
    pinTries,
    atc,
    state: begun === 'read' ? stateOf(account, today) : begun,
    // What was not read is not missing.
    oddities: begun === 'read' ? account.oddities : [],
  };
}

async function readRecords(session: Session, fci: NonNullable<Enquiry['fci']>): Promise<'read' | 'conditions-not-met'> {
  const initiated = await initiate(session, fci);
  if (initiated.kind === 'conditions-not-satisfied') return 'conditions-not-met';
  await readApplicationData(session, initiated.afl, { mandatory: [] });
  return 'read';
}

/** The whole day of expiry counts (E3 10.4). */
function stateOf({ expiry, validFrom }: Pick<BankInformation, 'expiry' | 'validFrom'>, today: string): BankState {
  if (expiry !== null && expiry < today) return 'expired';
  return validFrom !== null && validFrom > today ? 'not-yet-valid' : 'usable';
}

async function counterOf(session: Session, tag: number): Promise<number | null> {
  const datum = await getData(session, tag);
  return datum.kind === 'value' ? (readCounter(datum.value) ?? null) : null;
}
