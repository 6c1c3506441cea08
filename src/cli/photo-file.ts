import { SscardError } from '../../apdu/errors.ts';
import type { PhotoReading } from '../social/files/social-files.ts';
import { writeNewFile } from './new-file.ts';
import { deniedError } from './refusals.ts';

/**
 * Keeps the holder's photo as a JPEG file.
 * @returns its size in bytes
 * @throws SscardError `photo-missing` (with the reason), `file-unwritable`, and why the card keeps it
 */
export function keepPhoto(photo: PhotoReading, path: string): number {
  if (photo.kind === 'withheld') throw deniedError(photo.denial);
  if (photo.kind !== 'photo') {
    throw new SscardError('photo-missing', 'no photo', { reason: photo.kind === 'none' ? photo.reason : 'absent' });
  }
  writeNewFile(path, photo.jpeg);
  return photo.jpeg.length;
}
