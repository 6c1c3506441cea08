import { toHex } from '../../apdu/bytes.ts';
import type { LoggedLoad } from '../financial/enquiry/load-record.ts';
import type { BankLog } from '../financial/enquiry/log.ts';
import type { LoggedTransaction, RawRecord } from '../financial/enquiry/log-record.ts';
import { bankWords } from '../i18n/bank.ts';
import { inUnits, withBankCard } from './bank.ts';
import type { Context, Outcome } from './context.ts';
import { paint, table } from './layout.ts';
import type { Language } from './settings.ts';
import { beginUnmasking } from './unmask.ts';

/** `sscard bank log`: what the card has kept of its transactions and of loads of e-cash, newest first. */
export async function runBankLog(context: Context): Promise<Outcome> {
  const { settings, signal } = context;
  const unmasking = beginUnmasking(context);
  const masked = unmasking === undefined;
  return withBankCard(context, async (card) => {
    const transactions = await card.financial.log({ signal });
    const loads = await card.financial.loadLog({ signal });
    unmasking?.record(null);
    const members = {
      log: {
        present: transactions.present,
        transactions: transactions.records.map((record) => recordMember(record, masked)),
      },
      loadLog: { present: loads.present, loads: loads.records.map((record) => recordMember(record, masked)) },
    };
    return { members, text: logText(transactions, loads, settings.lang) };
  });
}

/** Nobody knows what stands in a record that is not as the log's format says: it may be an account number. */
function recordMember(record: LoggedTransaction | LoggedLoad | RawRecord, masked: boolean): object {
  if (record.kind === 'raw') {
    const { number, bytes } = record;
    return { number, raw: masked ? '**'.repeat(bytes.length) : toHex(bytes) };
  }
  const { kind: _kind, fields: _fields, ...members } = record;
  return members;
}

function logText(transactions: BankLog<LoggedTransaction>, loads: BankLog<LoggedLoad>, lang: Language): string {
  const texts = bankWords[lang];
  const amount = (value: number | null, currency: string | null) => (value === null ? '-' : inUnits(value, currency));
  const when = ({ date, time }: LoggedTransaction | LoggedLoad) => `${date ?? '-'} ${time ?? ''}`.trimEnd();
  const bought = (one: LoggedTransaction | RawRecord) =>
    one.kind === 'raw'
      ? [`  ${one.number}`, texts.unreadable]
      : [
          `  ${one.number}`,
          when(one),
          amount(one.amount, one.currency),
          one.type ?? '-',
          one.merchant ?? '-',
          String(one.atc ?? '-'),
        ];
  const loaded = (one: LoggedLoad | RawRecord) =>
    one.kind === 'raw'
      ? [`  ${one.number}`, texts.unreadable]
      : [`  ${one.number}`, when(one), amount(one.before, null), amount(one.after, null), one.merchant ?? '-'];
  const parts = [section(texts.transactions, texts.transactionColumns, transactions.records.map(bought), lang)];
  if (loads.present) parts.push(section(texts.loads, texts.loadColumns, loads.records.map(loaded), lang));
  return parts.join('\n');
}

function section(title: string, columns: readonly string[], rows: readonly string[][], lang: Language): string {
  const head = columns.map((column, at) => (at === 0 ? `  ${column}` : column));
  const body = rows.length === 0 ? `  ${bankWords[lang].none}` : table([head, ...rows]);
  return `${paint('bold', title)}\n${body}`;
}
