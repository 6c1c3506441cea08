import { concat } from '../../../apdu/bytes.ts';
import { SscardError } from '../../../apdu/errors.ts';
import { exchange, type Line } from '../../../drivers/exchange.ts';
import type { Denied } from '../denial.ts';
import type { Flow } from '../flow.ts';
import type { FileDescription } from '../profile/profile.ts';
import type { Where } from '../steps.ts';
import type { FileRight, Refused } from './right.ts';

const DONE = 0x9000;
const PAST_THE_END = 0x6b00;
/** P1 of READ BINARY and UPDATE BINARY with a short identifier in it: the offset is P2 alone (4). */
const BY_SFI = 0x80;

/** Part of a transparent file. */
export interface Bytes {
  readonly kind: 'bytes';
  readonly bytes: Uint8Array;
}

/** P1 P2: the first part names the file by SFI and makes it the current one, the others are found by offset (4). */
export function binaryPlace({ sfi }: FileDescription, offset: number): { readonly p1: number; readonly p2: number } {
  return offset === 0 ? { p1: BY_SFI | sfi, p2: 0 } : { p1: offset >> 8, p2: offset & 0xff };
}

/**
 * A whole transparent file, `binaryChunk` bytes at a time (4). Where the card's file is shorter than described, a part
 * comes short (6Cxx says how short), and 6B00 is the answer to what would come next: the file is what came.
 * @throws SscardError `answer-malformed` for a part that is short while the file goes on, and what the channel throws
 */
export async function readBinaryFile(
  flow: Flow,
  file: FileDescription,
  right: FileRight,
): Promise<Bytes | Refused | Denied> {
  const { size = 0 } = file;
  const parts: Uint8Array[] = [];
  let offset = 0;
  let short = false;
  while (offset < size) {
    const wanted = Math.min(flow.profile.binaryChunk, size - offset);
    const part = await right.use(() => readPart(flow.line, file, offset, wanted));
    if (part.kind === 'refused' && part.sw === PAST_THE_END && offset > 0) break;
    if (part.kind !== 'bytes') return part;
    if (short) throw malformed('a part came short, and the file goes on', whereOf(file));
    parts.push(part.bytes);
    offset += part.bytes.length;
    short = part.bytes.length < wanted;
  }
  return { kind: 'bytes', bytes: concat(parts) };
}

/** One READ BINARY. @throws SscardError `answer-malformed` for no bytes, or more than were asked for */
export async function readPart(
  line: Line,
  file: FileDescription,
  offset: number,
  length: number,
): Promise<Bytes | Refused> {
  const where = whereOf(file);
  const command = { cla: 0x00, ins: 0xb0, ...binaryPlace(file, offset), le: length };
  const { data, sw } = await exchange(line, command, where);
  if (sw !== DONE) return { kind: 'refused', sw, where };
  if (data.length === 0 || data.length > length) throw malformed(`not ${length} bytes`, where);
  return { kind: 'bytes', bytes: data };
}

function whereOf({ directory, ef }: FileDescription): Where {
  return { step: 'read-binary', place: directory + ef };
}

function malformed(message: string, where: Where): SscardError {
  return new SscardError('answer-malformed', message, { ...where });
}
