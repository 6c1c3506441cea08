import { xorOf } from '../../check-bytes.ts';
import type { Framer } from '../../framer.ts';
import { type Look, Scanner } from '../../scanner.ts';
import { isMessageType, longestMessage, messageLength } from '../ccid/carriage.ts';

/** What a Gemplus unit sends (readers.md 3). */
export type GemplusEvent =
  /** A bare CCID message; also the echo of our own. */
  | { readonly kind: 'frame'; readonly message: Uint8Array }
  /** Our frame was damaged: it is to be sent again. */
  | { readonly kind: 'nak' }
  /** A card of T=0 wants more time. */
  | { readonly kind: 'time-request'; readonly value: number }
  /** A card came or went in slot 0. */
  | { readonly kind: 'notice'; readonly present: boolean };

const SYNC = 0x03;
const ACK = 0x06;
const NAK = 0x15;
const NOTICE = 0x50;
const GONE = 0x02;
const COME = 0x03;
const HEAD = 2;

/** `03 15 16`: the last frame of the other side was damaged. */
export const gemplusNak: Uint8Array = Uint8Array.of(SYNC, NAK, SYNC ^ NAK);

/** SYNC, ACK, message, LRC over all of it. */
export function gemplusFrame(message: Uint8Array): Uint8Array {
  const frame = new Uint8Array(HEAD + message.length + 1);
  frame[0] = SYNC;
  frame[1] = ACK;
  frame.set(message, HEAD);
  frame[frame.length - 1] = xorOf(frame);
  return frame;
}

const signals: ReadonlyMap<number, GemplusEvent> = new Map(
  Array.from({ length: 0x80 }, (_, at) => 0x80 + at).map((value) => [value, { kind: 'time-request', value }]),
);

export function gemplusFramer(): Framer<GemplusEvent> {
  return new Scanner<GemplusEvent>({ signals, starts: [SYNC, NOTICE], look });
}

function look(bytes: Uint8Array, at: number, end: number): Look<GemplusEvent> {
  if (end - at < 2) return 'more';
  const second = bytes[at + 1];
  if (bytes[at] === NOTICE) {
    const present = second === COME;
    return present || second === GONE ? { is: 'signal', take: 2, event: { kind: 'notice', present } } : 'none';
  }
  if (second === ACK) return frame(bytes, at, end);
  if (second !== NAK) return 'none';
  if (end - at < 3) return 'more';
  return bytes[at + 2] === (SYNC ^ NAK) ? { is: 'signal', take: 3, event: { kind: 'nak' } } : 'none';
}

function frame(bytes: Uint8Array, at: number, end: number): Look<GemplusEvent> {
  const begin = at + HEAD;
  if (end > begin && !isMessageType(bytes[begin])) return 'none';
  const length = messageLength(bytes, begin, end);
  if (length === undefined) return 'more';
  if (length > longestMessage) return 'none';
  const last = begin + length;
  if (last >= end) return 'more';
  const take = last + 1 - at;
  if (xorOf(bytes, at, last) !== bytes[last]) return { is: 'bad', take };
  return { is: 'frame', take, event: { kind: 'frame', message: bytes.slice(begin, last) } };
}
