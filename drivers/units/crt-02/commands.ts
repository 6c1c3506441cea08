import type { CardPosition } from '../../mover.ts';
import type { Protocol } from '../../reader.ts';

/** Whose contacts: the card in the transport, or a PSAM socket, from 0. */
export type Crt02Contacts = 'card' | number;

/** What a unit says to a command. */
export type Crt02Answer =
  /** What stands behind CM and PM. */
  { readonly kind: 'done'; readonly data: Uint8Array } | { readonly kind: 'refused'; readonly error: number };

/** Longest frame in either direction: 264 bytes of data behind result, CM and PM. */
export const LONGEST_FRAME = 272;

const CARD = 0x37;
const SAM = 0x3d;
const FIRST_SOCKET = 0x30;
const GOOD = 0x59;
const GOOD_T1 = 0x5a;
const REFUSED = 0x4e;
const POSITIVE = 0x50;
const BY_SWITCH = 0x33;
const CLOSED = 0x31;

const command = (...text: readonly number[]): Uint8Array => Uint8Array.of(...text);

/** Leaves the card where it is; answered with the version. */
export const reset: Uint8Array = command(0x30, 0x30);
export const status: Uint8Array = command(0x31, 0x30);
/** Inside, at the contacts, in the mouth and held there, out at the rear: into the bin, where there is one. */
export const moves = {
  inside: command(0x32, 0x2e),
  contacts: command(0x32, 0x2f),
  eject: command(0x32, 0x31),
  retain: command(0x32, 0x33),
} as const;

/** Any card opens the mouth, by its switch; the rear stays closed. */
export function admit(allowed: boolean): Uint8Array {
  return command(0x2f, allowed ? BY_SWITCH : CLOSED, CLOSED);
}

export function power(on: boolean): Uint8Array {
  return command(0x33, on ? 0x30 : 0x31);
}

/** All sockets. */
export const samsOff: Uint8Array = command(0x4a, 0x31);

export function coldReset(contacts: Crt02Contacts): Uint8Array {
  return contacts === 'card' ? command(CARD, 0x30) : command(SAM, 0x30, FIRST_SOCKET + contacts);
}

/** The card only; a PSAM has no warm reset. */
export const warmReset: Uint8Array = command(CARD, 0x2f);

export function apdu(contacts: Crt02Contacts, protocol: Protocol, bytes: Uint8Array): Uint8Array {
  const pm = protocol === 'T=0' ? 0x31 : 0x32;
  const head = contacts === 'card' ? [CARD, pm] : [SAM, pm, FIRST_SOCKET + contacts];
  const text = new Uint8Array(head.length + 2 + bytes.length);
  text.set([...head, bytes.length >> 8, bytes.length & 0xff]);
  text.set(bytes, head.length + 2);
  return text;
}

/** @param code parameter of the speed, 30 to 35 */
export function setSpeed(code: number): Uint8Array {
  return command(0x34, code);
}

/**
 * @param resultHead the form of some HID units: a result stands in front of CM and PM
 * @returns undefined: it is the answer to another command, or to none
 */
export function readAnswer(text: Uint8Array, asked: Uint8Array, resultHead: boolean): Crt02Answer | undefined {
  const [cm, pm] = asked;
  if (resultHead) {
    const [head, first, second, error = 0] = text;
    if (first !== cm || second !== pm) return undefined;
    if (head === POSITIVE) return { kind: 'done', data: text.subarray(3) };
    return head === REFUSED ? { kind: 'refused', error } : undefined;
  }
  const [first, second, error] = text;
  if (first === cm && second === pm) return { kind: 'done', data: text.subarray(2) };
  if (first === REFUSED && second === cm && error !== undefined) return { kind: 'refused', error };
  return undefined;
}

/** What a card command came to. */
export type Crt02Card =
  | { readonly kind: 'good'; readonly protocol: Protocol; readonly bytes: Uint8Array }
  /** Status P. */
  | { readonly kind: 'failed'; readonly status: number }
  /** Less came than it says. */
  | { readonly kind: 'malformed' };

/** Data of a card command: for a PSAM its socket first, then status P, and what is there with its length. */
export function readCard(data: Uint8Array, contacts: Crt02Contacts): Crt02Card {
  const told = contacts === 'card' ? data : data.subarray(1);
  const [p, high = 0, low = 0] = told;
  if (p === undefined || (contacts !== 'card' && data[0] !== FIRST_SOCKET + contacts)) return { kind: 'malformed' };
  if (p !== GOOD && p !== GOOD_T1) return { kind: 'failed', status: p };
  const bytes = told.slice(3, 3 + (high << 8) + low);
  if (bytes.length < (high << 8) + low) return { kind: 'malformed' };
  return { kind: 'good', protocol: p === GOOD_T1 ? 'T=1' : 'T=0', bytes };
}

/** Status P of a movement or setting; units that say nothing mean that it went well. @returns undefined: it did */
export function readFailure(data: Uint8Array): number | undefined {
  const [p = GOOD] = data;
  return p === GOOD ? undefined : p;
}

/** S1 of the status: an odd card, long or short, is inside. */
const POSITIONS: Readonly<Record<number, CardPosition>> = {
  ...{ 70: 'inside', 71: 'inside', 72: 'front', 73: 'front', 74: 'inside', 75: 'contacts' },
  ...{ 76: 'rear', 77: 'rear', 78: 'none' },
};

/** @returns undefined: no position that is known */
export function readPosition(data: Uint8Array): CardPosition | undefined {
  return POSITIONS[data[0] ?? 0];
}
