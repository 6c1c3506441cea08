import { concat } from '../../apdu/bytes.ts';
import type { CardCipher } from './blocks.ts';
import { withProcessKey } from './diversify.ts';
import { messageMac } from './mac.ts';

/**
 * Codes of the PBOC purse (crypto.md 5), of which the medical account is one (social-security-card.md 5.1, 5.2). A code
 * is made from a key, a factor, and data; the data are put together by the functions below. SM4 is confidence C.
 */

const CODE_LENGTH = 4;

/** What both sides know of a transaction. */
export interface PurseTransaction {
  /** Fen. */
  readonly amount: number;
  /** One byte: 01, 02 load; 05, 06 purchase; 09 compound purchase. The medical account has ASCII digits (ASSUMED). */
  readonly type: number;
  /** Six bytes: the number of the terminal. */
  readonly terminal: Uint8Array;
}

/** A transaction with its time, as the host gives it. BCD: YYYYMMDD (four bytes), hhmmss (three). */
export interface TimedTransaction extends PurseTransaction {
  readonly date: Uint8Array;
  readonly time: Uint8Array;
}

/** `random ‖ online serial ‖ 80 00`: factor of the key of a load. @param random 4 bytes. @param serial 2 bytes. */
export function loadFactor(random: Uint8Array, serial: Uint8Array): Uint8Array {
  return concat([sized(random, 4), sized(serial, 2), Uint8Array.of(0x80, 0)]);
}

/**
 * `random ‖ offline serial ‖ last two bytes of the terminal's serial`: factor of the key of a purchase.
 * @param random 4 bytes. @param serial 2 bytes. @param terminalSerial 4 bytes.
 */
export function purchaseFactor(random: Uint8Array, serial: Uint8Array, terminalSerial: Uint8Array): Uint8Array {
  return concat([sized(random, 4), sized(serial, 2), sized(terminalSerial, 4).subarray(2)]);
}

/**
 * MAC1 or MAC2: four bytes, under the process key of the transaction.
 * @param key the card's load or purchase key, 16 bytes. @param factor 8 bytes.
 * @throws RangeError on other lengths.
 * @example transactionMac('3DES', loadKey, loadFactor(random, serial), loadProof(oldBalance, transaction)) // MAC1
 */
export function transactionMac(cipher: CardCipher, key: Uint8Array, factor: Uint8Array, data: Uint8Array): Uint8Array {
  return withProcessKey(cipher, key, factor, (session) => messageMac(cipher, session, data).slice(0, CODE_LENGTH));
}

/**
 * TAC: four bytes that the issuer checks. 3DES computes single DES with both halves of the key XORed (confidence B), SM4
 * takes the key as it is (C).
 * @param key the card's TAC key, 16 bytes.
 * @throws RangeError on another length.
 */
export function transactionProof(cipher: CardCipher, key: Uint8Array, data: Uint8Array): Uint8Array {
  if (cipher === 'SM4') return messageMac('SM4', key, data).slice(0, CODE_LENGTH);
  const folded = sized(key, 16).slice(0, 8);
  for (let at = 0; at < 8; at++) folded[at] = (folded[at] as number) ^ (key[8 + at] as number);
  try {
    return messageMac('3DES', folded, data).slice(0, CODE_LENGTH);
  } finally {
    folded.fill(0);
  }
}

/** Data of MAC1 of a load, card to host. @param oldBalance fen */
export function loadProof(oldBalance: number, { amount, type, terminal }: PurseTransaction): Uint8Array {
  return concat([fen(oldBalance), fen(amount), oneByte(type), sized(terminal, 6)]);
}

/** Data of MAC2 of a load, host to card, and of MAC1 of a purchase, terminal to card. */
export function transactionOrder({ amount, type, terminal, date, time }: TimedTransaction): Uint8Array {
  return concat([fen(amount), oneByte(type), sized(terminal, 6), sized(date, 4), sized(time, 3)]);
}

/**
 * Data of the TAC of a load.
 * @param newBalance fen. @param serial online serial, 2 bytes: its value before the load counted it up.
 */
export function loadReceipt(newBalance: number, serial: Uint8Array, transaction: TimedTransaction): Uint8Array {
  return concat([fen(newBalance), sized(serial, 2), transactionOrder(transaction)]);
}

/** Data of MAC2 of a purchase, card to terminal. @param amount fen */
export function purchaseProof(amount: number): Uint8Array {
  return fen(amount);
}

/** Data of the TAC of a purchase. @param terminalSerial all 4 bytes. */
export function purchaseReceipt(terminalSerial: Uint8Array, transaction: TimedTransaction): Uint8Array {
  const { amount, type, terminal, date, time } = transaction;
  return concat([
    fen(amount),
    oneByte(type),
    sized(terminal, 6),
    sized(terminalSerial, 4),
    sized(date, 4),
    sized(time, 3),
  ]);
}

function fen(amount: number): Uint8Array {
  if (!Number.isInteger(amount) || amount < 0 || amount > 0xffffffff)
    throw new RangeError('an amount is a whole number of fen in four bytes');
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, amount);
  return bytes;
}

function oneByte(value: number): Uint8Array {
  if (!Number.isInteger(value) || value < 0 || value > 0xff) throw new RangeError('a transaction type is one byte');
  return Uint8Array.of(value);
}

function sized(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length !== length) throw new RangeError(`${length} bytes are wanted, not ${bytes.length}`);
  return bytes;
}
