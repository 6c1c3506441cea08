import {
  type Answer,
  allowed,
  type CardCore,
  type CommandRules,
  done,
  fileBySfi,
  give,
  isAnswer,
  type LineCommand,
} from './command.ts';
import { blockOf, type File } from './contents.ts';

/** Low three bits of P2 (4): the first record with this tag, or the record with this number; a new one in a cyclic file. */
const BY_TAG = 0;
const BY_NUMBER = 4;
const APPEND = 3;

function readRecord(card: CardCore, { p1, p2, p3 }: LineCommand): Answer {
  const mode = p2 & 0x07;
  if (mode !== BY_TAG && mode !== BY_NUMBER) return { sw: 0x6a86 };
  const file = fileBySfi(card.session, p2 >> 3);
  if (isAnswer(file)) return file;
  if (file.kind === 'transparent' || (file.kind === 'cyclic' && mode === BY_TAG)) return { sw: 0x6981 };
  const refused = refusedReading(card, file);
  if (refused !== undefined) return refused;
  const record = findRecord(file, mode, p1);
  return record === undefined ? { sw: 0x6a83 } : give(record, p3);
}

function findRecord(file: File, mode: number, reference: number): Uint8Array | undefined {
  return mode === BY_NUMBER ? file.cells[reference - 1] : file.cells.find((record) => record[0] === reference);
}

/** While the application is blocked for a time, only what is free is read (5, after the table). */
function refusedReading({ contents, session }: CardCore, file: File): Answer | undefined {
  if (blockOf(contents) === 'temporary' && file.read !== 'free') return { sw: 0x6985 };
  return allowed(session, file.read) ? undefined : { sw: 0x6982 };
}

function updateRecord(card: CardCore, { p1, p2, data }: LineCommand): Answer {
  const mode = p2 & 0x07;
  if (mode === APPEND) return append(card, p1, p2 >> 3, data);
  if (mode !== BY_TAG && mode !== BY_NUMBER) return { sw: 0x6a86 };
  if (data === undefined) return { sw: 0x6700 };
  const file = fileBySfi(card.session, p2 >> 3);
  if (isAnswer(file)) return file;
  if (file.kind !== 'records') return { sw: 0x6981 };
  if (!allowed(card.session, file.update)) return { sw: 0x6982 };
  const record = findRecord(file, mode, p1);
  if (record === undefined) return { sw: 0x6a83 };
  if (data.length !== record.length) return { sw: 0x6700 };
  if (data[0] !== record[0] || data[1] !== record[1]) return { sw: 0x6a80 };
  card.memory.store(record, data);
  return done;
}

function appendRecord(card: CardCore, { p1, p2, data }: LineCommand): Answer {
  return (p2 & 0x07) === 0 ? append(card, p1, p2 >> 3, data) : { sw: 0x6a86 };
}

/** A cyclic file: the new record is 1, the oldest drops out (10). */
function append(card: CardCore, p1: number, sfi: number, data: Uint8Array | undefined): Answer {
  if (p1 !== 0) return { sw: 0x6a86 };
  if (data === undefined) return { sw: 0x6700 };
  const file = fileBySfi(card.session, sfi);
  if (isAnswer(file)) return file;
  if (file.image.kind !== 'cyclic') return { sw: 0x6981 };
  if (!allowed(card.session, file.update)) return { sw: 0x6982 };
  if (data.length !== file.image.recordLength) return { sw: 0x6700 };
  card.memory.replace(data.length, () => putNewest(file, data));
  return done;
}

/** The write of a whole record: the caller stores it. */
export function putNewest(file: File, record: Uint8Array): void {
  file.cells.unshift(record);
  if (file.image.kind === 'cyclic' && file.cells.length > file.image.capacity) file.cells.pop();
}

function readBinary(card: CardCore, command: LineCommand): Answer {
  const place = binaryPlace(card, command);
  if (isAnswer(place)) return place;
  const refused = refusedReading(card, place.file);
  if (refused !== undefined) return refused;
  const rest = place.cell.subarray(place.offset);
  if (rest.length === 0) return { sw: 0x6b00 };
  return give(rest.slice(0, command.p3 === 0 ? 256 : command.p3), command.p3);
}

function updateBinary(card: CardCore, command: LineCommand): Answer {
  const { data } = command;
  if (data === undefined) return { sw: 0x6700 };
  const place = binaryPlace(card, command);
  if (isAnswer(place)) return place;
  if (!allowed(card.session, place.file.update)) return { sw: 0x6982 };
  if (place.offset >= place.cell.length) return { sw: 0x6b00 };
  if (place.offset + data.length > place.cell.length) return { sw: 0x6a84 };
  card.memory.store(place.cell, data, place.offset);
  return done;
}

/** P1 with its highest bit set names the file, and P2 is the offset; else both are the offset in the current file. */
function binaryPlace(
  { session }: CardCore,
  { p1, p2 }: LineCommand,
): { file: File; cell: Uint8Array; offset: number } | Answer {
  const named = (p1 & 0x80) !== 0;
  if (named && ((p1 & 0x60) !== 0 || (p1 & 0x1f) === 0)) return { sw: 0x6a86 };
  const file = fileBySfi(session, named ? p1 & 0x1f : 0);
  if (isAnswer(file)) return file;
  const [cell] = file.cells;
  if (file.kind !== 'transparent' || cell === undefined) return { sw: 0x6981 };
  return { file, cell, offset: named ? p2 : p1 * 256 + p2 };
}

/** READ RECORD, UPDATE RECORD, APPEND RECORD, READ BINARY, UPDATE BINARY (4). */
export const fileCommands: CommandRules = {
  '00B2': { form: 'asks', whileBlocked: 'temporary', run: readRecord },
  '00DC': { form: 'sends', run: updateRecord },
  '00E2': { form: 'sends', run: appendRecord },
  '00B0': { form: 'asks', whileBlocked: 'temporary', run: readBinary },
  '00D6': { form: 'sends', run: updateBinary },
};
