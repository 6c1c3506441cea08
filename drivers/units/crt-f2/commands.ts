import type { Protocol } from '../../reader.ts';

/** Vcc of a reset: 5 V and 3 V without the EMV check (readers.md 6). */
export type CrtF2Supply = 0x33 | 0x35;

/** Whose contacts: the card in the transport, or the SAM socket that is selected. */
export type CrtF2Contacts = 'card' | 'sam';

/** st0: no card, at the gate, inside. */
export type CrtF2Place = '0' | '1' | '2';

/** What an F2 unit says to a command, in the order of its bytes. */
export type CrtF2Answer =
  | { readonly kind: 'done'; readonly place: CrtF2Place | undefined; readonly data: Uint8Array }
  /** `error` is the two characters read as hex. */
  | { readonly kind: 'refused'; readonly error: number; readonly data: Uint8Array };

/** Longest frame in either direction (readers.md 6). */
export const LONGEST_FRAME = 1_024;

const COMMAND = 0x43;
const POSITIVE = 0x50;
/** The manual prints the letter N with the hex 45; other members of the family send 4E. */
const NEGATIVE: ReadonlySet<number | undefined> = new Set([0x45, 0x4e]);
const CM = { card: 0x51, sam: 0x52 } as const;
const PLACES: Readonly<Record<number, CrtF2Place>> = { 48: '0', 49: '1', 50: '2' };
const HEAD = 3;

const command = (...text: readonly number[]): Uint8Array => Uint8Array.of(COMMAND, ...text);

/** Leaves the card where it is; the first command after power on. */
export const initialise: Uint8Array = command(0x30, 0x33);
export const status: Uint8Array = command(0x31, 0x30);
/** To the RF position (inside, off the IC contacts), the IC position, the gate, the error bin. */
export const moves = {
  inside: command(0x32, 0x32),
  contacts: command(0x32, 0x31),
  eject: command(0x32, 0x39),
  retain: command(0x32, 0x33),
} as const;

export function admit(allowed: boolean): Uint8Array {
  return command(0x33, allowed ? 0x30 : 0x31);
}

/** @param socket 0 to 4 */
export function selectSam(socket: number): Uint8Array {
  return command(CM.sam, 0x40, 0x30 + socket);
}

export function coldReset(contacts: CrtF2Contacts, supply: CrtF2Supply): Uint8Array {
  return command(CM[contacts], 0x30, supply);
}

export function warmReset(contacts: CrtF2Contacts): Uint8Array {
  return command(CM[contacts], 0x38);
}

export function powerOff(contacts: CrtF2Contacts): Uint8Array {
  return command(CM[contacts], 0x31);
}

/** @param protocol undefined: the unit takes the one that the card runs */
export function apdu(contacts: CrtF2Contacts, protocol: Protocol | undefined, bytes: Uint8Array): Uint8Array {
  const text = new Uint8Array(HEAD + bytes.length);
  text.set([COMMAND, CM[contacts], protocol === undefined ? 0x39 : protocol === 'T=0' ? 0x33 : 0x34]);
  text.set(bytes, HEAD);
  return text;
}

/** Whether a command is for a card or PSAM, not for the unit. */
export function isAboutCard(asked: Uint8Array): boolean {
  return asked[1] === CM.card || asked[1] === CM.sam;
}

/** @returns undefined: it is the answer to another command, or to none */
export function readAnswer(text: Uint8Array, asked: Uint8Array): CrtF2Answer | undefined {
  if (text[1] !== asked[1] || text[2] !== asked[2]) return undefined;
  const [head, , , first = 0, second = 0] = text;
  if (head === POSITIVE) return { kind: 'done', place: PLACES[first], data: text.subarray(2 * HEAD) };
  if (!NEGATIVE.has(head)) return undefined;
  const error = Number.parseInt(String.fromCharCode(first, second), 16);
  return { kind: 'refused', error: Number.isNaN(error) ? -1 : error, data: text.subarray(HEAD + 2) };
}

/** Data of a reset: type and answer to reset. @returns undefined where there is none */
export function readReset(data: Uint8Array): { readonly atr: Uint8Array; readonly protocol: Protocol } | undefined {
  if (data.length < 3) return undefined;
  return { atr: data.slice(1), protocol: data[0] === 0x31 ? 'T=1' : 'T=0' };
}
