import { concat } from '../../../apdu/bytes.ts';

/** A message to a reader (USB CCID 1.1, readers.md 2). */
export interface CcidCommand {
  readonly type: number;
  readonly slot: number;
  readonly sequence: number;
  /** Bytes 7 to 9. */
  readonly specific: Uint8Array;
  readonly data: Uint8Array;
}

/** What a reader says about it. */
export interface CcidAnswer {
  readonly type: number;
  /** Bits 1-0: 0 active, 1 inactive, 2 absent. */
  readonly icc: 0 | 1 | 2;
  /** bError of a command that failed; absent: it did not. */
  readonly error?: number;
  /** Byte 9: chain parameter, clock, protocol. */
  readonly last?: number;
  readonly data?: Uint8Array;
}

export const HEADER = 10;

/** Length of a whole message; undefined: not enough of it is there. */
export function messageLength(begun: Uint8Array): number | undefined {
  if (begun.length < 5) return undefined;
  return HEADER + new DataView(begun.buffer, begun.byteOffset).getUint32(1, true);
}

export function readCommand(message: Uint8Array): CcidCommand {
  const [type = 0] = message;
  const [slot = 0, sequence = 0] = message.subarray(5);
  return { type, slot, sequence, specific: message.subarray(7, HEADER), data: message.subarray(HEADER) };
}

/** The message of an answer, for the slot and the number of its command. */
export function writeAnswer({ slot, sequence }: CcidCommand, answer: CcidAnswer): Uint8Array {
  const { type, icc, error, last = 0, data = new Uint8Array(0) } = answer;
  const header = new Uint8Array(HEADER);
  header[0] = type;
  new DataView(header.buffer).setUint32(1, data.length, true);
  header.set([slot, sequence, icc | (error === undefined ? 0 : 0x40), error ?? 0, last], 5);
  return concat([header, data]);
}
