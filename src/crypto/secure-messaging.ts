import { concat } from '../../apdu/bytes.ts';
import { encodeCommand } from '../../apdu/command.ts';
import { blockOf, type CardCipher, decryptEcb, encryptEcb } from './blocks.ts';
import { messageMac, pad2 } from './mac.ts';
import type { BlockCipher } from './providers/provider.ts';

/** Secure messaging of PBOC: a MAC of four bytes at the end of the command, data enciphered or not (crypto.md 6). */

const MAC_LENGTH = 4;
const MAX_LC = 0xff;

/** Keys of one protected command. With 3DES, a key of 8 bytes computes single DES: a session key. */
export interface MessagingKeys {
  readonly cipher: CardCipher;
  readonly mac: Uint8Array;
  /** Given: the data are enciphered. */
  readonly encipher?: Uint8Array;
}

/** A command as it would go unprotected. */
export interface CommandToProtect {
  readonly cla: number;
  readonly ins: number;
  readonly p1: number;
  readonly p2: number;
  readonly data: Uint8Array;
}

/**
 * MAC of a command.
 * @param key 16 bytes; with 3DES also 8, a session key.
 * @param challenge the card's last one, 4 or 8 bytes, filled with zeros on the right; empty: an initial value of zeros.
 * @param input header with the final Lc, and data as they are sent. @returns 4 bytes
 * @throws RangeError on other lengths.
 * @example commandMac('3DES', session, new Uint8Array(0), fromHex('8424000004')) // PIN UNBLOCK
 */
export function commandMac(cipher: CardCipher, key: Uint8Array, challenge: Uint8Array, input: Uint8Array): Uint8Array {
  if (![0, 4, 8].includes(challenge.length)) throw new RangeError('a challenge for a MAC has 4 or 8 bytes');
  const iv = new Uint8Array(blockOf(cipher));
  iv.set(challenge);
  return messageMac(cipher, key, input, iv).slice(0, MAC_LENGTH);
}

/**
 * The command as it is sent: class with secure messaging, Lc with the MAC, data (enciphered first), MAC.
 * @throws RangeError when keys or challenge have a wrong length, or Lc would pass 255.
 * @throws SscardError `command-malformed` for a header that no command may have.
 */
export function protectCommand(keys: MessagingKeys, challenge: Uint8Array, command: CommandToProtect): Uint8Array {
  const { ins, p1, p2 } = command;
  const cla = (command.cla & 0xf0) | 0x04;
  const data = keys.encipher ? encipherData(keys.cipher, keys.encipher, command.data) : command.data;
  const lc = data.length + MAC_LENGTH;
  if (lc > MAX_LC) throw new RangeError('data and MAC do not fit one command');
  const mac = commandMac(keys.cipher, keys.mac, challenge, concat([Uint8Array.of(cla, ins, p1, p2, lc), data]));
  return encodeCommand({ cla, ins, p1, p2, data: concat([data, mac]) });
}

/**
 * Enciphers data of a command: a byte of length in front, `80 00…` behind only when that fills no whole block.
 * @param key 16 bytes; with 3DES also 8, a session key. @param data at most 255 bytes.
 * @throws RangeError on other lengths.
 */
export function encipherData(cipher: CardCipher, key: Uint8Array, data: Uint8Array): Uint8Array {
  const block = enciphermentBlock(cipher, data);
  try {
    return encryptEcb(keyedAs(cipher, key), key, block);
  } finally {
    block.fill(0);
  }
}

/**
 * What `encipherData` enciphers. In it are secrets: a PIN, a key.
 * @throws RangeError for more than 255 bytes.
 */
export function enciphermentBlock(cipher: CardCipher, data: Uint8Array): Uint8Array {
  if (data.length > 0xff) throw new RangeError('at most 255 bytes are enciphered');
  const size = blockOf(cipher);
  const plain = concat([Uint8Array.of(data.length), data]);
  if (plain.length % size === 0) return plain;
  const padded = pad2(plain, size);
  plain.fill(0);
  return padded;
}

/**
 * The reverse of `encipherData`, for the card's side.
 * @returns `undefined` when it is none: no whole blocks, a length that does not fit, wrong padding. Which of these is
 * not told, so that nobody can learn from it.
 * @throws RangeError when the key has the wrong length.
 */
export function decipherData(cipher: CardCipher, key: Uint8Array, enciphered: Uint8Array): Uint8Array | undefined {
  const size = blockOf(cipher);
  if (enciphered.length === 0 || enciphered.length % size !== 0) return undefined;
  const block = decryptEcb(keyedAs(cipher, key), key, enciphered);
  const end = 1 + (block[0] as number);
  const padding = block.length - end;
  let wrong = padding < 0 || padding >= size ? 1 : 0;
  for (let at = end; at < block.length; at++) wrong |= (block[at] as number) ^ (at === end ? 0x80 : 0);
  const data = wrong ? undefined : block.slice(1, end);
  block.fill(0);
  return data;
}

function keyedAs(cipher: CardCipher, key: Uint8Array): BlockCipher {
  return cipher === '3DES' && key.length === 8 ? 'DES' : cipher;
}
