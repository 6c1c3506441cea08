import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { SscardError } from '../../apdu/errors.ts';
import { logMasks } from '../counter/masks.ts';
import type { Context } from './context.ts';

/** Leave to show personal data in full, once it is written down who wanted it and why. */
export interface Unmasking {
  /**
   * Writes the entry and makes sure it is on the disk. Before this returned, nothing may be shown.
   * @param cardNumber in full, where it is known; only its last three characters are kept
   * @throws SscardError `journal-unwritable`
   */
  record(cardNumber: string | null): void;
}

/**
 * Opens the list of unmaskings (`$XDG_STATE_HOME/sscard/unmask.log`, one JSON object a line, mode 0600), before a reader
 * is opened. Nothing when `--unmask` was not given.
 * @throws SscardError `journal-unwritable`
 */
export function beginUnmasking({ settings, verb }: Pick<Context, 'settings' | 'verb'>): Unmasking | undefined {
  const { unmask: reason, operator } = settings;
  if (reason === undefined) return undefined;
  const { XDG_STATE_HOME: state, HOME: home } = process.env;
  const folder = state || (home && `${home}/.local/state`);
  const path = `${folder}/sscard/unmask.log`;
  const write = (text: string) => {
    try {
      if (!folder) throw new Error('neither XDG_STATE_HOME nor HOME is set');
      mkdirSync(`${folder}/sscard`, { recursive: true, mode: 0o700 });
      const handle = openSync(path, 'a', 0o600);
      try {
        const bytes = new TextEncoder().encode(text);
        if (writeSync(handle, bytes) !== bytes.length) throw new Error('disk full');
        fsyncSync(handle);
      } finally {
        closeSync(handle);
      }
    } catch (error) {
      throw new SscardError('journal-unwritable', 'cannot append', { place: path }, { cause: error });
    }
  };
  write('');
  return {
    record(cardNumber) {
      const masked = cardNumber === null ? null : logMasks.cardNumber(cardNumber);
      const entry = { time: new Date().toISOString(), operator, reason, command: verb, cardNumber: masked };
      write(`${JSON.stringify(entry)}\n`);
    },
  };
}
