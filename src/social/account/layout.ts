import { concat, fromHex } from '../../../apdu/bytes.ts';

/**
 * Bytes of the medical account's transactions (social-security-card.md 5, 5.1, 5.2, 7.3 (e)). No public source proves
 * them as a whole. What each rests on:
 *
 * | command | bytes | rests on |
 * |---|---|---|
 * | INITIALIZE FOR LOAD | key index 1, amount 4, terminal 6 | LIKELY (5.1) |
 * | its answer | balance 4, online serial 2, key version 1, algorithm 1, random 4, MAC1 4 | LIKELY (5.1) |
 * | CREDIT FOR LOAD | date 4, time 3, MAC2 4; answer TAC 4 | ASSUMED (5) |
 * | INITIALIZE FOR PURCHASE | key index 1, amount of the account 4, terminal 6: what fills the Lc of 0B | ASSUMED (5) |
 * | its answer | balance 4, offline serial 2, key version 1, algorithm 1, random 4: as for the load, without MAC1 | ASSUMED (5.1, 7.3 (e)) |
 * | DEBIT FOR PURCHASE | terminal serial 4, date 4, time 3, MAC1 4; answer TAC 4, MAC2 4 | ASSUMED (5) |
 * | the same, "0F or more" | self-paid 4 and pooled 4 stand before MAC1 when one of them is not zero | ASSUMED (5, 5.2) |
 * | GET TRANSACTION PROVE | serial 2; answer MAC2 4, TAC 4 | ASSUMED (5) |
 *
 * Amounts are fen in binary, most significant byte first. What MACs and TACs cover is in src/crypto/purse.ts.
 */

/** Most fen that four bytes hold. */
export const MOST_FEN = 0xffff_ffff;

export const ANSWER_BYTES = {
  initialiseLoad: 16,
  initialisePurchase: 12,
  creditLoad: 4,
  debitPurchase: 8,
  prove: 8,
} as const;

const MAC_BYTES = 4;

/** What the card announces a transaction with. */
export interface Announcement {
  /** Balance before, fen. */
  readonly balance: number;
  /** Two bytes. */
  readonly serial: Uint8Array;
  readonly keyVersion: number;
  readonly algorithm: number;
  /** Four bytes. */
  readonly random: Uint8Array;
  /** Four bytes; only of a load: a purchase has none. */
  readonly mac1: Uint8Array;
}

/** When a transaction was made, as the card gets it: BCD, four and three bytes. */
export interface Moment {
  readonly date: Uint8Array;
  readonly time: Uint8Array;
}

export function fenBytes(fen: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, fen);
  return bytes;
}

export function numberOf(bytes: Uint8Array): number {
  return bytes.reduce((number, byte) => number * 0x100 + byte, 0);
}

/** Data of INITIALIZE FOR LOAD and FOR PURCHASE. */
export function initialiseData(keyIndex: number, amount: number, terminal: Uint8Array): Uint8Array {
  return concat([Uint8Array.of(keyIndex), fenBytes(amount), terminal]);
}

/** Answer of both. */
export function readAnnouncement(answer: Uint8Array): Announcement {
  const [keyVersion = 0, algorithm = 0] = answer.subarray(6, 8);
  return {
    balance: numberOf(answer.subarray(0, 4)),
    serial: answer.slice(4, 6),
    keyVersion,
    algorithm,
    random: answer.slice(8, 12),
    mac1: answer.slice(12),
  };
}

export function creditData({ date, time }: Moment, mac2: Uint8Array): Uint8Array {
  return concat([date, time, mac2]);
}

export function debitData(
  terminalSerial: Uint8Array,
  { date, time, selfPaid, pooled }: Moment & { readonly selfPaid: number; readonly pooled: number },
  mac1: Uint8Array,
): Uint8Array {
  const more = selfPaid > 0 || pooled > 0 ? [fenBytes(selfPaid), fenBytes(pooled)] : [];
  return concat([terminalSerial, date, time, ...more, mac1]);
}

/** Answer of DEBIT FOR PURCHASE. */
export function readDebit(answer: Uint8Array): { readonly tac: Uint8Array; readonly mac2: Uint8Array } {
  return { tac: answer.slice(0, MAC_BYTES), mac2: answer.slice(MAC_BYTES) };
}

/** Answer of GET TRANSACTION PROVE: the other way round. */
export function readProof(answer: Uint8Array): { readonly tac: Uint8Array; readonly mac2: Uint8Array } {
  return { mac2: answer.slice(0, MAC_BYTES), tac: answer.slice(MAC_BYTES) };
}

/** Local time of this machine, BCD. */
export function momentOf(time: Date): Moment {
  const digits = (number: number, length = 2) => String(number).padStart(length, '0');
  const date = digits(time.getFullYear(), 4) + digits(time.getMonth() + 1) + digits(time.getDate());
  const clock = digits(time.getHours()) + digits(time.getMinutes()) + digits(time.getSeconds());
  return { date: fromHex(date), time: fromHex(clock) };
}
