import { closeSync, fsyncSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { SscardError } from '../../apdu/errors.ts';

/**
 * Writes personal data into a file of its own (mode 0600). One that is there is not replaced, and one that could not be
 * written to its end does not stay.
 * @throws SscardError `file-unwritable`
 */
export function writeNewFile(path: string, content: Uint8Array): void {
  try {
    const handle = openSync(path, 'wx', 0o600);
    try {
      writeWhole(handle, content);
    } catch (error) {
      rmSync(path, { force: true });
      throw error;
    }
  } catch (error) {
    throw new SscardError('file-unwritable', 'exists, or cannot be written', { place: path }, { cause: error });
  }
}

function writeWhole(handle: number, content: Uint8Array): void {
  try {
    // Goes on after a short write: on a full disk the next one tells why.
    writeFileSync(handle, content);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
