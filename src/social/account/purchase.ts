import { purchaseReceipt } from '../../crypto/purse.ts';
import type { PurchaseRequest } from '../../keys/provider.ts';
import type { Flow } from '../flow.ts';
import type { Course } from './course.ts';
import { ANSWER_BYTES, type Announcement, debitData, momentOf, readDebit } from './layout.ts';
import type { TransactionDone, TransactionNotDone, TransactionUnknown } from './outcomes.ts';
import { receiptOf } from './receipt.ts';
import {
  accountKey,
  announce,
  move,
  notDone,
  type Prepared,
  prepare,
  requireSwitch,
  settle,
  type TransactionOptions,
} from './transaction.ts';

const STEP = 'debit-purchase';

/** What is to be paid, by whom, and when. */
export interface PurchaseOptions extends TransactionOptions {
  /** Fen that the holder pays himself, and that the pooled fund pays: for the card's log and year totals. Default 0. */
  readonly selfPaid?: number;
  readonly pooled?: number;
  /** Default: now. The card gets it as local time of this machine. */
  readonly at?: Date;
}

/**
 * 消费 (5.2, 7.3 (e)): PIN, INITIALIZE FOR PURCHASE, the provider gives MAC1, DEBIT FOR PURCHASE, MAC2 back to the
 * provider, TAC.
 * @throws SscardError as `loadAccount`
 */
export async function payFromAccount(
  flow: Flow,
  options: PurchaseOptions,
  course: Course,
): Promise<TransactionDone | TransactionNotDone | TransactionUnknown> {
  requireSwitch(flow, STEP);
  const prepared = await prepare(flow, options, 'DPK');
  if ('kind' in prepared) return prepared;
  const announced = await announce(flow, 'purchase', options.amount, prepared.terminal);
  if ('kind' in announced) return announced;
  const { keys } = prepared;
  const { balance: oldBalance } = announced;
  const request = requestOf(flow, options, prepared, announced);
  const answer = await keys.authorisePurchase(request, flow.line.waiting);
  if (answer.kind === 'unavailable') return notDone({ reason: 'no-key', key: 'DPK', because: answer.reason });
  const { terminalSerial, mac1 } = answer.value;
  course.leaves(receiptOf('purchase', request, { ...request, oldBalance, terminalSerial }));
  const { directory, debitPurchase: header } = flow.profile.purse;
  const command = { header, data: debitData(terminalSerial, request, mac1), le: ANSWER_BYTES.debitPurchase };
  const debited = await move(flow, course, command, { step: STEP, place: directory });
  if (!(debited instanceof Uint8Array)) return debited;
  const { tac, mac2 } = readDebit(debited);
  course.proved(tac);
  const confirmed = await keys.confirmPurchase(mac2, flow.line.waiting);
  if (confirmed.kind === 'unavailable') return course.unknown('not-confirmed', { code: confirmed.reason });
  if (!confirmed.value) return course.unknown('mac2-wrong');
  const data = purchaseReceipt(terminalSerial, request);
  return settle(flow, course, oldBalance - options.amount, { keys, card: request.card, tac, data });
}

function requestOf(
  flow: Flow,
  { amount, selfPaid = 0, pooled = 0, at = new Date() }: PurchaseOptions,
  { card, terminal }: Prepared,
  { random, serial, keyVersion, algorithm }: Announcement,
): PurchaseRequest {
  const type = Number.parseInt(flow.profile.purse.types.purchase, 16);
  const numbers = { random, serial, keyVersion, algorithm };
  return { card, key: accountKey(flow, 'DPK'), ...numbers, amount, selfPaid, pooled, type, terminal, ...momentOf(at) };
}
