import { readFileSync } from 'node:fs';
import { SscardError } from '../../apdu/errors.ts';

const LARGEST_TRANSCRIPT = 16 * 1024 * 1024;

/** @throws SscardError `transcript-unreadable`, `transcript-malformed` when it is far too large */
export function readTranscriptFile(path: string): Uint8Array {
  try {
    const bytes = readFileSync(path);
    if (bytes.length <= LARGEST_TRANSCRIPT) return bytes;
  } catch (error) {
    throw new SscardError('transcript-unreadable', 'cannot be read', { place: path }, { cause: error });
  }
  throw new SscardError('transcript-malformed', 'far too large', { place: path, line: 1, column: 1 });
}
