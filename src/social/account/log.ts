import { type Denial, denialOf } from '../denial.ts';
import { planItems } from '../files/plan.ts';
import { readFiles } from '../files/read.ts';
import type { FileReading, ItemReading } from '../files/reading.ts';
import type { Flow } from '../flow.ts';

/** One record of a log, with its fields in the order of the description. */
export interface LogRecord {
  /** `DF04EF08:01`; 01 is the newest. */
  readonly address: string;
  readonly fields: readonly ItemReading[];
}

/** What the card has kept of settlements, newest first. Records of filling only are left out. */
export interface AccountLog {
  /** 医疗交易明细: written by the card itself, with each load and purchase. */
  readonly transactions: readonly LogRecord[];
  /** 特殊医疗结算记录; generation 1.0 has none. */
  readonly special: readonly LogRecord[];
  /** What the card keeps to itself, and why. */
  readonly withheld: readonly ({ readonly log: 'transactions' | 'special' } & Denial)[];
}

/** Files of the account (2.2, 3.2.1), the same in every generation. */
const TRANSACTIONS = 'EF08';
const SPECIAL = 'EF15';
const OFFLINE = 'EF06';

/** @throws SscardError as `readFiles` */
export async function readLog(flow: Flow): Promise<AccountLog> {
  const files = await readAccountFiles(flow, [TRANSACTIONS, SPECIAL]);
  const [transactions, special] = [TRANSACTIONS, SPECIAL].map((ef) => files.find(({ file }) => file.ef === ef));
  return {
    transactions: recordsOf(transactions),
    special: recordsOf(special),
    withheld: [...withheldOf('transactions', transactions), ...withheldOf('special', special)],
  };
}

/** Temporary offline settlement; on generation 1.0 the balances as items (3.2.1). @throws SscardError as `readFiles` */
export async function readOffline(flow: Flow): Promise<FileReading> {
  const [file] = await readAccountFiles(flow, [OFFLINE]);
  if (file === undefined) throw new RangeError('a profile without offline settlement');
  return file;
}

/** Those of them that the description has. */
async function readAccountFiles(flow: Flow, efs: readonly string[]): Promise<readonly FileReading[]> {
  const { profile } = flow;
  const here = profile.files.filter(({ directory }) => directory === profile.purse.directory);
  const addresses = efs.flatMap((ef) => here.filter((file) => file.ef === ef));
  const plans = planItems(
    addresses.map(({ directory, ef }) => ({ directory, ef })),
    profile,
  );
  return (await readFiles(flow, plans)).files;
}

function recordsOf(reading: FileReading | undefined): LogRecord[] {
  if (reading?.kind !== 'read') return [];
  const { items } = reading;
  return [...new Set(items.map(({ address }) => address))]
    .map((address) => ({ address, fields: items.filter((item) => item.address === address) }))
    .filter(({ fields }) => fields.some(({ value }) => value.kind !== 'empty'));
}

function withheldOf(log: 'transactions' | 'special', reading: FileReading | undefined): AccountLog['withheld'] {
  return reading?.kind === 'withheld' ? [{ log, ...denialOf({ ...reading.denial, kind: 'denied' }) }] : [];
}
