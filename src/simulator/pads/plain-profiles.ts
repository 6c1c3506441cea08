/** What opens an entry at a plain keypad, and what ends it (readers.md 8.1), in hex. */
export interface PlainCodes {
  readonly open: readonly string[];
  /** Asks for the PIN once more. */
  readonly again: readonly string[];
  readonly close?: readonly string[];
  /** The digits wait in the pad until the host fetches them. */
  readonly fetch?: string;
}

/** The command sets of the field, by the names of the vectors. */
export const plainProfiles = {
  'start-generic': { open: ['82', '86'], again: ['81'], close: ['83', '80'] },
  'start-icbc': { open: ['1B49'], again: ['1B45'] },
  'esc-bracket': { open: ['1B5B2F31'], again: ['1B5B2F32'], close: ['1B5B2F33'] },
  'esc-ml': { open: ['1B4D'], again: ['1B4C'] },
  'esc-f': { open: ['1B461B49'], again: ['1B461B45'], fetch: '1B47' },
  ctrl: { open: ['02'], again: ['01', '04'], close: ['03'] },
} as const satisfies Readonly<Record<string, PlainCodes>>;

/** A command set. */
export type PlainProfile = keyof typeof plainProfiles;
