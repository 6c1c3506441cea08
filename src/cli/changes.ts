import { readFileSync } from 'node:fs';
import { SscardError } from '../../apdu/errors.ts';
import { sourceText } from '../../apdu/source-text.ts';
import type { GroupInput } from '../social/codecs/item-value.ts';
import type { ItemChange } from '../social/files/change.ts';

/** More than a card has; a file that is no list of changes ends here. */
const limits = { bytes: 256 * 1024, changes: 500 } as const;

/**
 * Changes for `files write`: one a line, `address=value`; `#` at the start of a line is a comment. An empty value is
 * written empty, `{…}` are the parts of a group as a JSON object, `@file` the bytes of a file.
 * @param source text, or the bytes of a file (UTF-8)
 * @throws SscardError `changes-malformed` with line and column, `changes-unreadable` for a file that is named
 * @example planChanges('DF01EF06|28=0519-85529290\n', 'stdin') // [{ address: 'DF01EF06|28', value: '0519-85529290' }]
 */
export function planChanges(source: string | Uint8Array, place: string): ItemChange[] {
  const text = source.length > limits.bytes ? undefined : sourceText(source);
  if (text === undefined) throw malformed('no text of UTF-8, or far too long', place, 1, 1);
  const changes: ItemChange[] = [];
  for (const [at, line] of text.split(/\r\n|\n/).entries()) {
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue;
    if (changes.length === limits.changes) throw malformed('too many changes', place, at + 1, 1);
    changes.push(readChange(line, place, at + 1));
  }
  if (changes.length === 0) throw malformed('nothing to write', place, 1, 1);
  return changes;
}

function readChange(line: string, place: string, number: number): ItemChange {
  const equals = line.indexOf('=');
  const address = line.slice(0, equals).trim();
  if (equals < 0 || address === '') throw malformed('address=value', place, number, 1);
  const text = line.slice(equals + 1).trim();
  if (text.startsWith('@')) return { address, value: readBytes(text.slice(1)) };
  if (!text.startsWith('{')) return { address, value: text === '' ? null : text };
  const parts = partsOf(text);
  if (parts === undefined) throw malformed('not a JSON object', place, number, line.indexOf('{') + 1);
  return { address, value: parts };
}

function partsOf(text: string): GroupInput | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const fits = typeof value === 'object' && value !== null && Object.values(value).every(isInput);
    return fits ? (value as GroupInput) : undefined;
  } catch {
    return undefined;
  }
}

function isInput(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number';
}

function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new SscardError('changes-unreadable', 'cannot be read', { place: path }, { cause: error });
  }
}

function malformed(why: string, place: string, line: number, column: number): SscardError {
  return new SscardError('changes-malformed', why, { place, line, column });
}
