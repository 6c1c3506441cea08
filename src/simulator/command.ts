import type { Contents, Directory, File, Key } from './contents.ts';
import type { FinancialSession } from './financial/session.ts';
import type { AccessRule } from './image.ts';
import type { CardMemory } from './memory.ts';

/** A command as it comes over the T=0 line: the five-byte header, and the data the header announces. */
export interface LineCommand {
  /** CLA INS P1 P2 P3 as they came: what a MAC covers first. */
  readonly header: Uint8Array;
  readonly p1: number;
  readonly p2: number;
  /** Length of `data`, or the length asked for; 0 asks for all there is (4). */
  readonly p3: number;
  readonly data?: Uint8Array;
}

/** A load or purchase of the medical account after INITIALIZE (5.1, 5.2). */
export interface Begun {
  readonly kind: 'load' | 'purchase';
  /** DLK or DPK. */
  readonly key: Key;
  /** Fen. */
  readonly amount: number;
  /** Six bytes. */
  readonly terminal: Uint8Array;
  /** Four bytes. */
  readonly random: Uint8Array;
}

/** Everything that a loss of power takes away (10, last row). */
export interface Session {
  /** Absent: the MF is selected. */
  directory?: Directory;
  file?: File;
  /** Answer that waits for GET RESPONSE. */
  pending?: Uint8Array;
  /** The last challenge, until it is used. */
  challenge?: Uint8Array;
  /** A load or purchase that was begun, until the next command. */
  begun?: Begun;
  /** The bank side is selected. */
  financial?: FinancialSession;
  pinVerified: boolean;
  /** Keys authenticated: of the current directory, and of others where rights outlive it. */
  readonly rights: Set<Key>;
}

export interface CardCore {
  readonly contents: Contents;
  readonly memory: CardMemory;
  session: Session;
  readonly random: (length: number) => Uint8Array;
}

export interface Answer {
  readonly sw: number;
  readonly data?: Uint8Array;
}

export type Run = (card: CardCore, command: LineCommand) => Answer;

/** `sends`: the terminal sends data (or nothing). `asks`: the terminal asks for data. */
export interface CommandRule {
  readonly form: 'sends' | 'asks';
  /** Also works while the application is blocked for a time (5, after the table), or always: it tells of the block. */
  readonly whileBlocked?: 'temporary' | 'always';
  /** Ends what INITIALIZE began; every other command drops it. */
  readonly endsTransaction?: true;
  readonly run: Run;
}

/** Rules by CLA and INS, four hex digits. */
export type CommandRules = Readonly<Record<string, CommandRule>>;

/** @returns nothing when the lengths do not fit the header */
export function lineCommand(bytes: Uint8Array, form: CommandRule['form']): LineCommand | undefined {
  const [, , p1 = 0, p2 = 0, p3 = 0] = bytes;
  const header = bytes.slice(0, 5);
  if (bytes.length <= 5) return form === 'sends' && p3 !== 0 ? undefined : { header, p1, p2, p3 };
  const data = bytes.slice(5, 5 + p3);
  const over = bytes.length - 5 - p3;
  if (form === 'asks' || p3 === 0 || over < 0 || over > 1) return undefined;
  return { header, p1, p2, p3, data };
}

export const done: Answer = { sw: 0x9000 };

/** Card or PSAM: what may hold an answer back. */
export interface Chip {
  readonly session: Pick<Session, 'pending'>;
}

/** An answer that the terminal fetches with GET RESPONSE: T=0 has no data in both directions of one command. */
export function keep(chip: Chip, data: Uint8Array, sw = 0x6100 | (data.length & 0xff)): Answer {
  chip.session.pending = data;
  return { sw };
}

/** Exactly what was asked for, or the right length (4: 6Cxx). `p3` 0 asks for all there is. */
export function give(data: Uint8Array, p3: number): Answer {
  return p3 === 0 || p3 === data.length ? { data, sw: 0x9000 } : { sw: 0x6c00 | (data.length & 0xff) };
}

/**
 * Selecting another directory or the MF drops its rights (6.4); leaving the SSSE drops them all, that of the PIN, too.
 * It ends what was begun on the bank side (emv-pboc.md 1.1).
 */
export function enter({ session, contents }: CardCore, directory: Directory | undefined): void {
  const social = directory?.application === 'social';
  const outlive = social && contents.image.rightsOutliveDirectory === true;
  if (directory !== session.directory && !outlive) session.rights.clear();
  if (!social) session.pinVerified = false;
  delete session.file;
  delete session.financial;
  if (directory === undefined) delete session.directory;
  else session.directory = directory;
}

export function allowed(session: Session, rule: AccessRule): boolean {
  if (rule === 'free') return true;
  if (rule === 'never') return false;
  if (rule === 'pin') return session.pinVerified;
  if (typeof rule === 'string') return hasRight(session, ({ id }) => id === Number.parseInt(rule.slice(4), 16));
  if ('anyOf' in rule) return rule.anyOf.some((part) => allowed(session, part));
  return rule.allOf.every((part) => allowed(session, part));
}

/** Whether a key like this of the current directory was authenticated. */
export function hasRight({ directory, rights }: Session, which: (key: Key) => boolean): boolean {
  return directory?.keys.some((key) => which(key) && rights.has(key)) ?? false;
}

/** The file a short identifier names becomes the current one; 0 means the current one. */
export function fileBySfi(session: Session, sfi: number): File | Answer {
  if (sfi === 0) return session.file ?? { sw: 0x6986 };
  const file = session.directory?.files.find((candidate) => candidate.sfi === sfi);
  if (file === undefined) return { sw: 0x6a82 };
  session.file = file;
  return file;
}

/** PIN, keys and account are of the SSSE and its directories only. */
export function inSocial({ directory }: Session): boolean {
  return directory?.application === 'social';
}

export function isAnswer(value: object): value is Answer {
  return 'sw' in value;
}
