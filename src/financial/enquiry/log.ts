import { type DolEntry, parseDol } from '../dol.ts';
import type { LogEntry } from '../fci.ts';
import { getData } from '../get-data.ts';
import type { Session } from '../session.ts';
import type { Enquiry } from './enquiry.ts';
import { type LoggedLoad, readLoad } from './load-record.ts';
import { isEmptyRecord, type LoggedTransaction, type RawRecord, readTransaction } from './log-record.ts';

/** A log of the card: newest first. */
export interface BankLog<T> {
  /** False: the card announces no such log. */
  readonly present: boolean;
  /** Records that are not as the log's own format says are `raw`. */
  readonly records: readonly (T | RawRecord)[];
  /** Status word that ended the reading before the announced number of records; 6A83 is the usual one. */
  readonly endedBy?: number;
}

const LOG_FORMAT = 0x9f4f;
const LOAD_FORMAT = 0xdf4f;
const DONE = 0x9000;

/** The log of transactions (P5 18): tag 9F4D says where, 9F4F how its records are cut. Needs no GET PROCESSING OPTIONS. */
export function readTransactionLog({ session, fci }: Enquiry): Promise<BankLog<LoggedTransaction>> {
  return readLog(session, fci?.logEntry, LOG_FORMAT, readTransaction);
}

/** The log of loads of e-cash (P13 10): tags DF4D and DF4F. */
export function readLoadLog({ session, fci }: Enquiry): Promise<BankLog<LoggedLoad>> {
  return readLog(session, fci?.loadLogEntry, LOAD_FORMAT, readLoad);
}

type ReadRecord<T> = (format: readonly DolEntry[] | undefined, number: number, bytes: Uint8Array) => T | RawRecord;

async function readLog<T>(
  session: Session,
  entry: LogEntry | undefined,
  formatTag: number,
  read: ReadRecord<T>,
): Promise<BankLog<T>> {
  if (entry === undefined) return { present: false, records: [] };
  const datum = await session.during('get-data', () => getData(session, formatTag));
  const format = datum.kind === 'value' ? parseDol(datum.value) : undefined;
  return session.during('read-log', async () => {
    const records: (T | RawRecord)[] = [];
    for (let number = 1; number <= entry.records; number++) {
      const command = { cla: 0x00, ins: 0xb2, p1: number, p2: (entry.sfi << 3) | 4, le: 256 };
      const { data, sw } = await session.send(command, `SFI ${entry.sfi} record ${number}`);
      // Whatever ends the log early, what was read stands (cards differ: 6A83, 6885, 6985).
      if (sw !== DONE) return { present: true, records, endedBy: sw };
      if (!isEmptyRecord(data)) records.push(read(format, number, data));
    }
    return { present: true, records };
  });
}
