import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { SscardError } from '../../apdu/errors.ts';
import { positionIn } from '../../apdu/source-text.ts';

/** A card file is about 60 KiB; nothing larger is read. */
const LARGEST_FILE = 1024 * 1024;

/**
 * What a JSON file of a simulated card says.
 * @throws SscardError `sim-file-unreadable`; `sim-file-malformed` with line and column
 */
export async function readJsonFile(path: string): Promise<unknown> {
  const text = readText(path);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw await syntaxError(path, text, error);
  }
}

function readText(path: string): string {
  try {
    const handle = openSync(path, 'r');
    try {
      const facts = fstatSync(handle);
      if (facts.isFile() && facts.size <= LARGEST_FILE) return readFileSync(handle, 'utf8');
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    throw new SscardError('sim-file-unreadable', 'the card file cannot be read', { place: path }, { cause: error });
  }
  throw new SscardError('sim-file-malformed', 'not an ordinary file, or far too large', { place: path });
}

async function syntaxError(path: string, text: string, cause: unknown): Promise<SscardError> {
  const { parse } = await import('jsonc-parser');
  const errors: { offset: number }[] = [];
  parse(text, errors as never, { disallowComments: true, allowTrailingComma: false });
  const place = { place: path, ...positionIn(text, errors[0]?.offset ?? text.length) };
  return new SscardError('sim-file-malformed', 'the card file is not JSON', place, { cause });
}
