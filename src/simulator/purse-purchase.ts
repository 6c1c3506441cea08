import { concat, toHex } from '../../apdu/bytes.ts';
import { type Answer, type CardCore, type CommandRules, isAnswer, keep, type LineCommand } from './command.ts';
import type { PurseImage } from './image.ts';
import { compare } from './key-tries.ts';
import { bytesOf, numberOf } from './numbers.ts';
import {
  begin,
  begunBefore,
  commit,
  isDateAndTime,
  macsOf,
  orderOf,
  serialOf,
  tacOf,
  typeOf,
} from './purse-account.ts';

const HIGHEST_TOTAL = 0xffff_ffff;
/** Without and with self-paid and pooled amount. */
const LENGTHS: readonly (number | undefined)[] = [15, 23];

function initialise(card: CardCore, command: LineCommand): Answer {
  const order = orderOf(card, command, 'purchase');
  if (isAnswer(order)) return order;
  return order.amount > order.account.balance ? { sw: 0x9401 } : keep(card, begin(card, order));
}

/** Terminal serial 4 ‖ date 4 ‖ time 3 ‖ [self-paid 4 ‖ pooled 4 ‖] MAC1 4. */
function debit(card: CardCore, { p1, p2, data }: LineCommand): Answer {
  const begun = begunBefore(card, 'purchase');
  if (p1 !== 0 || p2 !== 0) return { sw: 0x6a86 };
  if (data === undefined || !LENGTHS.includes(data.length)) return { sw: 0x6700 };
  if (isAnswer(begun)) return begun;
  const { account, key, amount, terminal } = begun;
  const [terminalSerial, when] = [data.slice(0, 4), data.slice(4, 11)];
  if (!isDateAndTime(when)) return { sw: 0x6a80 };
  const [paid, type] = [bytesOf(amount, 4), typeOf(account, 'purchase')];
  const macOf = macsOf(card, begun, terminalSerial.subarray(2));
  if (!compare(card.memory, key, macOf(paid, type, terminal, when), data.slice(-4))) return { sw: 0x9302 };
  const [selfPaid, pooled] = [numberOf(data.subarray(11, -4).subarray(0, 4)), numberOf(data.subarray(15, -4))];
  const tac = tacOf(card, paid, type, terminal, terminalSerial, when);
  if (tac === undefined) return { sw: 0x9406 };
  const changed = paidFrom(account, amount, { year: toHex(when.subarray(0, 2)), selfPaid, pooled });
  if (changed.selfPaid > HIGHEST_TOTAL || changed.pooled > HIGHEST_TOTAL) return { sw: 0x6985 };
  const mac = macOf(paid);
  const serial = serialOf(account, 'purchase');
  commit(card, changed, { type, serial, terminal, when, amounts: [amount, selfPaid, pooled], mac, tac });
  return keep(card, concat([tac, mac]));
}

/** A later year starts the totals anew. */
function paidFrom(account: PurseImage, amount: number, total: Pick<PurseImage, 'year' | 'selfPaid' | 'pooled'>) {
  const later = total.year > account.year;
  return {
    ...account,
    balance: account.balance - amount,
    offlineSerial: account.offlineSerial + 1,
    year: later ? total.year : account.year,
    selfPaid: (later ? 0 : account.selfPaid) + total.selfPaid,
    pooled: (later ? 0 : account.pooled) + total.pooled,
  };
}

/** INITIALIZE FOR PURCHASE and DEBIT FOR PURCHASE (5.2). */
export const purchaseCommands: CommandRules = {
  B02A: { form: 'sends', run: initialise },
  B024: { form: 'sends', endsTransaction: true, run: debit },
};
