import { type ErrorDetails, SscardError } from '../../apdu/errors.ts';

/** Return codes of the level (driver-api.md 6 and 7). */
export const CODE = {
  cardType: -1,
  noCard: -2,
  noPower: -3,
  mute: -4,
  connection: -11,
  notOpen: -12,
  notSupported: -13,
  parameter: -14,
} as const;

/** What was asked of the library when it refused. */
export type Act = 'open' | 'power-on' | 'power-off' | 'transmit' | 'beep';

/** Our name for a code, by what was asked; what has no row is `library-failed`. */
const MEANING: Readonly<Record<Act, Readonly<Record<number, string>>>> = {
  open: { [CODE.connection]: 'port-not-found', [CODE.notOpen]: 'port-not-found', [CODE.parameter]: 'port-not-found' },
  'power-on': {
    [CODE.cardType]: 'card-unresponsive',
    [CODE.noCard]: 'no-card',
    [CODE.mute]: 'card-unresponsive',
  },
  'power-off': {},
  // -3: the card has lost its power since, so it was taken out, or another program took it down.
  transmit: { [CODE.noCard]: 'card-removed', [CODE.noPower]: 'card-removed', [CODE.mute]: 'card-mute' },
  beep: {},
};

/** Codes that mean the same whatever was asked. */
const ALWAYS: Readonly<Record<number, string>> = {
  [CODE.connection]: 'reader-lost',
  [CODE.notOpen]: 'reader-lost',
  [CODE.notSupported]: 'unsupported',
};

/** The library says before it asks the unit that it is not open, or knows no such command: nothing was sent then. */
const UNSENT: ReadonlySet<number> = new Set([CODE.notOpen, CODE.notSupported]);

/**
 * The error for a return code below zero. The library's number is kept for the support desk: a code means nothing without the name of
 * the library (driver-api.md 6).
 */
export function libraryError(act: Act, code: number, place: string): SscardError {
  const name = MEANING[act][code] ?? ALWAYS[code] ?? (act === 'open' ? 'port-failed' : 'library-failed');
  const outcome = act === 'transmit' && !UNSENT.has(code) ? 'unknown' : 'not-done';
  const details: ErrorDetails = { place, platformCode: code, outcome };
  return new SscardError(name, `the library returned ${code} (${act})`, details);
}
