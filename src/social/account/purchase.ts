import { toHex } from '../../../apdu/bytes.ts';
import type { Where } from '../exchange.ts';
import type { Flow } from '../flow.ts';
import type { Course } from './course.ts';
import { ANSWER_BYTES, debitData, momentOf, numberOf, purchaseTacData, readDebit } from './layout.ts';
import type { TransactionDone, TransactionNotDone, TransactionUnknown } from './outcomes.ts';
import {
  accountKey,
  announce,
  move,
  notDone,
  prepare,
  receiptOf,
  requireSwitch,
  settle,
  type TransactionOptions,
} from './transaction.ts';

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
  const { line, profile } = flow;
  const where: Where = { step: 'debit-purchase', place: profile.purse.directory };
  requireSwitch(flow, where.step);
  const prepared = await prepare(flow, options, 'DPK');
  if ('kind' in prepared) return prepared;
  const { keys, card, terminal } = prepared;
  const { amount, selfPaid = 0, pooled = 0, at = new Date() } = options;
  const announced = await announce(flow, 'purchase', amount, terminal);
  if ('kind' in announced) return announced;
  const { balance: oldBalance, serial, mac1: _none, ...numbers } = announced;
  const type = Number.parseInt(profile.purse.types.purchase, 16);
  const key = accountKey(flow, 'DPK');
  const moment = momentOf(at);
  const common = { amount, type, terminal, ...moment };
  const answer = await keys.authorisePurchase(
    { card, key, ...numbers, serial, selfPaid, pooled, ...common },
    line.waiting,
  );
  if (answer.kind === 'unavailable') return notDone({ reason: 'no-key', key: key.name, because: answer.reason });
  const { terminalSerial, mac1 } = answer.value;
  const shares = { type: 'purchase', serial: numberOf(serial), amount, selfPaid, pooled } as const;
  course.leaves(receiptOf({ ...shares, terminalSerial: toHex(terminalSerial) }, prepared, announced, moment));
  const data = debitData(terminalSerial, moment, { selfPaid, pooled }, mac1);
  const debited = await move(flow, course, {
    header: profile.purse.debitPurchase,
    data,
    le: ANSWER_BYTES.debitPurchase,
    where,
  });
  if (!(debited instanceof Uint8Array)) return debited;
  const { tac, mac2 } = readDebit(debited);
  course.proved(tac);
  const confirmed = await keys.confirmPurchase(mac2, line.waiting);
  if (confirmed.kind === 'unavailable') return course.unknown('not-confirmed', { code: confirmed.reason });
  if (!confirmed.value) return course.unknown('mac2-wrong');
  const covered = purchaseTacData(terminalSerial, common);
  return settle(flow, course, oldBalance - amount, { keys, card, tac, data: covered });
}
