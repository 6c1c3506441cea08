import { concat } from '../../../apdu/bytes.ts';

const ESC = 0x1b;
const ascii = new TextEncoder();

/** ESC N and two digits: how many digits the pad takes (readers.md 8.1). @throws RangeError for another number than 1 to 16 */
export function lengthCommand(digits: number): Uint8Array {
  if (!(digits >= 1 && digits <= 16)) throw new RangeError(`${digits} digits`);
  return concat([Uint8Array.of(ESC, 0x4e), ascii.encode(String(digits).padStart(2, '0'))]);
}

/** ESC D, line, text, CR LF: what the display shows. @throws RangeError for characters a pad may not have */
export function displayCommand(line: 1 | 2, text: string): Uint8Array {
  if (!/^[ -~]{0,16}$/.test(text)) throw new RangeError('up to 16 characters of ASCII');
  return concat([Uint8Array.of(ESC, 0x44), ascii.encode(`${line}${text}\r\n`)]);
}
