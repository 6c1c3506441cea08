import { HIDDEN_BYTE, type MaskedBytes } from '../../src/trace/masked-bytes.ts';

const ASTERISK = 0x2a;

/**
 * Reads hex with `**` for masked bytes, blanks between bytes allowed.
 * @param from where in the text to begin
 * @returns the bytes, or what is wrong and where (0-based offset in the text)
 */
export function readMaskedHex(
  text: string,
  from: number,
): MaskedBytes | { readonly wrong: string; readonly at: number } {
  const bytes = new Uint8Array((text.length - from) >> 1);
  const hidden = new Uint8Array(bytes.length);
  let length = 0;
  for (let at = from; at < text.length; ) {
    const first = text.charCodeAt(at);
    if (first === 0x20 || first === 0x09) {
      at++;
      continue;
    }
    const second = text.charCodeAt(at + 1);
    if (first === ASTERISK) {
      if (second !== ASTERISK) return { wrong: 'a masked byte is two asterisks', at: at + 1 };
      hidden[length] = 1;
      bytes[length++] = HIDDEN_BYTE;
    } else {
      const high = digit(first);
      const low = digit(second);
      if (high < 0) return { wrong: 'not a hex digit', at };
      if (low < 0) return { wrong: 'half a byte', at: at + 1 };
      bytes[length++] = high * 16 + low;
    }
    at += 2;
  }
  return { bytes: bytes.slice(0, length), hidden: hidden.slice(0, length) };
}

function digit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code & ~0x20;
  return letter >= 0x41 && letter <= 0x46 ? letter - 0x37 : -1;
}

/** True when the command is the recorded one; a masked byte fits any. */
export function fits(recorded: MaskedBytes, command: Uint8Array): boolean {
  return (
    recorded.bytes.length === command.length &&
    command.every((byte, at) => recorded.hidden[at] === 1 || recorded.bytes[at] === byte)
  );
}

/** True when class, instruction and parameters are the recorded ones. */
export function fitsHeader(recorded: MaskedBytes, command: Uint8Array): boolean {
  if (recorded.bytes.length < 4 || command.length < 4) return false;
  const header = { bytes: recorded.bytes.subarray(0, 4), hidden: recorded.hidden };
  return fits(header, command.subarray(0, 4));
}
