import { concat } from '../../../apdu/bytes.ts';
import { type Line, located } from '../../../drivers/exchange.ts';
import type { ReaderPad, ReaderPinAnswer } from '../../../drivers/pinpad/part10/reader-pad.ts';
import type { Waiting } from '../../../drivers/reader.ts';
import type { CardProfile } from '../profile/profile.ts';
import type { Where } from '../steps.ts';
import type { AtReaderRefusal } from './outcomes.ts';
import { refusalOf } from './present.ts';
import { triesFault } from './tries.ts';

/** A reader that puts PINs into commands by itself. */
export type PinAtReader = Pick<ReaderPad, 'can' | 'verify' | 'modify'>;

/** Readers put digits into a command whose length they do not change: the PIN has this many digits, no more and no fewer. */
const DIGITS = 6;
const BLOCK = DIGITS / 2;
const DONE = 0x9000;
const EMPTY = new Uint8Array(BLOCK).fill(0xff);

/**
 * VERIFY with the PIN from the reader's keys, once: `00 20 00 00 03 FF FF FF` (6.6), six digits.
 * @throws SscardError as `presentPin`
 */
export async function verifyAtReader(
  line: Line,
  profile: CardProfile,
  reader: PinAtReader,
  lastTry: boolean,
): Promise<{ readonly kind: 'verified' } | AtReaderRefusal> {
  const stopped = await guard(line, profile, lastTry);
  if (stopped !== undefined) return stopped;
  const command = concat([Uint8Array.of(0x00, 0x20, 0x00, 0x00, BLOCK), EMPTY]);
  const template = { command, blockBytes: BLOCK, least: DIGITS, most: DIGITS };
  const where: Where = { step: 'verify-pin', place: profile.pin.directory };
  const entry = await located(where, () => reader.verify(template, signalOf(line)));
  if (entry.kind !== 'answered') return refusedEntry(entry.kind);
  return entry.sw === DONE ? { kind: 'verified' } : refusalOf(entry.sw, where);
}

/** CHANGE PIN with both PINs from the reader's keys: `80 5E 01 00 07 old FF new` (5, 6.6). @throws as `verifyAtReader` */
export async function changeAtReader(
  line: Line,
  profile: CardProfile,
  reader: PinAtReader,
  lastTry: boolean,
): Promise<{ readonly kind: 'changed' } | AtReaderRefusal> {
  if (!reader.can.has('modify')) return { kind: 'not-sent', why: 'reader' };
  const stopped = await guard(line, profile, lastTry);
  if (stopped !== undefined) return stopped;
  const length = 2 * BLOCK + 1;
  const command = concat([Uint8Array.of(0x80, 0x5e, 0x01, 0x00, length), EMPTY, Uint8Array.of(0xff), EMPTY]);
  const template = { command, blockBytes: BLOCK, least: DIGITS, most: DIGITS, oldAt: 0, newAt: BLOCK + 1 };
  const where: Where = { step: 'change-pin', place: profile.pin.directory };
  const entry = await located(where, () => reader.modify(template, signalOf(line)));
  if (entry.kind !== 'answered') return refusedEntry(entry.kind);
  return entry.sw === DONE ? { kind: 'changed' } : refusalOf(entry.sw, where);
}

/** The time of an entry is the reader's, not that of a command. */
function signalOf({ waiting: { signal } }: Line): Waiting {
  return signal === undefined ? {} : { signal };
}

async function guard(line: Line, profile: CardProfile, lastTry: boolean): Promise<AtReaderRefusal | undefined> {
  const [least, most] = profile.pin.digits;
  if (DIGITS < least || DIGITS > most) return { kind: 'not-sent', why: 'length' };
  return triesFault(line, profile, lastTry);
}

function refusedEntry(kind: Exclude<ReaderPinAnswer['kind'], 'answered'>): AtReaderRefusal {
  if (kind === 'timed-out' || kind === 'cancelled') return { kind: 'gave-up', why: kind };
  return { kind: 'not-sent', why: kind };
}
