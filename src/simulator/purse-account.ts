import { concat, fromHex, toHex } from '../../apdu/bytes.ts';
import { transactionMac, transactionProof } from '../crypto/purse.ts';
import {
  type Answer,
  type Begun,
  type CardCore,
  inSocial,
  isAnswer,
  type LineCommand,
  type Session,
} from './command.ts';
import { putNewest } from './commands-file.ts';
import type { Contents, Key } from './contents.ts';
import type { PurseImage } from './image.ts';
import { isLocked } from './key-tries.ts';
import { bytesOf, numberOf } from './numbers.ts';
import { cipherOf } from './secure-messaging.ts';

const LOG = 0xef08;
const HIGHEST_SERIAL = 0xffff;
const ALGORITHM_CODE = { '3DES': 0x01, SM4: 0x03 } as const;
/** Balance, totals, year, serials, proof. */
const STATE_BYTES = 29;

/** The account of the current directory; anywhere else 6985. */
export function accountOf({ purse }: Contents, session: Session): PurseImage | Answer {
  const here = purse !== undefined && inSocial(session) && session.directory?.name === purse.state.directory;
  return here ? purse.state : { sw: 0x6985 };
}

/** What INITIALIZE asks for, before anything is begun. */
export type Order = Omit<Begun, 'random'> & { readonly account: PurseImage };

/** Key index 1 ‖ amount 4 ‖ terminal 6, for a card whose PIN was verified. */
export function orderOf(card: CardCore, { p1, p2, data }: LineCommand, kind: Begun['kind']): Order | Answer {
  const account = accountOf(card.contents, card.session);
  if (isAnswer(account)) return account;
  if (p1 !== 0 || p2 !== 1) return { sw: 0x6a86 };
  if (data?.length !== 11) return { sw: 0x6700 };
  if (!card.session.pinVerified) return { sw: 0x6982 };
  const key = keyNamed(card.session, kind === 'load' ? 'DLK' : 'DPK');
  if (key === undefined || data[0] !== account.keyIndex) return { sw: 0x9403 };
  if (isLocked(key)) return { sw: 0x6983 };
  if (serialOf(account, kind) === HIGHEST_SERIAL) return { sw: 0x6985 };
  return { kind, key, account, amount: numberOf(data.subarray(1, 5)), terminal: data.slice(5) };
}

/** Begins it. @returns balance 4 ‖ serial 2 ‖ key version 1 ‖ algorithm 1 ‖ random 4 */
export function begin({ contents, session, random }: CardCore, { account, ...order }: Order): Uint8Array {
  const begun = { ...order, random: random(4) };
  session.begun = begun;
  const version = begun.key.image.version ?? 1;
  const algorithm = ALGORITHM_CODE[cipherOf(contents.image.algorithm)];
  const serial = bytesOf(serialOf(account, begun.kind), 2);
  return concat([bytesOf(account.balance, 4), serial, Uint8Array.of(version, algorithm), begun.random]);
}

/** What INITIALIZE of this kind began with the command before this one, which ends it; else 6901. */
export function begunBefore(card: CardCore, kind: Begun['kind']): (Begun & { account: PurseImage }) | Answer {
  const account = accountOf(card.contents, card.session);
  if (isAnswer(account)) return account;
  const { begun } = card.session;
  delete card.session.begun;
  return begun?.kind === kind ? { ...begun, account } : { sw: 0x6901 };
}

/** Date and time are BCD: the card keeps them, and the year decides about the totals. */
export function isDateAndTime(bytes: Uint8Array): boolean {
  return /^\d{14}$/.test(toHex(bytes));
}

export function serialOf(account: PurseImage, kind: Begun['kind']): number {
  return kind === 'load' ? account.onlineSerial : account.offlineSerial;
}

/** MACs of one transaction, under the key made of random, serial and `tail` (two bytes). */
export function macsOf({ contents }: CardCore, begun: Begun & { account: PurseImage }, tail: Uint8Array) {
  const factor = concat([begun.random, bytesOf(serialOf(begun.account, begun.kind), 2), tail]);
  return (...parts: readonly Uint8Array[]) =>
    transactionMac(cipherOf(contents.image.algorithm), begun.key.value, factor, concat(parts));
}

/** TAC over `parts`; nothing where the card has no DTK. */
export function tacOf({ contents, session }: CardCore, ...parts: readonly Uint8Array[]): Uint8Array | undefined {
  const key = keyNamed(session, 'DTK')?.value;
  return key && transactionProof(cipherOf(contents.image.algorithm), key, concat(parts));
}

/** One transaction as the log and the proof keep it. */
export interface Entry {
  readonly type: Uint8Array;
  readonly serial: number;
  readonly terminal: Uint8Array;
  /** Date 4 ‖ time 3. */
  readonly when: Uint8Array;
  readonly amounts: readonly [account: number, selfPaid: number, pooled: number];
  readonly mac: Uint8Array;
  readonly tac: Uint8Array;
}

/** Account, log and proof change in one write: all of it or nothing, on a tearing card as well. */
export function commit({ contents, session, memory }: CardCore, account: PurseImage, entry: Entry): void {
  const { type, serial, terminal, when, amounts, mac, tac } = entry;
  const record = concat([bytesOf(serial, 2), type, terminal, when, ...amounts.map((amount) => bytesOf(amount, 4))]);
  const proof = { type: toHex(type), serial, mac: toHex(mac), tac: toHex(tac) };
  const log = session.directory?.files.find(({ fid }) => fid === LOG);
  memory.replace(STATE_BYTES + record.length, () => {
    if (contents.purse !== undefined) contents.purse.state = { ...account, proof };
    if (log !== undefined) putNewest(log, record);
  });
}

export function typeOf(account: PurseImage, kind: Begun['kind']): Uint8Array {
  return fromHex(account.types[kind]);
}

function keyNamed({ directory }: Session, name: string): Key | undefined {
  return directory?.keys.find(({ image }) => image.name === name);
}
