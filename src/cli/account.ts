import { HIDDEN } from '../counter/item-masks.ts';
import { keep } from '../counter/masks.ts';
import { accountWords } from '../i18n/account.ts';
import type { AccountBalances } from '../social/account/balances.ts';
import type { AccountLog, LogRecord } from '../social/account/log.ts';
import type { Context, Outcome } from './context.ts';
import { reasonText } from './item-text.ts';
import { paint, table } from './layout.ts';
import { failedBy } from './refusals.ts';
import type { Language } from './settings.ts';
import { beginUnmasking } from './unmask.ts';
import { withPinIfAsked } from './with-pin.ts';

/** `sscard account show`: balance and year totals, in fen. */
export async function runAccountShow(context: Context): Promise<Outcome> {
  return withPinIfAsked(context, async (card, allowed) => {
    const account = await card.social.account.show(allowed);
    const { withheld, oddities, ...amounts } = account;
    const reasons = withheld.map(({ field, reason }) => ({ field, reason }));
    const outcome = {
      members: { account: amounts, withheld: reasons, oddities },
      text: balanceText(account, context.settings.lang),
    };
    return failedBy(outcome, ...withheld);
  });
}

function balanceText(account: AccountBalances, lang: Language): string {
  const texts = accountWords[lang];
  const amount = (field: 'balance' | 'selfPaid' | 'pooled') => {
    const denial = account.withheld.find((one) => one.field === field);
    return denial === undefined ? yuan(account[field]) : texts.withheld(reasonText(denial.reason, lang));
  };
  const rows = [
    [`  ${texts.balance}`, amount('balance')],
    [`  ${texts.selfPaid(account.selfPaidYear)}`, amount('selfPaid')],
    [`  ${texts.pooled(account.pooledYear)}`, amount('pooled')],
  ];
  return `${paint('bold', texts.title)}\n${table(rows)}`;
}

/** Fen as yuan. @example yuan(1234) // '12.34' */
function yuan(fen: unknown): string {
  return typeof fen === 'number' ? (fen / 100).toFixed(2) : '-';
}

/** One settlement as it stands in the JSON; amounts in fen. */
interface LogMember {
  readonly serial: unknown;
  readonly type: unknown;
  readonly time: unknown;
  readonly account: unknown;
  readonly selfPaid: unknown;
  readonly pooled: unknown;
  readonly terminal: unknown;
}

/** `sscard account log`: settlements that the card has kept, newest first. */
export async function runAccountLog(context: Context): Promise<Outcome> {
  const unmasking = beginUnmasking(context);
  const masked = unmasking === undefined;
  return withPinIfAsked(context, async (card, allowed) => {
    const log = await card.social.account.log(allowed);
    unmasking?.record(null);
    const transactions = log.transactions.map((record) => transaction(record, masked));
    const special = log.special.map(({ address, fields }) => ({
      address,
      code: hidden(fieldOf(fields, 'specialSettlement.code'), masked),
      flag: hidden(fieldOf(fields, 'specialSettlement.flag'), masked),
    }));
    const withheld = log.withheld.map(({ log: which, reason }) => ({ log: which, reason }));
    const outcome = {
      members: { log: { transactions, special }, withheld, masked },
      text: logText(transactions, log, context.settings.lang),
    };
    return failedBy(outcome, ...log.withheld);
  });
}

/** They say what the holder is ill with. */
function hidden(value: unknown, masked: boolean): unknown {
  return masked && value !== null ? HIDDEN : value;
}

function transaction({ fields }: LogRecord, masked: boolean): LogMember {
  const terminal = fieldOf(fields, 'medicalTransaction.terminal');
  return {
    serial: fieldOf(fields, 'medicalTransaction.serial'),
    type: typeOf(fieldOf(fields, 'medicalTransaction.type')),
    time: fieldOf(fields, 'medicalTransaction.datetime'),
    account: fieldOf(fields, 'medicalTransaction.accountAmount'),
    selfPaid: fieldOf(fields, 'medicalTransaction.selfPaidAmount'),
    pooled: fieldOf(fields, 'medicalTransaction.pooledFundAmount'),
    // It says where the holder was treated.
    terminal: masked && typeof terminal === 'string' ? keep(terminal, 0, 4) : terminal,
  };
}

/** ASCII types of the purse (5.2); others as they are. */
function typeOf(value: unknown): unknown {
  if (value === '0') return 'load';
  return value === '1' ? 'purchase' : value;
}

function fieldOf(fields: LogRecord['fields'], name: string): unknown {
  const found = fields.find(({ item }) => item?.name === name)?.value;
  if (found?.kind !== 'value') return null;
  return typeof found.value === 'object' && 'code' in found.value ? found.value.code : found.value;
}

function logText(transactions: readonly LogMember[], log: AccountLog, lang: Language): string {
  const texts = accountWords[lang];
  const lines = [paint('bold', texts.transactions)];
  const denied = log.withheld.find((one) => one.log === 'transactions');
  if (denied !== undefined) lines.push(`  ${texts.withheld(reasonText(denied.reason, lang))}`);
  else if (transactions.length === 0) lines.push(`  ${texts.none}`);
  else
    lines.push(
      table([texts.columns.map((column, at) => (at === 0 ? `  ${column}` : column)), ...transactions.map(rowOf)]),
    );
  if (log.special.length > 0) lines.push(`${paint('bold', texts.special)}  ${log.special.length}`);
  return lines.join('\n');

  function rowOf({ serial, type, time, account, selfPaid, pooled, terminal }: LogMember): string[] {
    const named = type === 'load' || type === 'purchase' ? texts.types[type] : String(type ?? '-');
    return [
      `  ${serial ?? '-'}`,
      named,
      String(time ?? '-'),
      yuan(account),
      yuan(selfPaid),
      yuan(pooled),
      String(terminal ?? '-'),
    ];
  }
}
