import { encodeBerTlv } from '../../../apdu/ber-tlv.ts';
import { fromHex } from '../../../apdu/bytes.ts';
import { type Answer, type CardCore, type CommandRules, give, type LineCommand } from '../command.ts';
import { atcBytes, dataObject, type FinancialContents } from './contents.ts';
import { allLoads } from './log.ts';
import { type Applet, appletOf, ofApplication } from './session.ts';

const FIRST_PRIVATE_TAG = 0x9f00;

/** READ RECORD: of the directory, of the application, of its logs; free before GET PROCESSING OPTIONS, too (6). */
function readRecord(card: CardCore, { p1, p2, p3 }: LineCommand): Answer {
  const applet = appletOf(card);
  if (applet === undefined) return { sw: 0x6985 };
  if ((p2 & 0x07) !== 0x04) return { sw: 0x6a86 };
  const found = recordIn(applet, p2 >> 3, p1);
  return found instanceof Uint8Array ? give(found, p3) : found;
}

function recordIn(applet: Applet, sfi: number, number: number): Uint8Array | Answer {
  const { contents, session } = applet;
  const { directory, records, state } = contents.image;
  if (session.selected === 'directory') return sfi === directory?.sfi ? listed(directory.records, number) : NO_FILE;
  if (sfi === contents.log?.sfi) return listed(state.log, number);
  if (sfi === contents.loadLog?.sfi) return number === 0 ? allLoads(applet) : listed(state.loadLog, number);
  if (!hasFile(contents, sfi)) return NO_FILE;
  const record = records[`${sfi}.${number}`];
  return record === undefined ? NO_RECORD : fromHex(record);
}

const NO_FILE: Answer = { sw: 0x6a82 };
const NO_RECORD: Answer = { sw: 0x6a83 };

function listed(records: readonly string[], number: number): Uint8Array | Answer {
  const record = records[number - 1];
  return record === undefined ? NO_RECORD : fromHex(record);
}

/** A file is there when a record of it is. */
export function hasFile({ image }: FinancialContents, sfi: number): boolean {
  return Object.keys(image.records).some((place) => place.startsWith(`${sfi}.`));
}

/** GET DATA: tag, length, value (2). */
function getData({ contents }: Applet, { p1, p2, p3 }: LineCommand): Answer {
  const tag = p1 * 256 + p2;
  const value = tag < FIRST_PRIVATE_TAG ? undefined : freeObject(contents, tag);
  return value === undefined ? { sw: 0x6a88 } : give(encodeBerTlv([{ tag, value }]), p3);
}

function freeObject(contents: FinancialContents, tag: number): Uint8Array | undefined {
  const { pin, state, internal } = contents.image;
  if (tag === 0x9f36) return atcBytes(contents);
  if (tag === 0x9f13) return fromHex(state.lastOnlineAtc);
  if (tag === 0x9f17) return Uint8Array.of(pin.triesLeft);
  if (tag === 0x9f79) return state.balance === undefined ? undefined : fromHex(state.balance);
  return internal.includes(tag.toString(16).toUpperCase()) ? undefined : dataObject(contents, tag);
}

/** READ RECORD and GET DATA (2, 4.9). */
export const readCommands: CommandRules = {
  '00B2': { form: 'asks', run: readRecord },
  '80CA': { form: 'asks', run: ofApplication(getData) },
};
