import { uint16, xorOf } from '../../check-bytes.ts';
import type { Framer } from '../../framer.ts';
import { type Alphabet, halvesPlus30, hexDigits, join, split } from '../../halves.ts';
import { type Look, Scanner } from '../../scanner.ts';

/**
 * Two flavours of one idea (readers.md 12, LIKELY): each half of a byte travels as a character.
 * `split-plus-30`: half + 30h, so A to F are 3A to 3F; content is length (2), data, XOR of the data.
 * `ascii-hex`: 0 to 9 and A to F; content is command, state, length (2), data, XOR of all before.
 */
export type NibbleFlavour = 'split-plus-30' | 'ascii-hex';

export type NibbleEvent =
  | { readonly kind: 'frame'; readonly data: Uint8Array }
  | { readonly kind: 'frame'; readonly command: number; readonly state: number; readonly data: Uint8Array };

const STX = 0x02;
const ETX = 0x03;
const LONGEST_DATA = 1024;

interface Rules {
  readonly alphabet: Alphabet;
  /** Bytes of the content before the data; the length is the last two of them. */
  readonly head: number;
  /** Where the check begins. */
  readonly checked: number;
}

const RULES: Readonly<Record<NibbleFlavour, Rules>> = {
  'split-plus-30': { alphabet: halvesPlus30, head: 2, checked: 2 },
  'ascii-hex': { alphabet: hexDigits, head: 4, checked: 0 },
};

/** A frame of the tablet box. @throws RangeError for more than 1024 bytes */
export function tabletBoxFrame(data: Uint8Array): Uint8Array {
  return frameOf('split-plus-30', [], data);
}

/** A frame of the PC-POS box. @throws RangeError for more than 1024 bytes of data */
export function posBoxFrame(command: number, data: Uint8Array, state = 0): Uint8Array {
  return frameOf('ascii-hex', [command, state], data);
}

export function nibbleFramer(flavour: NibbleFlavour): Framer<NibbleEvent> {
  const rules = RULES[flavour];
  return new Scanner<NibbleEvent>({ starts: [STX], look: (bytes, at, end) => look(rules, bytes, at, end) });
}

function frameOf(flavour: NibbleFlavour, before: readonly number[], data: Uint8Array): Uint8Array {
  if (data.length > LONGEST_DATA) throw new RangeError(`${data.length} bytes of data, at most ${LONGEST_DATA}`);
  const { checked, alphabet } = RULES[flavour];
  const content = Uint8Array.of(...before, data.length >> 8, data.length & 0xff, ...data, 0);
  content[content.length - 1] = xorOf(content, checked);
  return Uint8Array.of(STX, ...split(content, alphabet), ETX);
}

function look({ alphabet, head, checked }: Rules, bytes: Uint8Array, at: number, end: number): Look<NibbleEvent> {
  if (end - at < 1 + 2 * head) return 'more';
  const before = join(bytes, at + 1, head, alphabet);
  const length = before === undefined ? Number.NaN : uint16(before, head - 2);
  if (!(length <= LONGEST_DATA)) return 'none';
  const count = head + length + 1;
  const take = 1 + 2 * count + 1;
  if (end - at < take) return 'more';
  const content = bytes[at + take - 1] === ETX ? join(bytes, at + 1, count, alphabet) : undefined;
  // The check is in the sum: all is nothing.
  if (content === undefined || xorOf(content, checked) !== 0) return { is: 'bad', take };
  return { is: 'frame', take, event: eventOf(content, head) };
}

function eventOf(content: Uint8Array, head: number): NibbleEvent {
  const data = content.slice(head, -1);
  if (head === 2) return { kind: 'frame', data };
  return { kind: 'frame', command: content[0] as number, state: content[1] as number, data };
}
