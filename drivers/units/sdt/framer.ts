import { uint16, xorOf } from '../../check-bytes.ts';
import type { Framer } from '../../framer.ts';
import { type Look, Scanner } from '../../scanner.ts';

/** `body`: CMD PARA data to the module, SW1 SW2 SW3 data from it (readers.md 11). */
export type SdtEvent = { readonly kind: 'frame'; readonly body: Uint8Array };

const PREAMBLE = Uint8Array.of(0xaa, 0xaa, 0xaa, 0x96, 0x69);
const FIRST = 0xaa;
/** Text, photo and fingerprint with their lengths (30 10). */
const LONGEST_BODY = 2400;
/** First bytes that a line may repeat. */
const MOST_FIRST = 16;

/** @throws RangeError for a body of more than 2400 bytes */
export function sdtFrame(body: Uint8Array): Uint8Array {
  if (body.length > LONGEST_BODY) throw new RangeError(`a body of ${body.length} bytes, at most ${LONGEST_BODY}`);
  const length = body.length + 1;
  const counted = Uint8Array.of(length >> 8, length & 0xff, ...body);
  return Uint8Array.of(...PREAMBLE, ...counted, xorOf(counted));
}

/** Frames of the identity-card module. One first byte too many belongs to the preamble (vector sf-12). */
export function sdtFramer(): Framer<SdtEvent> {
  return new Scanner<SdtEvent>({ starts: [FIRST], look });
}

function look(bytes: Uint8Array, at: number, end: number): Look<SdtEvent> {
  let firsts = 0;
  while (at + firsts < end && bytes[at + firsts] === FIRST && firsts <= MOST_FIRST) firsts++;
  if (firsts > MOST_FIRST) return 'none';
  const mark = at + firsts;
  if (mark >= end) return 'more';
  if (firsts < 3 || bytes[mark] !== 0x96) return 'none';
  if (mark + 1 < end && bytes[mark + 1] !== 0x69) return 'none';
  if (mark + 4 > end) return 'more';
  const counted = mark + 2;
  const length = uint16(bytes, counted);
  if (length < 1 || length > LONGEST_BODY + 1) return 'none';
  const check = counted + 2 + length - 1;
  if (check >= end) return 'more';
  const take = check + 1 - at;
  if (xorOf(bytes, counted, check) !== bytes[check]) return { is: 'bad', take };
  return { is: 'frame', take, event: { kind: 'frame', body: bytes.slice(counted + 2, check) } };
}
