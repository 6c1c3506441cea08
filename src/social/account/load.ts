import { loadReceipt } from '../../crypto/purse.ts';
import type { Flow } from '../flow.ts';
import type { Course } from './course.ts';
import { ANSWER_BYTES, creditData } from './layout.ts';
import type { CardNotTrusted, TransactionDone, TransactionNotDone, TransactionUnknown } from './outcomes.ts';
import { receiptOf } from './receipt.ts';
import {
  accountKey,
  announce,
  move,
  notDone,
  prepare,
  requireSwitch,
  settle,
  type TransactionOptions,
} from './transaction.ts';

const STEP = 'credit-load';

/**
 * 圈存 (5.1): PIN, INITIALIZE FOR LOAD, the host checks MAC1 and gives MAC2, CREDIT FOR LOAD, TAC.
 * @throws SscardError `act-switched-off`, `card-refused`, `answer-malformed`, and what channel and provider throw
 */
export async function loadAccount(
  flow: Flow,
  options: TransactionOptions,
  course: Course,
): Promise<TransactionDone | TransactionNotDone | TransactionUnknown | CardNotTrusted> {
  requireSwitch(flow, STEP);
  const prepared = await prepare(flow, options, 'DLK');
  if ('kind' in prepared) return prepared;
  const announced = await announce(flow, 'load', options.amount, prepared.terminal);
  if ('kind' in announced) return announced;
  const { keys, ...who } = prepared;
  const { balance: oldBalance, ...numbers } = announced;
  const { directory, types, creditLoad: header } = flow.profile.purse;
  const type = Number.parseInt(types.load, 16);
  const request = { ...who, ...numbers, key: accountKey(flow, 'DLK'), amount: options.amount, type, oldBalance };
  const answer = await keys.authoriseLoad(request, flow.line.waiting);
  if (answer.kind === 'unavailable') return notDone({ reason: 'no-key', key: 'DLK', because: answer.reason });
  if (answer.value === null) return { kind: 'card-not-trusted' };
  const { mac2, ...moment } = answer.value;
  course.leaves(receiptOf('load', request, { oldBalance, ...moment }));
  const command = { header, data: creditData(moment, mac2), le: ANSWER_BYTES.creditLoad };
  const tac = await move(flow, course, command, { step: STEP, place: directory });
  if (!(tac instanceof Uint8Array)) return tac;
  course.proved(tac);
  const balance = oldBalance + options.amount;
  const data = loadReceipt(balance, request.serial, { ...request, ...moment });
  return settle(flow, course, balance, { keys, card: request.card, tac, data });
}
