import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { SscardError } from '../../apdu/errors.ts';

/**
 * Writes personal data into a file of its own (mode 0600). One that is there is not replaced.
 * @throws SscardError `file-unwritable`
 */
export function writeNewFile(path: string, content: Uint8Array): void {
  try {
    const handle = openSync(path, 'wx', 0o600);
    try {
      if (writeSync(handle, content) !== content.length) throw new Error('disk full');
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    throw new SscardError('file-unwritable', 'exists, or cannot be written', { place: path }, { cause: error });
  }
}
