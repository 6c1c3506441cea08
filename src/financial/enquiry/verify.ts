import { authenticateOffline } from '../authentication/authenticate.ts';
import type { OfflineAuthentication, OfflineReason } from '../authentication/result.ts';
import { AIP, hasBit } from '../bits.ts';
import type { CaKeys } from '../ca-keys.ts';
import type { CalendarDay } from '../dates.ts';
import { initiate } from '../initiate.ts';
import { readApplicationData } from '../read-data.ts';
import type { Enquiry } from './enquiry.ts';

/** Whether the debit side is genuine. */
export interface BankAuthentication extends Omit<OfflineAuthentication, 'result' | 'reason' | 'issuerKey' | 'cardKey'> {
  readonly result: 'verified' | 'failed' | 'not-possible';
  /** `needs-transaction`: the card signs only together with a payment (CDA), which no enquiry begins. */
  readonly reason?: OfflineReason | 'needs-transaction' | 'application-blocked' | 'conditions-not-met';
}

const RID_LENGTH = 5;

/**
 * Offline data authentication of the card, dynamic where it can, else static. One GET PROCESSING OPTIONS, which the card
 * counts; no GENERATE AC.
 * @throws Termination by the rules of reading
 */
export async function authenticateCard(
  { session, candidate, fci, blocked }: Enquiry,
  caKeys: CaKeys,
  today: CalendarDay,
): Promise<BankAuthentication> {
  if (blocked || fci === undefined) return notPossible('application-blocked');
  const initiated = await initiate(session, fci);
  if (initiated.kind === 'conditions-not-satisfied') return notPossible('conditions-not-met');
  const records = await readApplicationData(session, initiated.afl, { mandatory: [] });
  const method = methodOf(initiated.aip);
  const caIndex = session.card.get(0x8f)?.[0];
  if (method === 'cda') {
    return { ...notPossible('needs-transaction'), method, ...(caIndex !== undefined && { caIndex }) };
  }
  const rid = candidate.aid.subarray(0, RID_LENGTH);
  const came = await authenticateOffline(session, { method, records, caKeys, rid, today });
  const { issuerKey: _issuer, cardKey: _card, result, ...facts } = came;
  return { ...facts, result: result === 'pending' ? 'not-possible' : result };
}

/** An enquiry takes what proves most without a payment. */
function methodOf(aip: Uint8Array): OfflineAuthentication['method'] {
  return (['dda', 'sda', 'cda'] as const).find((method) => hasBit(aip, AIP[method])) ?? 'none';
}

function notPossible(reason: NonNullable<BankAuthentication['reason']>): BankAuthentication {
  return { method: 'none', result: 'not-possible', reason, testKey: false };
}
