import { xorOf } from '../../check-bytes.ts';
import type { Framer } from '../../framer.ts';
import { hexByte, hexDigit, hexDigits } from '../../hex-digits.ts';
import { type Look, Scanner } from '../../scanner.ts';

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
const KEYS: readonly number[] = [
  ...[0x2a, 0x08, 0x0d, 0x1b, 0x00, 0x80],
  ...Array.from({ length: 10 }, (_, digit) => 0x30 + digit),
];
const NONE = new Uint8Array(0);

/** @throws RangeError for more than 254 bytes of data */
export function kmyFrame(command: number, data: Uint8Array = NONE, variant: KmyVariant = 'ascii'): Uint8Array {
  if (data.length > LONGEST_DATA) throw new RangeError(`${data.length} bytes of data, at most ${LONGEST_DATA}`);
  const content = new Uint8Array(HEAD + data.length + 1);
  content.set([1 + data.length, command]);
  content.set(data, HEAD);
  content[content.length - 1] = xorOf(content);
  return variant === 'binary' ? Uint8Array.of(STX, ...content) : Uint8Array.of(STX, ...hexDigits(content), ETX);
}

export function kmyFramer({ variant = 'ascii' }: { readonly variant?: KmyVariant } = {}): Framer<KmyEvent> {
  const frame = variant === 'ascii' ? asciiFrame : binaryFrame;
  return new Scanner<KmyEvent>({
    starts: [STX, ...KEYS],
    look: (bytes, at, end) => {
      const code = bytes[at] as number;
      return code === STX ? frame(bytes, at, end) : { take: 1, event: { kind: 'key', code } };
    },
  });
}

function asciiFrame(bytes: Uint8Array, at: number, end: number): Look<KmyEvent> {
  const length = end - at < 3 ? undefined : hexByte(bytes, at + 1);
  const take = length === undefined ? 3 : 1 + 2 * (1 + length + 1) + 1;
  // A digit that is none: the mark was noise.
  for (let place = at + 1; place < Math.min(end, at + take - 1); place++) if (hexDigit(bytes[place]) < 0) return 'none';
  if (length === 0) return 'none';
  if (length === undefined || end - at < take) return 'more';
  const content = Uint8Array.from({ length: 1 + length + 1 }, (_, index) => hexByte(bytes, at + 1 + 2 * index));
  const bad = bytes[at + take - 1] !== ETX || xorOf(content) !== 0;
  return bad ? { bad: take } : { take, event: eventOf(content) };
}

function binaryFrame(bytes: Uint8Array, at: number, end: number): Look<KmyEvent> {
  if (end - at < 2) return 'more';
  const length = bytes[at + 1] as number;
  if (length === 0) return 'none';
  const take = 1 + 1 + length + 1;
  if (end - at < take) return 'more';
  const content = bytes.slice(at + 1, at + take);
  return xorOf(content) === 0 ? { take, event: eventOf(content) } : { bad: take };
}

function eventOf(content: Uint8Array): KmyEvent {
  return { kind: 'frame', status: content[1] as number, data: content.slice(HEAD, -1) };
}
