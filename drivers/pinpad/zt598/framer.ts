import { xorOf } from '../../check-bytes.ts';
import type { Framer } from '../../framer.ts';
import { hexDigits, joinByte, split } from '../../halves.ts';
import { type Look, Scanner } from '../../scanner.ts';
import { keySignals } from '../key-signals.ts';

/** What a ZT598 pad sends (readers.md 8.3). */
export type Zt598Event =
  /** `body`: return code, then data; as a command: letter, then data. */
  | { readonly kind: 'frame'; readonly body: Uint8Array }
  /** A key, between frames: a star, or the digit in clear mode; enter, cancel, clear, `00`, point, F1 to F8. */
  | { readonly kind: 'key'; readonly code: number };

const STX = 0x02;
const ETX = 0x03;
const HEAD = 4;
const CHECK_DIGITS = 2;
/** Three digits say at most this; above, the length is not given. */
const LONGEST_COUNTED = 998;
/** Where the length is not given, the end mark is looked for as far as this. */
const LONGEST_UNCOUNTED = 4096;
/** Digits behind `000` that some answers add. */
const MORE_DIGITS = 4;
const FUNCTION_KEYS: readonly number[] = Array.from({ length: 8 }, (_, key) => 0x41 + key);
const signals = keySignals([0x2a, 0x0d, 0x1b, 0x08, 0x22, 0x2e, ...FUNCTION_KEYS]);

/** @throws RangeError for a body without a command, or of more than 4096 bytes */
export function zt598Frame(body: Uint8Array): Uint8Array {
  if (body.length < 1 || body.length > LONGEST_UNCOUNTED) throw new RangeError(`a body of ${body.length} bytes`);
  const count = body.length > LONGEST_COUNTED ? '000' : String(body.length).padStart(3, '0');
  const head = [...count].map((digit) => digit.charCodeAt(0));
  const counted = Uint8Array.of(...head, ...body, ETX);
  return Uint8Array.of(STX, ...counted, ...split(Uint8Array.of(xorOf(counted)), hexDigits));
}

export function zt598Framer(): Framer<Zt598Event> {
  return new Scanner<Zt598Event>({ signals, starts: [STX], look });
}

function look(bytes: Uint8Array, at: number, end: number): Look<Zt598Event> {
  let count = 0;
  for (let place = at + 1; place < at + HEAD; place++) {
    if (place >= end) return 'more';
    const digit = (bytes[place] as number) - 0x30;
    if (digit < 0 || digit > 9) return 'none';
    count = 10 * count + digit;
  }
  return count === 0 ? uncounted(bytes, at, end) : closed(bytes, at, at + HEAD + count, end);
}

/** A frame whose end mark stands at `mark`. */
function closed(bytes: Uint8Array, at: number, mark: number, end: number): Look<Zt598Event> {
  const take = mark + 1 + CHECK_DIGITS - at;
  if (at + take > end) return 'more';
  const good = bytes[mark] === ETX && joinByte(bytes, mark + 1, hexDigits) === xorOf(bytes, at + 1, mark + 1);
  return good ? { is: 'frame', take, event: { kind: 'frame', body: bodyOf(bytes, at, mark) } } : { is: 'bad', take };
}

/** Ends at the first end mark whose check digits fit: data may hold 03 as well. Where none does, it is wrong as far as it may go. */
function uncounted(bytes: Uint8Array, at: number, end: number): Look<Zt598Event> {
  const farthest = at + HEAD + MORE_DIGITS + LONGEST_UNCOUNTED;
  let sum = xorOf(bytes, at + 1, at + HEAD);
  for (let mark = at + HEAD; mark <= farthest; mark++) {
    if (mark + CHECK_DIGITS >= end) return 'more';
    sum ^= bytes[mark] as number;
    if (bytes[mark] !== ETX || mark === at + HEAD || joinByte(bytes, mark + 1, hexDigits) !== sum) continue;
    const take = mark + 1 + CHECK_DIGITS - at;
    return { is: 'frame', take, event: { kind: 'frame', body: bodyOf(bytes, at, mark) } };
  }
  return { is: 'bad', take: farthest + 1 + CHECK_DIGITS - at };
}

/** Four digits behind `000` are no data where they count what follows them. */
function bodyOf(bytes: Uint8Array, at: number, mark: number): Uint8Array {
  const body = bytes.slice(at + HEAD, mark);
  if (bytes[at + 1] !== 0x30 || bytes[at + 2] !== 0x30 || bytes[at + 3] !== 0x30) return body;
  const digits = String.fromCharCode(...body.subarray(0, MORE_DIGITS));
  return /^\d{4}$/.test(digits) && Number(digits) === body.length - MORE_DIGITS ? body.slice(MORE_DIGITS) : body;
}
