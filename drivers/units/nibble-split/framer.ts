import { uint16, xorOf } from '../../check-bytes.ts';
import type { Framer } from '../../framer.ts';
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
  /** Bytes of the content before the data; the length is the last two of them. */
  readonly head: number;
  /** Where the check begins. */
  readonly checked: number;
  readonly digit: (half: number) => number;
  readonly half: (digit: number) => number;
}

const RULES: Readonly<Record<NibbleFlavour, Rules>> = {
  'split-plus-30': {
    head: 2,
    checked: 2,
    digit: (half) => 0x30 + half,
    half: (digit) => (digit >= 0x30 && digit <= 0x3f ? digit - 0x30 : -1),
  },
  'ascii-hex': {
    head: 4,
    checked: 0,
    digit: (half) => (half < 10 ? 0x30 : 0x37) + half,
    half: (digit) => {
      if (digit >= 0x30 && digit <= 0x39) return digit - 0x30;
      return digit >= 0x41 && digit <= 0x46 ? digit - 0x37 : -1;
    },
  },
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
  const { checked, digit } = RULES[flavour];
  const content = Uint8Array.of(...before, data.length >> 8, data.length & 0xff, ...data);
  const all = Uint8Array.of(...content, xorOf(content, checked));
  return Uint8Array.of(STX, ...[...all].flatMap((byte) => [digit(byte >> 4), digit(byte & 0x0f)]), ETX);
}

function look(rules: Rules, bytes: Uint8Array, at: number, end: number): Look<NibbleEvent> {
  const { head, checked } = rules;
  const content: number[] = [];
  let wanted = head;
  for (let place = at + 1; content.length < wanted; place += 2) {
    if (place >= end) return 'more';
    const high = rules.half(bytes[place] as number);
    if (high < 0) return 'none';
    if (place + 1 >= end) return 'more';
    const low = rules.half(bytes[place + 1] as number);
    if (low < 0) return 'none';
    content.push((high << 4) | low);
    if (content.length === head) wanted = lengthOf(content, head) + head + 1;
    if (wanted > LONGEST_DATA + head + 1) return 'none';
  }
  const take = 1 + 2 * wanted + 1;
  if (at + take > end) return 'more';
  const all = Uint8Array.from(content);
  const good = bytes[at + take - 1] === ETX && xorOf(all, checked, all.length - 1) === all[all.length - 1];
  if (!good) return { bad: take };
  const data = all.slice(head, -1);
  if (head === 2) return { take, event: { kind: 'frame', data } };
  return { take, event: { kind: 'frame', command: all[0] as number, state: all[1] as number, data } };
}

function lengthOf(content: readonly number[], head: number): number {
  return uint16(Uint8Array.from(content), head - 2);
}
