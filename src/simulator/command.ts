import type { Contents, Directory, File } from './contents.ts';
import type { AccessRule } from './image.ts';
import type { CardMemory } from './memory.ts';

/** A command as it comes over the T=0 line: the five-byte header, and the data the header announces. */
export interface LineCommand {
  readonly p1: number;
  readonly p2: number;
  /** Length of `data`, or the length asked for; 0 asks for all there is (4). */
  readonly p3: number;
  readonly data?: Uint8Array;
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
  pinVerified: boolean;
  /** Keys authenticated in the current directory. */
  readonly rights: Set<number>;
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
  readonly cla: number;
  readonly form: 'sends' | 'asks';
  /** Also works while the application is blocked for a time (5, after the table). */
  readonly whileBlocked?: true;
  readonly run: Run;
}

/** @returns nothing when the lengths do not fit the header */
export function lineCommand(bytes: Uint8Array, form: CommandRule['form']): LineCommand | undefined {
  const [, , p1 = 0, p2 = 0, p3 = 0] = bytes;
  if (bytes.length <= 5) return form === 'sends' && p3 !== 0 ? undefined : { p1, p2, p3 };
  const data = bytes.slice(5, 5 + p3);
  const over = bytes.length - 5 - p3;
  if (form === 'asks' || p3 === 0 || over < 0 || over > 1) return undefined;
  return { p1, p2, p3, data };
}

export const done: Answer = { sw: 0x9000 };

/** Card or PSAM: what may hold an answer back. */
export interface Chip {
  readonly session: Pick<Session, 'pending'>;
}

/** An answer that the terminal fetches with GET RESPONSE: T=0 has no data in both directions of one command. */
export function keep(chip: Chip, data: Uint8Array, sw = 0x6100 | data.length): Answer {
  chip.session.pending = data;
  return { sw };
}

/** Exactly what was asked for, or the right length (4: 6Cxx). `p3` 0 asks for all there is. */
export function give(data: Uint8Array, p3: number): Answer {
  return p3 === 0 || p3 === data.length ? { data, sw: 0x9000 } : { sw: 0x6c00 | (data.length & 0xff) };
}

/** Selecting another directory or the MF drops its rights (6.4); leaving the SSSE drops the PIN right, too. */
export function enter(session: Session, directory: Directory | undefined): void {
  if (directory !== session.directory) session.rights.clear();
  if (directory === undefined) session.pinVerified = false;
  delete session.file;
  if (directory === undefined) delete session.directory;
  else session.directory = directory;
}

export function allowed(session: Session, rule: AccessRule): boolean {
  if (rule === 'free') return true;
  if (rule === 'never') return false;
  if (rule === 'pin') return session.pinVerified;
  if (typeof rule === 'string') return session.rights.has(Number.parseInt(rule.slice(4), 16));
  if ('anyOf' in rule) return rule.anyOf.some((part) => allowed(session, part));
  return rule.allOf.every((part) => allowed(session, part));
}

/** The file a short identifier names becomes the current one; 0 means the current one. */
export function fileBySfi(session: Session, sfi: number): File | Answer {
  if (sfi === 0) return session.file ?? { sw: 0x6986 };
  const file = session.directory?.files.find((candidate) => candidate.sfi === sfi);
  if (file === undefined) return { sw: 0x6a82 };
  session.file = file;
  return file;
}

export function isAnswer(value: object): value is Answer {
  return 'sw' in value;
}
