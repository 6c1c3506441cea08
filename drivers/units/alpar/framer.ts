import { uint16, xorOf } from '../../check-bytes.ts';
import type { Framer } from '../../framer.ts';
import { type Look, Scanner } from '../../scanner.ts';

/** What an ALPAR module sends (readers.md 5). */
export type AlparEvent =
  /** `refused`: the data is one error number. */
  | { readonly kind: 'frame'; readonly refused: boolean; readonly command: number; readonly data: Uint8Array }
  | { readonly kind: 'notice'; readonly present: boolean };

const DONE = 0x60;
const REFUSED = 0xe0;
const NOTICE = 0xa0;
const HEAD = 4;
const LONGEST_DATA = 506;
const NONE = new Uint8Array(0);

/** `60`, length, command, data, LRC. @throws RangeError for more than 506 bytes of data */
export function alparFrame(command: number, data: Uint8Array = NONE): Uint8Array {
  if (data.length > LONGEST_DATA) throw new RangeError(`${data.length} bytes of data, at most ${LONGEST_DATA}`);
  const frame = new Uint8Array(HEAD + data.length + 1);
  frame.set([DONE, data.length >> 8, data.length & 0xff, command]);
  frame.set(data, HEAD);
  frame[HEAD + data.length] = xorOf(frame);
  return frame;
}

export function alparFramer(): Framer<AlparEvent> {
  return new Scanner<AlparEvent>({ starts: [DONE, REFUSED], look });
}

function look(bytes: Uint8Array, at: number, end: number): Look<AlparEvent> {
  if (end - at < 3) return 'more';
  const refused = bytes[at] === REFUSED;
  const length = uint16(bytes, at + 1);
  if (refused ? length !== 1 : length > LONGEST_DATA) return 'none';
  const check = at + HEAD + length;
  if (check >= end) return 'more';
  const take = check + 1 - at;
  if (xorOf(bytes, at, check) !== bytes[check]) return { is: 'bad', take };
  const command = bytes[at + 3] as number;
  const data = bytes.slice(at + HEAD, check);
  if (command === NOTICE && !refused && length === 1)
    return { is: 'frame', take, event: { kind: 'notice', present: data[0] === 1 } };
  return { is: 'frame', take, event: { kind: 'frame', refused, command, data } };
}
