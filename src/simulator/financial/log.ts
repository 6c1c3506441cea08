import { concat, fromHex, toHex } from '../../../apdu/bytes.ts';
import { messageMac } from '../../crypto/mac.ts';
import type { Answer } from '../command.ts';
import { atcBytes, dataObject, type FinancialContents, type LogPlace } from './contents.ts';
import { givenValue, sessionKey } from './cryptogram.ts';
import { dolEntries, valuesByTag } from './dol.ts';
import type { FinancialState } from './image.ts';
import type { Applet, AppletInTransaction } from './session.ts';

const ATC = 0x9f36;
/** P1 P2 of PUT DATA, old value, new value. */
const LOAD_HEAD = 14;

/** The transaction log with this transaction as its newest entry (4.9); unchanged on a card without one. */
export function logWith(applet: AppletInTransaction): Pick<FinancialState, 'log'> {
  const { contents } = applet;
  return { log: withNewest(contents.log, contents.image.state.log, items(applet, 0x9f4f)) };
}

/** The load log with a change of this object as its newest entry (4.9). */
export function loadLogWith(
  applet: AppletInTransaction,
  tag: number,
  before: string,
  after: Uint8Array,
): Pick<FinancialState, 'loadLog'> {
  const { contents } = applet;
  const head = concat([Uint8Array.of(tag >> 8, tag & 0xff), fromHex(before), after]);
  const entry = concat([head, items(applet, 0xdf4f)]);
  return { loadLog: withNewest(contents.loadLog, contents.image.state.loadLog, entry) };
}

/** Values by the format that stands in the card. */
function items({ contents, transaction }: AppletInTransaction, format: number): Uint8Array {
  const entries = dolEntries(dataObject(contents, format) ?? new Uint8Array());
  return concat(
    entries.map(({ tag, length }) => (tag === ATC ? atcBytes(contents) : givenValue(transaction, tag, length))),
  );
}

function withNewest(place: LogPlace | undefined, log: readonly string[], entry: Uint8Array): readonly string[] {
  return place === undefined ? log : [toHex(entry), ...log].slice(0, place.capacity);
}

/** Record 00 of the load log (4.9): ATC 2, count 1, 22 bytes of each entry, MAC 4 over all of it. */
export function allLoads({ contents, session }: Applet): Uint8Array | Answer {
  const { state, dataSets } = contents.image;
  if (state.loadLog.length === 0) return { sw: 0x6a83 };
  const entries = state.loadLog.map((entry) => shortened(contents, fromHex(entry)));
  const data = concat([atcBytes(contents), Uint8Array.of(entries.length), ...entries]);
  const algorithm = (session.transaction?.dataSet ?? dataSets[0])?.algorithm ?? '3DES';
  return concat([data, messageMac(algorithm, sessionKey(contents, algorithm, 'mac'), data).subarray(0, 4)]);
}

/** Head, date, time and ATC of an entry. */
function shortened(contents: FinancialContents, entry: Uint8Array): Uint8Array {
  const format = dolEntries(dataObject(contents, 0xdf4f) ?? new Uint8Array());
  const values = valuesByTag(format, entry.subarray(LOAD_HEAD));
  const parts = (
    [
      [0x9a, 3],
      [0x9f21, 3],
      [ATC, 2],
    ] as const
  ).map(([tag, length]) => {
    return values.get(tag) ?? new Uint8Array(length);
  });
  return concat([entry.subarray(0, LOAD_HEAD), ...parts]);
}
