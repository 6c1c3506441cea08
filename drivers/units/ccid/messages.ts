import { SscardError } from '../../../apdu/errors.ts';
import { headerLength, messageLength } from './carriage.ts';

/** Types of the messages to the reader, and which message answers them (USB CCID 1.1, 6.1; readers.md 2). */
const COMMANDS = {
  'set-parameters': [0x61, 'parameters'],
  'power-on': [0x62, 'data-block'],
  'power-off': [0x63, 'slot-status'],
  'slot-status': [0x65, 'slot-status'],
  secure: [0x69, 'data-block'],
  't0-apdu': [0x6a, 'slot-status'],
  escape: [0x6b, 'escape'],
  'get-parameters': [0x6c, 'parameters'],
  'reset-parameters': [0x6d, 'parameters'],
  'icc-clock': [0x6e, 'slot-status'],
  transfer: [0x6f, 'data-block'],
  mechanical: [0x71, 'slot-status'],
  abort: [0x72, 'slot-status'],
  'set-data-rate-and-clock': [0x73, 'data-rate'],
} as const;

/** Types of the messages from the reader (6.2), from 80 on. */
const ANSWERS = ['data-block', 'slot-status', 'parameters', 'escape', 'data-rate'] as const;
const FIRST_ANSWER = 0x80;
const CARDS = ['active', 'inactive', 'absent'] as const;
const OUTCOMES = ['ok', 'failed', 'time-extension'] as const;

/** A message to the reader, without its address. */
export interface CcidCommand {
  readonly kind: keyof typeof COMMANDS;
  /** Bytes 7 to 9. Default: zeros. */
  readonly specific?: readonly [number, number, number];
  readonly data?: Uint8Array;
}

/** A message from the reader. */
export interface CcidAnswer {
  readonly kind: (typeof ANSWERS)[number];
  readonly slot: number;
  readonly sequence: number;
  readonly card: (typeof CARDS)[number];
  readonly command: (typeof OUTCOMES)[number];
  /** bError: of a failed command why (readers.md 2), of a time extension the factor on the waiting time; else without meaning. */
  readonly error: number;
  /** Byte 9: chain parameter, clock status, protocol number. */
  readonly last: number;
  readonly data: Uint8Array;
}

/** What a reader says unasked (6.3). */
export type CcidNotice =
  | {
      readonly kind: 'slot-change';
      readonly slots: readonly { readonly present: boolean; readonly changed: boolean }[];
    }
  /** `code` 1: over-current. */
  | { readonly kind: 'hardware-error'; readonly slot: number; readonly sequence: number; readonly code: number };

/** IccPowerOn: which voltage. */
export type Voltage = 'auto' | '5' | '3' | '1.8';

const VOLTAGES: readonly Voltage[] = ['auto', '5', '3', '1.8'];

export function powerOn(voltage: Voltage): CcidCommand {
  return { kind: 'power-on', specific: [VOLTAGES.indexOf(voltage), 0, 0] };
}

/**
 * XfrBlock: an APDU, a TPDU, or bytes.
 * @param level wLevelParameter: of a command in pieces, which piece it is
 * @param waiting bBWI: how much longer the card's block waiting time is for this once
 */
export function transfer(data: Uint8Array, level = 0, waiting = 0): CcidCommand {
  return { kind: 'transfer', specific: [waiting, level & 0xff, level >> 8], data };
}

/** Bytes of a message. @param slot bSlot @param sequence bSeq, 0 to 255 */
export function encodeCommand(command: CcidCommand, slot: number, sequence: number): Uint8Array {
  const { kind, specific = [0, 0, 0], data } = command;
  const length = data?.length ?? 0;
  const message = new Uint8Array(headerLength + length);
  message[0] = COMMANDS[kind][0];
  new DataView(message.buffer).setUint32(1, length, true);
  message.set([slot, sequence, ...specific], 5);
  if (data !== undefined) message.set(data, headerLength);
  return message;
}

/** Whether these are a message to a reader: on a line that echoes, our own. */
export function isCommand(message: Uint8Array): boolean {
  return (message[0] as number) < FIRST_ANSWER;
}

/** Whether an answer is of the type that belongs to a command; a refusal may be of any. */
export function fits({ kind }: CcidCommand, answer: CcidAnswer): boolean {
  return answer.command === 'failed' || answer.kind === COMMANDS[kind][1];
}

/**
 * Reads a message from the reader. `data` is a view into `message`, not a copy.
 * @throws SscardError `answer-malformed` with the offset of the first wrong byte: the type, the length, a reserved status
 */
export function decodeAnswer(message: Uint8Array): CcidAnswer {
  const [type = 0, , , , , slot, sequence, status, error, last] = message;
  const kind = ANSWERS[type - FIRST_ANSWER];
  if (kind === undefined) return malformed('no type of an answer', 0);
  if (slot === undefined || sequence === undefined || status === undefined || error === undefined || last === undefined)
    return malformed('a header has ten bytes', message.length);
  if (messageLength(message, 0, message.length) !== message.length)
    return malformed('dwLength and the number of bytes disagree', 1);
  const card = CARDS[status & 0x03];
  const command = OUTCOMES[status >> 6];
  if (card === undefined || command === undefined) return malformed('bStatus has a reserved value', 7);
  return { kind, slot, sequence, card, command, error, last, data: message.subarray(headerLength) };
}

/**
 * Reads NotifySlotChange (two bits a slot, four slots a byte) and HardwareError.
 * @throws SscardError `answer-malformed` with the offset of the first wrong byte
 */
export function decodeNotice(message: Uint8Array): CcidNotice {
  const [type, ...rest] = message;
  const [slot, sequence, code] = rest;
  if (type === 0x50 && slot !== undefined) {
    const pairs = rest.flatMap((bits) => [bits & 3, (bits >> 2) & 3, (bits >> 4) & 3, bits >> 6]);
    return {
      kind: 'slot-change',
      slots: pairs.map((pair) => ({ present: (pair & 1) !== 0, changed: (pair & 2) !== 0 })),
    };
  }
  if (type !== 0x51) return malformed('no type of a notice', 0);
  if (slot === undefined || sequence === undefined || code === undefined || rest.length > 3)
    return malformed('a hardware error has four bytes', message.length);
  return { kind: 'hardware-error', slot, sequence, code };
}

function malformed(message: string, offset: number): never {
  throw new SscardError('answer-malformed', `CCID: ${message}`, { offset, outcome: 'unknown' });
}
