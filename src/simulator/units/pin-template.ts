import { concat } from '../../../apdu/bytes.ts';

/** How a PIN goes into the template of a command (PC/SC part 10, CCID 1.1 6.1.11; readers.md 2). */
export interface PinTemplate {
  /** bmFormatString, bmPINBlockString, bmPINLengthFormat. */
  readonly format: number;
  readonly block: number;
  readonly length: number;
}

const HEADER_BYTES = 5;
const ASCII_ZERO = 0x30;

/**
 * The command with the PIN in it. What the PIN does not fill keeps the template's bytes; a template that is too short for the
 * block grows, and its Lc with it.
 * @param digits ASCII
 * @param offset bytes behind the position of the format: bInsertionOffsetOld or -New
 * @returns undefined: the block has no room for so many digits
 */
export function insertPin(
  command: Uint8Array,
  digits: Uint8Array,
  how: PinTemplate,
  offset = 0,
): Uint8Array | undefined {
  const bitsOfDigit = (how.format & 0x03) === 1 ? 4 : 8;
  const taken = digits.length * bitsOfDigit;
  const size = (how.block & 0x0f) * 8 || Math.ceil(taken / 8) * 8;
  if (taken > size) return undefined;
  const start = HEADER_BYTES * 8 + place(how.format >> 3, how.format & 0x80) + offset * 8;
  const filled = grown(command, (start + size) / 8);
  // Bit 2: to the right of the block.
  const first = how.format & 0x04 ? start + size - taken : start;
  const base = (how.format & 0x03) === 2 ? ASCII_ZERO : 0;
  digits.forEach((digit, at) => {
    setBits(filled, first + at * bitsOfDigit, bitsOfDigit, digit - ASCII_ZERO + base);
  });
  const lengthBits = how.block >> 4;
  const lengthAt = HEADER_BYTES * 8 + place(how.length, how.length & 0x10);
  if (lengthBits > 0) setBits(filled, lengthAt, lengthBits, digits.length);
  return filled;
}

/** Four bits of position, in bytes or in bits. */
function place(position: number, inBytes: number): number {
  return (position & 0x0f) * (inBytes ? 8 : 1);
}

function grown(command: Uint8Array, bytes: number): Uint8Array {
  const whole = Math.ceil(bytes);
  if (whole <= command.length) return command.slice();
  const longer = concat([command, new Uint8Array(whole - command.length).fill(0xff)]);
  longer[HEADER_BYTES - 1] = whole - HEADER_BYTES;
  return longer;
}

function setBits(bytes: Uint8Array, at: number, count: number, value: number): void {
  for (let bit = 0; bit < count; bit++) {
    const place = at + bit;
    const mask = 0x80 >> (place % 8);
    const byte = bytes[place >> 3] ?? 0;
    bytes[place >> 3] = (value >> (count - 1 - bit)) & 1 ? byte | mask : byte & ~mask;
  }
}
