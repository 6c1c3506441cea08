import { SscardError } from '../../apdu/errors.ts';
import { exchange, type Line, type Where } from './exchange.ts';

/** Where a record is, and how long its value is described to be. */
export interface RecordAddress {
  readonly directory: string;
  readonly ef: string;
  readonly sfi: number;
  /** One byte, two hex digits. */
  readonly tag: string;
  readonly length: number;
}

export type RecordAnswer =
  | { readonly kind: 'value'; readonly value: Uint8Array; readonly where: Where }
  | { readonly kind: 'refused'; readonly sw: number; readonly where: Where };

/**
 * READ RECORD by tag with SFI and the exact Le: no SELECT of the file, no 6Cxx round (4). A value of another length
 * than described is possible, when the card corrected Le by 6Cxx; it is whole in itself.
 * @throws SscardError `record-malformed` when what came is not exactly the record asked for, and what the channel throws
 */
export async function readRecord(line: Line, address: RecordAddress): Promise<RecordAnswer> {
  const { sfi, length } = address;
  const tag = Number.parseInt(address.tag, 16);
  const where: Where = { step: 'read-record', place: `${address.directory}${address.ef}|${address.tag}` };
  const { data, sw } = await exchange(line, { cla: 0x00, ins: 0xb2, p1: tag, p2: sfi << 3, le: length + 2 }, where);
  if (sw !== 0x9000) return { kind: 'refused', sw, where };
  if (data[0] !== tag) throw malformed('another tag than the one asked for', 0, where);
  if (data[1] !== data.length - 2) throw malformed('length and number of bytes disagree', 1, where);
  return { kind: 'value', value: data.subarray(2), where };
}

function malformed(message: string, offset: number, where: Where): SscardError {
  return new SscardError('record-malformed', message, { ...where, offset });
}
