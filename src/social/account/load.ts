import type { Where } from '../exchange.ts';
import type { Flow } from '../flow.ts';
import type { Course } from './course.ts';
import { ANSWER_BYTES, creditData, loadTacData, numberOf } from './layout.ts';
import type { CardNotTrusted, TransactionDone, TransactionNotDone, TransactionUnknown } from './outcomes.ts';
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

/**
 * 圈存 (5.1): PIN, INITIALIZE FOR LOAD, the host checks MAC1 and gives MAC2, CREDIT FOR LOAD, TAC.
 * @throws SscardError `act-switched-off`, `card-refused`, `answer-malformed`, and what channel and provider throw
 */
export async function loadAccount(
  flow: Flow,
  options: TransactionOptions,
  course: Course,
): Promise<TransactionDone | TransactionNotDone | TransactionUnknown | CardNotTrusted> {
  const { line, profile } = flow;
  const where: Where = { step: 'credit-load', place: profile.purse.directory };
  requireSwitch(flow, where.step);
  const prepared = await prepare(flow, options, 'DLK');
  if ('kind' in prepared) return prepared;
  const { keys, card, terminal } = prepared;
  const { amount } = options;
  const announced = await announce(flow, 'load', amount, terminal);
  if ('kind' in announced) return announced;
  const { balance: oldBalance, serial, ...numbers } = announced;
  const type = Number.parseInt(profile.purse.types.load, 16);
  const key = accountKey(flow, 'DLK');
  const request = { card, key, ...numbers, serial, oldBalance, amount, type, terminal };
  const answer = await keys.authoriseLoad(request, line.waiting);
  if (answer.kind === 'unavailable') return notDone({ reason: 'no-key', key: key.name, because: answer.reason });
  if (answer.value === null) return { kind: 'card-not-trusted' };
  const { mac2, ...moment } = answer.value;
  const shares = {
    type: 'load',
    serial: numberOf(serial),
    amount,
    selfPaid: 0,
    pooled: 0,
    terminalSerial: null,
  } as const;
  course.leaves(receiptOf(shares, prepared, announced, moment));
  const data = creditData(moment, mac2);
  const header = profile.purse.creditLoad;
  const tac = await move(flow, course, { header, data, le: ANSWER_BYTES.creditLoad, where });
  if (!(tac instanceof Uint8Array)) return tac;
  course.proved(tac);
  const newBalance = oldBalance + amount;
  const covered = loadTacData(newBalance, serial, { amount, type, terminal, ...moment });
  return settle(flow, course, newBalance, { keys, card, tac, data: covered });
}
