import { styleText } from 'node:util';
import { isTerminal } from './terminal.ts';

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const ZERO = /[\p{Mn}\p{Me}]/u;
/** Control and format characters (also those that turn the writing direction), line and paragraph separators. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** What came from a card, a reader or a file, fit for a terminal: one line, no control characters. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, '\ufffd');
}

/** Columns of a terminal that `text` takes: Chinese characters take two. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += ZERO.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return width;
}

/** Columns under each other, two blanks between them. Cells are made printable. */
export function table(rows: readonly (readonly string[])[]): string {
  const clean = rows.map((row) => row.map(printable));
  const widths: number[] = [];
  for (const row of clean) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, displayWidth(cell));
  }
  const pad = (cell: string, at: number) => cell + ' '.repeat((widths[at] ?? 0) - displayWidth(cell));
  return clean.map((row) => row.map(pad).join('  ').trimEnd()).join('\n');
}

export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green';

/** Colour on a terminal; plain text elsewhere, with NO_COLOR, and on a dumb one. */
export function paint(style: Style, text: string, fd: 1 | 2 = 1): string {
  const { NO_COLOR: none, TERM: term } = process.env;
  const plain = (none !== undefined && none !== '') || term === 'dumb' || !isTerminal(fd);
  return plain ? text : styleText(style, text);
}

const RAW = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** One line of JSON without a raw control character in it. */
export function jsonLine(value: unknown): string {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return `${JSON.stringify(value).replace(RAW, escaped)}\n`;
}
