import { uint16, xorOf } from '../../check-bytes.ts';
import type { Framer } from '../../framer.ts';
import { type Look, Scanner } from '../../scanner.ts';

/** What a unit of the F2 family sends (readers.md 6). */
export type CrtF2Event =
  /** `text`: head, CM, PM, what follows. */
  | { readonly kind: 'frame'; readonly address: number; readonly text: Uint8Array }
  | { readonly kind: 'ack' | 'nak' | 'eot' };

const STX = 0xf2;
const ETX = 0x03;
const ACK = 0x06;
const NAK = 0x15;
const EOT = 0x04;
const signals: ReadonlyMap<number, CrtF2Event> = new Map([
  [ACK, { kind: 'ack' }],
  [NAK, { kind: 'nak' }],
  [EOT, { kind: 'eot' }],
]);
const HEAD = 4;
const TAIL = 2;
const LONGEST_FRAME = 1024;
const HIGHEST_ADDRESS = 15;
/** C, P, E and N: command, positive, negative twice (readers.md 6). */
const HEADS = new Set([0x43, 0x50, 0x45, 0x4e]);

/** What host and unit say in one byte. */
export const crtF2Signals = { ack: Uint8Array.of(ACK), nak: Uint8Array.of(NAK), eot: Uint8Array.of(EOT) } as const;

/** @throws RangeError for a text that makes a frame of more than 1024 bytes */
export function crtF2Frame(text: Uint8Array, address = 0): Uint8Array {
  const length = HEAD + text.length + TAIL;
  if (length > LONGEST_FRAME) throw new RangeError(`a frame of ${length} bytes, at most ${LONGEST_FRAME}`);
  const frame = new Uint8Array(length);
  frame.set([STX, address, text.length >> 8, text.length & 0xff]);
  frame.set(text, HEAD);
  frame[HEAD + text.length] = ETX;
  frame[length - 1] = xorOf(frame);
  return frame;
}

export function crtF2Framer(): Framer<CrtF2Event> {
  return new Scanner<CrtF2Event>({ signals, starts: [STX], look });
}

function look(bytes: Uint8Array, at: number, end: number): Look<CrtF2Event> {
  const there = end - at;
  if (there > 1 && (bytes[at + 1] as number) > HIGHEST_ADDRESS) return 'none';
  if (there < HEAD) return 'more';
  const length = uint16(bytes, at + 2);
  const take = HEAD + length + TAIL;
  if (length < 3 || take > LONGEST_FRAME || (there > HEAD && !HEADS.has(bytes[at + HEAD] as number))) return 'none';
  if (there < take) return 'more';
  const check = at + take - 1;
  if (bytes[check - 1] !== ETX || xorOf(bytes, at, check) !== bytes[check]) return { is: 'bad', take };
  const text = bytes.slice(at + HEAD, check - 1);
  return { is: 'frame', take, event: { kind: 'frame', address: bytes[at + 1] as number, text } };
}
