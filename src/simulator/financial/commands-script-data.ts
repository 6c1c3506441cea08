import { toHex } from '../../../apdu/bytes.ts';
import { type Answer, done } from '../command.ts';
import { hasFile } from './commands-read.ts';
import { amountObject, amountOf } from './contents.ts';
import { loadLogWith } from './log.ts';
import type { ScriptCommand } from './scripts.ts';
import type { AppletInTransaction } from './session.ts';
import { storeImage, storeState } from './state.ts';

const BALANCE = 0x9f79;
/** The card's own counters, and the formats of its logs. */
const NOT_FOR_SCRIPTS: readonly number[] = [0x9f36, 0x9f13, 0x9f17, 0x9f4f, 0xdf4f];
/** Currencies, countries and amounts: BCD. */
const NUMERIC: readonly number[] = [0x9f51, 0x9f54, 0x9f57, 0x9f5c, 0x9f6b, 0x9f6d, 0x9f76, 0x9f77, 0x9f78, BALANCE];

/** PUT DATA, `04 DA`: limits, default action and e-cash, each in its length (2, 4.9). */
export const putData: ScriptCommand = {
  refuse: (_, length) => (length > 0 ? undefined : 0x6700),
  run: (applet, { p1, p2 }, value) => {
    const { image } = applet.contents;
    const tag = p1 * 256 + p2;
    const name = tag.toString(16).toUpperCase();
    const old = tag === BALANCE ? image.state.balance : image.data[name];
    if (NOT_FOR_SCRIPTS.includes(tag)) return { sw: 0x6985 };
    if (old === undefined) return { sw: 0x6a88 };
    if (old.length !== 2 * value.length) return { sw: 0x6700 };
    if (NUMERIC.includes(tag) && !/^\d+$/.test(toHex(value))) return { sw: 0x6a80 };
    if (tag === BALANCE) return putBalance(applet, old, value);
    storeImage(applet, { data: { ...image.data, [name]: toHex(value) } }, value.length);
    return done;
  },
};

/** The balance and its load log entry change in one write; never over the limit 9F77. */
function putBalance(applet: AppletInTransaction, old: string, value: Uint8Array): Answer {
  const limit = amountObject(applet.contents, 0x9f77);
  if (limit !== undefined && amountOf(value) > limit) return { sw: 0x6985 };
  storeState(applet, { balance: toHex(value), ...loadLogWith(applet, BALANCE, old, value) });
  return done;
}

/** UPDATE RECORD, `04 DC`: a record in its length; the logs are the card's own (2). */
export const updateRecord: ScriptCommand = {
  refuse: ({ p2 }, length) => {
    if ((p2 & 0x07) !== 0x04) return 0x6a86;
    return length > 0 ? undefined : 0x6700;
  },
  run: (applet, { p1, p2 }, record) => {
    const { contents } = applet;
    const { records } = contents.image;
    const sfi = p2 >> 3;
    const place = `${sfi}.${p1}`;
    if (sfi === contents.log?.sfi || sfi === contents.loadLog?.sfi) return { sw: 0x6982 };
    if (!hasFile(contents, sfi)) return { sw: 0x6a82 };
    const old = records[place];
    if (old === undefined) return { sw: 0x6a83 };
    if (old.length !== 2 * record.length) return { sw: 0x6700 };
    storeImage(applet, { records: { ...records, [place]: toHex(record) } }, record.length);
    return done;
  },
};
