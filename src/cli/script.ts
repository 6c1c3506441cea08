import { readFileSync } from 'node:fs';
import { SscardError } from '../../apdu/errors.ts';
import type { Context, Outcome } from './context.ts';
import { planFromScript } from './exchange-list.ts';
import { runPlan } from './exchange-run.ts';

/** `sscard script <file>`: raw exchange from a file; `-` is stdin. */
export async function runScript(context: Context): Promise<Outcome> {
  const [file = '-'] = context.arguments;
  return runPlan(context, planFromScript(readScript(file), file));
}

/** @throws SscardError `script-unreadable` */
export function readScript(file: string): Uint8Array {
  try {
    return readFileSync(file === '-' ? 0 : file);
  } catch (error) {
    throw new SscardError('script-unreadable', 'cannot be read', { place: file }, { cause: error });
  }
}
