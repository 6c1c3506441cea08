import { SscardError } from '../../apdu/errors.ts';
import { exchange, type Line } from '../../drivers/exchange.ts';
import type { Where } from './steps.ts';

/** Where a record is, and how long its value is described to be. */
export interface RecordAddress {
  readonly directory: string;
  readonly ef: string;
  readonly sfi: number;
  /** One byte, two hex digits. */
  readonly tag: string;
  /** 0: nobody says. */
  readonly length: number;
  /** Asks by number instead of by tag: of a tag that stands in the file several times, by tag only the first is found (4). */
  readonly record?: number;
}

/** A record of a cyclic file: it has no tag, 1 is the newest (4). */
export interface CyclicAddress extends Omit<RecordAddress, 'tag' | 'record'> {
  /** From 1. */
  readonly record: number;
}

export type RecordAnswer =
  | { readonly kind: 'value'; readonly value: Uint8Array; readonly where: Where }
  | { readonly kind: 'refused'; readonly sw: number; readonly where: Where };

/** P2 under the short identifier: P1 is a number (ISO/IEC 7816-4, 7.3.3); 000 takes it for a tag on this card (4). */
const BY_NUMBER = 0x04;
/** Le = 00 (4). */
const ALL_THERE_IS = 0x100;

/**
 * READ RECORD by tag with SFI and the exact Le: no SELECT of the file, no 6Cxx round (4). A value of another length
 * than described is possible, when the card corrected Le by 6Cxx; it is whole in itself.
 * @throws SscardError `record-malformed` when what came is not exactly the record asked for, and what the channel throws
 */
export async function readRecord(line: Line, address: RecordAddress): Promise<RecordAnswer> {
  const { sfi, length, record } = address;
  const tag = Number.parseInt(address.tag, 16);
  const position = record === undefined ? '' : `:${twoDigits(record)}`;
  const where: Where = { step: 'read-record', place: `${address.directory}${address.ef}|${address.tag}${position}` };
  const [p1, mode] = record === undefined ? [tag, 0] : [record, BY_NUMBER];
  const le = length === 0 ? ALL_THERE_IS : length + 2;
  const { data, sw } = await exchange(line, { cla: 0x00, ins: 0xb2, p1, p2: (sfi << 3) | mode, le }, where);
  if (sw !== 0x9000) return { kind: 'refused', sw, where };
  if (data[0] !== tag) throw malformed('another tag than the one asked for', 0, where);
  if (data[1] !== data.length - 2) throw malformed('length and number of bytes disagree', 1, where);
  return { kind: 'value', value: data.subarray(2), where };
}

/**
 * READ RECORD of a cyclic file, by number with SFI and the exact Le. Its fields have no tags, so a record of another
 * length than described cannot be read. Where no length is described (0), the record is whatever came.
 * @throws SscardError `record-malformed`, and what the channel throws
 */
export async function readCyclicRecord(line: Line, address: CyclicAddress): Promise<RecordAnswer> {
  const { directory, ef, sfi, record, length } = address;
  const where: Where = { step: 'read-record', place: `${directory}${ef}:${twoDigits(record)}` };
  const command = { cla: 0x00, ins: 0xb2, p1: record, p2: (sfi << 3) | BY_NUMBER, le: length || ALL_THERE_IS };
  const { data, sw } = await exchange(line, command, where);
  if (sw !== 0x9000) return { kind: 'refused', sw, where };
  if (length > 0 && data.length !== length) throw malformed(`not ${length} bytes`, data.length, where);
  return { kind: 'value', value: data, where };
}

/** Of a record in an address (3.3). */
function twoDigits(record: number): string {
  return String(record).padStart(2, '0');
}

function malformed(message: string, offset: number, where: Where): SscardError {
  return new SscardError('record-malformed', message, { ...where, offset });
}
