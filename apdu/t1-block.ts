import { concat } from './bytes.ts';

/** How blocks are checked. */
export interface T1BlockForm {
  readonly edc: 'LRC' | 'CRC';
  /** ISO/IEC 7816-3 has the high byte first; LIKELY, some readers are the other way round. Default `high`. */
  readonly crcFirst?: 'high' | 'low';
}

/** A block, taken apart (ISO/IEC 7816-3:2006, 11.3). */
export type T1Block =
  | { readonly kind: 'I'; readonly ns: 0 | 1; readonly more: boolean; readonly inf: Uint8Array }
  /** `error`: 0 none, 1 check or parity, 2 other. */
  | { readonly kind: 'R'; readonly nr: 0 | 1; readonly error: number }
  | { readonly kind: 'S'; readonly type: T1Supervision; readonly response: boolean; readonly value?: number };

/** What S-blocks are about. */
export type T1Supervision = 'RESYNCH' | 'IFS' | 'ABORT' | 'WTX';

/** Why bytes are no block: the check is wrong; or length, node address, or control byte. */
export type T1Fault = 'edc' | 'other';

const PROLOGUE = 3;
const RESERVED_LEN = 0xff;
const TYPES: readonly T1Supervision[] = ['RESYNCH', 'IFS', 'ABORT', 'WTX'];
const NOTHING = new Uint8Array(0);

/** CRC of ISO/IEC 13239, 16 bits (reflected 8408h, start FFFF, complemented). */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0x8408 : crc >> 1;
  }
  return crc ^ 0xffff;
}

function check(bytes: Uint8Array, { edc, crcFirst = 'high' }: T1BlockForm): Uint8Array {
  if (edc === 'LRC') return Uint8Array.of(bytes.reduce((sum, byte) => sum ^ byte, 0));
  const crc = crc16(bytes);
  const pair = [crc >> 8, crc & 0xff];
  return Uint8Array.from(crcFirst === 'high' ? pair : pair.reverse());
}

/**
 * Bytes of a block with its prologue and check.
 * @example encodeT1Block({ kind: 'R', nr: 1, error: 0 }, { edc: 'LRC' }) // 00 90 00 90
 */
export function encodeT1Block(block: T1Block, form: T1BlockForm, nad = 0): Uint8Array {
  const inf = infOf(block);
  const body = concat([Uint8Array.of(nad, pcbOf(block), inf.length), inf]);
  return concat([body, check(body, form)]);
}

function infOf(block: T1Block): Uint8Array {
  if (block.kind === 'I') return block.inf;
  return block.kind === 'S' && block.value !== undefined ? Uint8Array.of(block.value) : NOTHING;
}

function pcbOf(block: T1Block): number {
  if (block.kind === 'I') return (block.ns << 6) | (block.more ? 0x20 : 0);
  if (block.kind === 'R') return 0x80 | (block.nr << 4) | block.error;
  return 0xc0 | (block.response ? 0x20 : 0) | TYPES.indexOf(block.type);
}

/**
 * Reads a whole block.
 * @param nad what the other side has to say there
 * @returns the block, or why it is none; the length is looked at first, then the check, then the rest
 * @example decodeT1Block(fromHex('00C30105C7'), { edc: 'LRC' }) // { kind: 'S', type: 'WTX', response: false, value: 5 }
 */
export function decodeT1Block(bytes: Uint8Array, form: T1BlockForm, nad = 0): T1Block | T1Fault {
  const [node, pcb, length] = bytes;
  if (length === undefined || bytes.length !== t1BlockLength(bytes, form)) return 'other';
  const end = PROLOGUE + length;
  if (check(bytes.subarray(0, end), form).some((byte, at) => byte !== bytes[end + at])) return 'edc';
  return node === nad ? blockOf(pcb as number, bytes.slice(PROLOGUE, end)) : 'other';
}

function blockOf(pcb: number, inf: Uint8Array): T1Block | T1Fault {
  if ((pcb & 0x80) === 0) {
    if (pcb & 0x1f) return 'other';
    return { kind: 'I', ns: ((pcb >> 6) & 1) as 0 | 1, more: (pcb & 0x20) !== 0, inf };
  }
  if ((pcb & 0x40) === 0) {
    if (pcb & 0x2c || inf.length > 0) return 'other';
    return { kind: 'R', nr: ((pcb >> 4) & 1) as 0 | 1, error: pcb & 0x03 };
  }
  const type = TYPES[pcb & 0x1f];
  if (type === undefined) return 'other';
  const response = (pcb & 0x20) !== 0;
  const valued = type === 'IFS' || type === 'WTX';
  if (inf.length !== (valued ? 1 : 0)) return 'other';
  return { kind: 'S', type, response, ...(valued && { value: inf[0] as number }) };
}

/**
 * Bytes of the block that has begun, for a line that reads it byte by byte.
 * @returns nothing until LEN is there, and where LEN is the reserved FF: what follows is to be waited out (CWT)
 * @example t1BlockLength(fromHex('00C301'), { edc: 'LRC' }) // 5
 */
export function t1BlockLength(begun: Uint8Array, { edc }: T1BlockForm): number | undefined {
  const length = begun[2];
  if (length === undefined || length === RESERVED_LEN) return undefined;
  return PROLOGUE + length + (edc === 'LRC' ? 1 : 2);
}
