import { xorOf } from '../../check-bytes.ts';
import type { Framer } from '../../framer.ts';
import { hexDigits, join, joinByte, split } from '../../halves.ts';
import { type Look, Scanner } from '../../scanner.ts';
import { keySignals } from '../key-signals.ts';

/** What a KMY350x pad sends (readers.md 8.2). */
export type KmyEvent =
  | { readonly kind: 'frame'; readonly status: number; readonly data: Uint8Array }
  /** A key, between frames: a star, or the digit in clear mode; correct, enter, cancel, time over. */
  | { readonly kind: 'key'; readonly code: number };

/** `ascii`: each byte as two hex digits, and an end mark; `binary`: as they are, without one. */
export type KmyVariant = 'ascii' | 'binary';

const STX = 0x02;
const ETX = 0x03;
/** Length and command or status. */
const HEAD = 2;
const LONGEST_DATA = 254;
const signals = keySignals([0x2a, 0x08, 0x0d, 0x1b, 0x00, 0x80]);
const NONE = new Uint8Array(0);

/** @throws RangeError for more than 254 bytes of data */
export function kmyFrame(command: number, data: Uint8Array = NONE, variant: KmyVariant = 'ascii'): Uint8Array {
  if (data.length > LONGEST_DATA) throw new RangeError(`${data.length} bytes of data, at most ${LONGEST_DATA}`);
  const content = new Uint8Array(HEAD + data.length + 1);
  content.set([1 + data.length, command]);
  content.set(data, HEAD);
  content[content.length - 1] = xorOf(content);
  return variant === 'binary' ? Uint8Array.of(STX, ...content) : Uint8Array.of(STX, ...split(content, hexDigits), ETX);
}

export function kmyFramer({ variant = 'ascii' }: { readonly variant?: KmyVariant } = {}): Framer<KmyEvent> {
  return new Scanner<KmyEvent>({ signals, starts: [STX], look: variant === 'ascii' ? asciiFrame : binaryFrame });
}

function asciiFrame(bytes: Uint8Array, at: number, end: number): Look<KmyEvent> {
  if (end - at < 3) return 'more';
  const length = joinByte(bytes, at + 1, hexDigits);
  if (length < 1) return 'none';
  const take = 1 + 2 * (1 + length + 1) + 1;
  if (end - at < take) return 'more';
  // A character that is no digit makes the frame a wrong one: were it noise, its other digits would be keys.
  const content = bytes[at + take - 1] === ETX ? join(bytes, at + 1, 1 + length + 1, hexDigits) : undefined;
  return content === undefined || xorOf(content) !== 0 ? { is: 'bad', take } : whole(content, take);
}

function binaryFrame(bytes: Uint8Array, at: number, end: number): Look<KmyEvent> {
  if (end - at < 2) return 'more';
  const length = bytes[at + 1] as number;
  if (length === 0) return 'none';
  const take = 1 + 1 + length + 1;
  if (end - at < take) return 'more';
  return xorOf(bytes, at + 1, at + take) === 0 ? whole(bytes.slice(at + 1, at + take), take) : { is: 'bad', take };
}

/** @param content length, status, data, check: all XOR to nothing; it is handed out, so that there is no other copy of the data */
function whole(content: Uint8Array, take: number): Look<KmyEvent> {
  const data = content.subarray(HEAD, -1);
  return { is: 'frame', take, event: { kind: 'frame', status: content[1] as number, data } };
}
