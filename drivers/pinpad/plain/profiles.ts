/** What opens an entry at a plain keypad, asks again, and closes it (readers.md 8.1): bytes in hex. */
export interface PlainProfile {
  readonly open: string;
  readonly again: string;
  readonly close?: string;
  /** The digits wait in the pad until they are asked for. */
  readonly fetch?: string;
  /** It takes the number of digits (ESC N and two digits). */
  readonly takesLength?: boolean;
}

/** Command sets of the field, by name. */
export const plainProfiles = {
  'start-generic': { open: '82', again: '81', close: '83' },
  /** Some pads of this maker are asked with 86, and closed with 80. */
  'start-86': { open: '86', again: '81', close: '80' },
  'start-icbc': { open: '1B49', again: '1B45', takesLength: true },
  'esc-bracket': { open: '1B5B2F31', again: '1B5B2F32', close: '1B5B2F33', takesLength: true },
  'esc-ml': { open: '1B4D', again: '1B4C', takesLength: true },
  'esc-f': { open: '1B461B49', again: '1B461B45', fetch: '1B47', takesLength: true },
  ctrl: { open: '02', again: '01', close: '03' },
  'ctrl-04': { open: '02', again: '04', close: '03' },
} as const satisfies Readonly<Record<string, PlainProfile>>;

/** A command set. */
export type PlainProfileName = keyof typeof plainProfiles;

/** How digits come, ASSUMED but for the fixed number: so many and no more; closed by CR; between 02 and 03. */
export type PlainAnswer = 'fixed' | 'cr' | 'stx-etx';
