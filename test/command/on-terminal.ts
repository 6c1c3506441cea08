import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { command, ended } from './run.ts';

/** What the person at the terminal does: waits for a text, types, sends a signal to the program. */
export type TerminalStep = readonly ['see' | 'type', string] | readonly ['signal', NodeJS.Signals];

export interface OnTerminal {
  /** Negative: the signal that ended it. */
  readonly code: number;
  readonly shown: string;
  /** Whether the terminal hid what was typed, for each typing. */
  readonly hidden: readonly boolean[];
  /** The terminal is set as it was before. */
  readonly restored: boolean;
}

/** Runs the built command on a pseudo-terminal of python3. @param program another one that starts it */
export async function onTerminal(
  words: readonly string[],
  steps: readonly TerminalStep[],
  program: readonly string[] = [process.execPath, command],
): Promise<OnTerminal> {
  const script = fileURLToPath(new URL('on-terminal.py', import.meta.url));
  const home = mkdtempSync(join(tmpdir(), 'sscard-terminal-'));
  try {
    const { out, err } = await ended(['python3', script, JSON.stringify(steps), ...program, ...words], home);
    if (err !== '') throw new Error(err);
    return JSON.parse(out);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
