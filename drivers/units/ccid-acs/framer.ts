import { xorOf } from '../../check-bytes.ts';
import type { Framer } from '../../framer.ts';
import { type Look, Scanner } from '../../scanner.ts';
import { headerLength, isMessageType, longestMessage, messageLength } from '../ccid/carriage.ts';

/** Which marks a frame has: 1 is 02/03, 2 is 12/13, 3 is 22/23, 4 is 32/33 (readers.md 4). */
export type AcsInterface = 1 | 2 | 3 | 4;

/** What an ACS unit sends. */
export type AcsEvent =
  | { readonly kind: 'frame'; readonly message: Uint8Array; readonly interface: AcsInterface }
  /** What it says of our frame at once: 00 taken, FF checksum, FE length, FD end byte, FC or 99 not complete in time. */
  | { readonly kind: 'status'; readonly code: number; readonly interface: AcsInterface }
  /** Cards moved: two bits a slot, as in NotifySlotChange. */
  | { readonly kind: 'notice'; readonly bits: number };

const NOTICE = 0x50;
const STATUS = new Set([0x00, 0xff, 0xfe, 0xfd, 0xfc, 0x99]);

const mark = (face: AcsInterface) => (face - 1) * 0x10 + 0x02;

/** Mark, message, XOR of the message alone, end mark. */
export function acsFrame(message: Uint8Array, face: AcsInterface = 1): Uint8Array {
  const frame = new Uint8Array(message.length + 3);
  frame[0] = mark(face);
  frame.set(message, 1);
  frame[message.length + 1] = xorOf(message);
  frame[message.length + 2] = mark(face) + 1;
  return frame;
}

/** The unit's last answer was damaged: it gives it again. */
export function acsNak(face: AcsInterface = 1): Uint8Array {
  return acsFrame(new Uint8Array(headerLength), face);
}

export function acsFramer(): Framer<AcsEvent> {
  return new Scanner<AcsEvent>({ starts: [0x02, 0x12, 0x22, 0x32], look });
}

function look(bytes: Uint8Array, at: number, end: number): Look<AcsEvent> {
  if (end - at < 2) return 'more';
  const second = bytes[at + 1] as number;
  const face = (((bytes[at] as number) >> 4) + 1) as AcsInterface;
  if (isMessageType(second)) return frame(bytes, at, end, face);
  if (second === NOTICE) return notice(bytes, at, end);
  return STATUS.has(second) ? status(bytes, at, end, face) : 'none';
}

function frame(bytes: Uint8Array, at: number, end: number, face: AcsInterface): Look<AcsEvent> {
  const length = messageLength(bytes, at + 1, end);
  if (length === undefined) return 'more';
  if (length > longestMessage) return 'none';
  const check = at + 1 + length;
  const take = length + 3;
  if (at + take > end) return 'more';
  if (xorOf(bytes, at + 1, check) !== bytes[check] || bytes[check + 1] !== mark(face) + 1) return { is: 'bad', take };
  return { is: 'frame', take, event: { kind: 'frame', message: bytes.slice(at + 1, check), interface: face } };
}

function notice(bytes: Uint8Array, at: number, end: number): Look<AcsEvent> {
  if (end - at < 5) return 'more';
  const bits = bytes[at + 2] as number;
  const good = bytes[at + 3] === (NOTICE ^ bits) && bytes[at + 4] === (bytes[at] as number) + 1;
  return good ? { is: 'signal', take: 5, event: { kind: 'notice', bits } } : 'none';
}

function status(bytes: Uint8Array, at: number, end: number, face: AcsInterface): Look<AcsEvent> {
  const code = bytes[at + 1] as number;
  if (end - at > 2 && bytes[at + 2] !== code) return 'none';
  if (end - at < 4) return 'more';
  if (bytes[at + 3] !== mark(face) + 1) return 'none';
  return { is: 'signal', take: 4, event: { kind: 'status', code, interface: face } };
}
