import { uint16, xorOf } from '../../check-bytes.ts';
import type { Framer } from '../../framer.ts';
import { type Look, Scanner } from '../../scanner.ts';

/** What a unit of the 02 … 03 BCC family sends (readers.md 7). */
export type Crt02Event =
  /** `text`: CM, PM, what follows; some units on HID put a result in front. */
  { readonly kind: 'frame'; readonly text: Uint8Array } | { readonly kind: 'ack' | 'nak' | 'eot' };

const STX = 0x02;
const ETX = 0x03;
const ACK = 0x06;
const NAK = 0x15;
const EOT = 0x04;
const ENQ = 0x05;
const signals: ReadonlyMap<number, Crt02Event> = new Map([
  [ACK, { kind: 'ack' }],
  [NAK, { kind: 'nak' }],
  [EOT, { kind: 'eot' }],
]);
const HEAD = 3;
const TAIL = 2;
/** 264 bytes of data behind result, CM and PM. */
const LONGEST_TEXT = 267;
const SHORTEST_TEXT = 2;

/** What the host says in one byte: work, stop. */
export const crt02Signals = { enq: Uint8Array.of(ENQ), eot: Uint8Array.of(EOT) } as const;

/** @throws RangeError for a text of more than 267 bytes */
export function crt02Frame(text: Uint8Array): Uint8Array {
  if (text.length > LONGEST_TEXT) throw new RangeError(`${text.length} bytes, at most ${LONGEST_TEXT}`);
  const frame = new Uint8Array(HEAD + text.length + TAIL);
  frame.set([STX, text.length >> 8, text.length & 0xff]);
  frame.set(text, HEAD);
  frame[HEAD + text.length] = ETX;
  frame[frame.length - 1] = xorOf(frame);
  return frame;
}

export function crt02Framer(): Framer<Crt02Event> {
  return new Scanner<Crt02Event>({ signals, starts: [STX], look });
}

function look(bytes: Uint8Array, at: number, end: number): Look<Crt02Event> {
  if (end - at < HEAD) return 'more';
  const length = uint16(bytes, at + 1);
  if (length < SHORTEST_TEXT || length > LONGEST_TEXT) return 'none';
  const take = HEAD + length + TAIL;
  if (end - at < take) return 'more';
  const check = at + take - 1;
  if (bytes[check - 1] !== ETX || xorOf(bytes, at, check) !== bytes[check]) return { is: 'bad', take };
  return { is: 'frame', take, event: { kind: 'frame', text: bytes.slice(at + HEAD, check - 1) } };
}
