import { SscardError } from './errors.ts';
import type { CommandApdu } from './types.ts';

/** Cases of ISO/IEC 7816-3:2006, 12.1: with or without data and Le; S for short, E for extended length fields. */
export type CommandCase = '1' | '2S' | '3S' | '4S' | '2E' | '3E' | '4E';

/** A command, and the case that its length fields were in. */
export type DecodedCommand = CommandApdu & { readonly case: CommandCase };

const HEADER = 4;
const MAX_SHORT_DATA = 0xff;
const MAX_SHORT_LE = 0x100;
const MAX_DATA = 0xffff;
const MAX_LE = 0x10000;

/**
 * Bytes of a command (ISO/IEC 7816-4, 5.1): the short form when data (255) and Le (256) fit, else the extended one.
 * @throws SscardError `command-malformed`: a header byte out of range, INS 6X or 9X, empty or over-long data, Le not 1 to 65,536
 * @example encodeCommand({ cla: 0x00, ins: 0xb2, p1: 1, p2: 0x2c, le: 256 }) // 00 B2 01 2C 00
 */
export function encodeCommand(command: CommandApdu): Uint8Array {
  checkHeader(command);
  const { data, le } = command;
  const nc = data?.length ?? 0;
  if (data && (nc === 0 || nc > MAX_DATA)) malformed('data must have 1 to 65,535 bytes', HEADER);
  if (le !== undefined && !(Number.isInteger(le) && le >= 1 && le <= MAX_LE))
    malformed('Le must be 1 to 65,536', HEADER);
  const extended = nc > MAX_SHORT_DATA || (le ?? 0) > MAX_SHORT_LE;
  const bytes = [command.cla, command.ins, command.p1, command.p2];
  if (extended) bytes.push(0);
  if (data) pushLength(bytes, nc, extended);
  const tail: number[] = [];
  if (le !== undefined) pushLength(tail, le, extended);
  const whole = new Uint8Array(bytes.length + nc + tail.length);
  whole.set(bytes);
  if (data) whole.set(data, bytes.length);
  whole.set(tail, bytes.length + nc);
  return whole;
}

/**
 * Reads a command by its length (ISO/IEC 7816-3:2006, 12.1). `data` is a view into `bytes`, not a copy.
 * @throws SscardError `command-malformed` with the offset of the length field that does not fit
 * @example decodeCommand(fromHex('00A40000023F00')) // { cla: 0, ins: 0xa4, p1: 0, p2: 0, data: 3F00, case: '3S' }
 */
export function decodeCommand(bytes: Uint8Array): DecodedCommand {
  const [cla, ins, p1, p2, first] = bytes;
  if (cla === undefined || ins === undefined || p1 === undefined || p2 === undefined)
    return malformed('a command has at least four bytes', bytes.length);
  const header = { cla, ins, p1, p2 };
  if (first === undefined) return { ...header, case: '1' };
  if (bytes.length === 5) return { ...header, le: first || MAX_SHORT_LE, case: '2S' };
  if (first > 0) {
    const end = HEADER + 1 + first;
    const data = bytes.subarray(HEADER + 1, end);
    if (bytes.length === end) return { ...header, data, case: '3S' };
    if (bytes.length === end + 1) return { ...header, data, le: bytes[end] || MAX_SHORT_LE, case: '4S' };
    return malformed('Lc and the number of bytes disagree', HEADER);
  }
  return decodeExtended(bytes, header);
}

/**
 * First TPDU of a command on T=0: header, P3, data (iso7816.md 4). Le of case 4 is not sent; the answer comes by GET RESPONSE.
 * @returns `undefined` when the data do not fit one TPDU (over 255 bytes) and ENVELOPE is needed: never cut silently
 * @throws SscardError `command-malformed`
 */
export function firstTpdu(bytes: Uint8Array): Uint8Array | undefined {
  const { cla, ins, p1, p2, data, le = 0 } = decodeCommand(bytes);
  if (!data) return Uint8Array.of(cla, ins, p1, p2, le <= MAX_SHORT_LE ? le & 0xff : 0);
  if (data.length > MAX_SHORT_DATA) return undefined;
  const tpdu = new Uint8Array(HEADER + 1 + data.length);
  tpdu.set([cla, ins, p1, p2, data.length]);
  tpdu.set(data, HEADER + 1);
  return tpdu;
}

function decodeExtended(bytes: Uint8Array, header: Pick<CommandApdu, 'cla' | 'ins' | 'p1' | 'p2'>): DecodedCommand {
  const start = HEADER + 3;
  if (bytes.length < start) return malformed('neither a short nor an extended form', HEADER);
  const length = readShort(bytes, HEADER + 1);
  if (bytes.length === start) return { ...header, le: length || MAX_LE, case: '2E' };
  const end = start + length;
  if (length === 0) return malformed('extended Lc must not be zero', HEADER);
  const data = bytes.subarray(start, end);
  if (bytes.length === end) return { ...header, data, case: '3E' };
  if (bytes.length === end + 2) return { ...header, data, le: readShort(bytes, end) || MAX_LE, case: '4E' };
  return malformed('extended Lc and the number of bytes disagree', HEADER + 1);
}

function readShort(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

function pushLength(bytes: number[], length: number, extended: boolean): void {
  if (extended) bytes.push((length >> 8) & 0xff);
  bytes.push(length & 0xff);
}

function checkHeader({ cla, ins, p1, p2 }: CommandApdu): void {
  for (const [at, byte] of [cla, ins, p1, p2].entries())
    if (!(Number.isInteger(byte) && byte >= 0 && byte <= 0xff)) malformed('a header field must be a byte', at);
  // ISO/IEC 7816-3, 10.3.2: these values would be taken for a status byte on T=0.
  if (ins >> 4 === 0x6 || ins >> 4 === 0x9) malformed('INS 6X and 9X are not allowed', 1);
}

function malformed(message: string, offset: number): never {
  throw new SscardError('command-malformed', message, { offset });
}
