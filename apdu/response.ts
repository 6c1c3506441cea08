import { SscardError } from './errors.ts';
import type { ResponseApdu } from './types.ts';

/**
 * Splits an answer into data and status word (ISO/IEC 7816-4, 5.1). `data` is a view into `bytes`, not a copy.
 * @throws SscardError `answer-malformed` when there is no whole status word
 * @example parseResponse(fromHex('01029000')) // { data: 01 02, sw: 0x9000 }
 */
export function parseResponse(bytes: Uint8Array): ResponseApdu {
  const low = bytes.at(-1);
  const high = bytes.at(-2);
  if (low === undefined || high === undefined)
    throw new SscardError('answer-malformed', 'an answer has at least two bytes', { offset: bytes.length });
  return { data: bytes.subarray(0, bytes.length - 2), sw: (high << 8) | low };
}

/**
 * Data followed by the two status bytes.
 * @throws SscardError `answer-malformed` when the status word is not a number of two bytes
 */
export function encodeResponse({ data, sw }: ResponseApdu): Uint8Array {
  if (!(Number.isInteger(sw) && sw >= 0 && sw <= 0xffff))
    throw new SscardError('answer-malformed', 'a status word has two bytes', { offset: data.length });
  const bytes = new Uint8Array(data.length + 2);
  bytes.set(data);
  bytes[data.length] = sw >> 8;
  bytes[data.length + 1] = sw & 0xff;
  return bytes;
}
