import { toHex } from '../../../apdu/bytes.ts';
import { zt598Frame } from './framer.ts';

const ascii = new TextEncoder();
const frame = (body: string | Uint8Array) => zt598Frame(typeof body === 'string' ? ascii.encode(body) : body);
const hexByte = (value: number) => value.toString(16).toUpperCase().padStart(2, '0');
const twoDigits = (value: number) => String(value).padStart(2, '0');

/** Length of a key as `1` and `2` say it: 2 is 16 bytes. */
const SIXTEEN = '2';
/** What a working key is for: PINs. */
const FOR_PINS = '3';

/** Commands as frames, by what they are for (readers.md 8.3). */
export const zt598Commands = {
  identity: frame('I'),
  shortest: (digits: number) => frame(`54${twoDigits(digits)}`),
  longest: (digits: number) => frame(`55${twoDigits(digits)}`),
  entryTime: (seconds: number) => frame(`52${hexByte(seconds)}`),
  /** The clear key takes back one digit, not all. */
  clearOne: frame('5A21'),
  firmware: frame('3'),
  reset: frame('5030'),
  keySound: frame('5035'),
  /** The last 1 lets a person take a digit back. */
  openEncrypted: frame('600012'),
  close: frame('5032'),
  wipe: frame('5031'),
  loadMaster: (number: number, key: Uint8Array) => frame(`1${hexByte(number)}0${SIXTEEN}${toHex(key)}`),
  loadWorking: (master: number, number: number, cryptogram: Uint8Array) =>
    frame(`2${hexByte(master)}${hexByte(number)}${FOR_PINS}${SIXTEEN}${toHex(cryptogram)}`),
  loadSm4Master: (number: number, key: Uint8Array) => frame(`b${hexByte(number)}${toHex(key)}`),
  loadSm4Working: (master: number, number: number, cryptogram: Uint8Array) =>
    frame(`c30${hexByte(master)}${hexByte(number)}${toHex(cryptogram)}`),
  /** @param format of ISO 9564, 0 to 3 @param digits the twelve before the check digit */
  block: (key: number, format: number, digits: string) =>
    frame(Uint8Array.of(...ascii.encode(`7${hexByte(key)}`), 0x20 + format, ...ascii.encode(digits))),
  sm4Block: (key: number, digits: string) => frame(`o${hexByte(key)}0${digits}`),
} as const;

/** What an answer says: its first byte is the return code. */
export type Zt598Answer =
  | { readonly kind: 'done'; readonly data: Uint8Array }
  | { readonly kind: 'timed-out' }
  | { readonly kind: 'refused'; readonly reason: string };

/** Return codes that have a name (readers.md 8.3). */
const REASONS: Readonly<Record<number, string>> = {
  221: 'tampered',
  224: 'battery',
  225: 'no-import-key',
  226: 'no-master-key',
  227: 'length',
  228: 'no-such-key',
  229: 'key-not-for-this',
  230: 'parity',
  231: 'check-value',
  232: 'command-length',
  233: 'data',
  235: 'parameter',
  236: 'authentication',
  237: 'locked',
  239: 'no-pin',
  248: 'mode',
  249: 'password',
  250: 'no-uid',
  251: 'locked',
  252: 'password-length',
  254: 'memory',
  255: 'removed',
  216: 'sm4-key',
};
const TIME_OVER = 0xee;
const ODD_GOOD = 0xa3;

export function zt598Answer(body: Uint8Array): Zt598Answer {
  const [code = 0] = body;
  if ((code >= 0x60 && code <= 0x9f) || code === ODD_GOOD) return { kind: 'done', data: body.slice(1) };
  if (code === TIME_OVER) return { kind: 'timed-out' };
  return { kind: 'refused', reason: REASONS[code] ?? `code-${hexByte(code)}` };
}
