import { SscardError } from './errors.ts';
import { bitRate, clockRate, DEFAULT_TA1 } from './speed.ts';

/** Protocol and parameters selection (ISO/IEC 7816-3:2006, 9). Bytes that are not there are not sent. */
export interface Pps {
  /** T, 0 to 14. */
  readonly protocol: number;
  /** Coded like TA1. */
  readonly pps1?: number;
  readonly pps2?: number;
  readonly pps3?: number;
}

/**
 * What the card's answer means. `accepted-default`: the protocol is agreed, F = 372 and D = 1 stay. After `rejected` and
 * `timeout` the card is to be deactivated, or reset and used without PPS.
 */
export type PpsOutcome =
  | {
      readonly result: 'accepted' | 'accepted-default';
      readonly protocol: number;
      readonly fi: number;
      readonly di: number;
    }
  | { readonly result: 'rejected' | 'timeout' };

/**
 * The request, check byte included. Only in negotiable mode, only as the first thing after the ATR.
 * @throws SscardError `pps-malformed`: T over 14, a field that is no byte, or a reserved Fi or Di
 * @example encodePps({ protocol: 0, pps1: 0x18 }) // FF 10 18 F7
 */
export function encodePps({ protocol, pps1, pps2, pps3 }: Pps): Uint8Array {
  if (!(Number.isInteger(protocol) && protocol >= 0 && protocol <= 14)) malformed('T must be 0 to 14', 1);
  if (pps1 !== undefined && !(clockRate(pps1) && bitRate(pps1))) malformed('PPS1 has a reserved value', 2);
  const bytes = [0xff, protocol];
  for (const [index, byte] of [pps1, pps2, pps3].entries()) {
    if (byte === undefined) continue;
    if (!(Number.isInteger(byte) && byte >= 0 && byte <= 0xff)) malformed('a field must be a byte', bytes.length);
    bytes[1] = (bytes[1] as number) | (0x10 << index);
    bytes.push(byte);
  }
  bytes.push(bytes.reduce((sum, byte) => sum ^ byte));
  return Uint8Array.from(bytes);
}

/**
 * Reads a PPS request or response (ISO/IEC 7816-3:2006, 9.2).
 * @throws SscardError `pps-malformed` with the offset of the first wrong byte
 */
export function decodePps(bytes: Uint8Array): Pps {
  const pps0 = bytes[1];
  if (bytes[0] !== 0xff) return malformed('PPSS must be FF', 0);
  if (pps0 === undefined) return malformed('PPS0 is missing', 1);
  if ((pps0 & 0x0f) === 0x0f) return malformed('T must be 0 to 14', 1);
  if (pps0 & 0x80) return malformed('bit 8 of PPS0 must be 0', 1);
  const fields = [0x10, 0x20, 0x40].filter((bit) => pps0 & bit).length;
  if (bytes.length !== fields + 3)
    return malformed('PPS0 and the number of bytes disagree', Math.min(bytes.length, fields + 3));
  if (bytes.reduce((sum, byte) => sum ^ byte) !== 0) return malformed('PCK is wrong', bytes.length - 1);
  let at = 2;
  const field = (name: 'pps1' | 'pps2' | 'pps3', bit: number) => (pps0 & bit ? { [name]: bytes[at++] as number } : {});
  return { protocol: pps0 & 0x0f, ...field('pps1', 0x10), ...field('pps2', 0x20), ...field('pps3', 0x40) };
}

/**
 * Compares the card's answer with the request that was sent (ISO/IEC 7816-3:2006, 9.3).
 * @param answer `undefined`: nothing came within the initial waiting time
 * @throws SscardError `pps-malformed` when the request itself is wrong; a wrong answer is an outcome
 */
export function evaluatePps(request: Uint8Array, answer: Uint8Array | undefined): PpsOutcome {
  const asked = decodePps(request);
  if (answer === undefined) return { result: 'timeout' };
  const given = tryDecode(answer);
  const fits =
    given?.protocol === asked.protocol &&
    sameOrLeftOut(given.pps1, asked.pps1) &&
    sameOrLeftOut(given.pps2, asked.pps2) &&
    sameOrLeftOut(given.pps3, asked.pps3);
  if (!fits) return { result: 'rejected' };
  const speed = given.pps1 ?? DEFAULT_TA1;
  const fi = clockRate(speed)?.fi;
  const di = bitRate(speed);
  if (fi === undefined || di === undefined) return { result: 'rejected' };
  return { result: given.pps1 === undefined ? 'accepted-default' : 'accepted', protocol: asked.protocol, fi, di };
}

function sameOrLeftOut(given: number | undefined, asked: number | undefined): boolean {
  return given === undefined || given === asked;
}

function tryDecode(bytes: Uint8Array): Pps | undefined {
  try {
    return decodePps(bytes);
  } catch {
    return undefined;
  }
}

function malformed(message: string, offset: number): never {
  throw new SscardError('pps-malformed', message, { offset });
}
