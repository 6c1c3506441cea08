import { fromHex, toHex } from '../../apdu/bytes.ts';
import { decodeCommand } from '../../apdu/command.ts';
import { SscardError } from '../../apdu/errors.ts';
import { sourceText } from '../../apdu/source-text.ts';

/** One command to send, and the status word it should end with. */
export interface PlannedExchange {
  readonly command: Uint8Array;
  readonly expected?: number;
  /** Where it was written, for errors. */
  readonly place: Pick<SscardError['details'], 'place' | 'line'>;
}

/** More than any script needs; a file that is no script ends here. */
export const scriptLimits = { bytes: 4 * 1024 * 1024, exchanges: 20_000 } as const;

/**
 * Commands as arguments: `00A4040000`, with `=9000` attached or as the next argument.
 * @throws SscardError `hex-malformed`, `command-malformed`, `argument-malformed`
 * @example planFromArguments(['00A4040000=9000', '0084000008', '=9000'])
 */
export function planFromArguments(words: readonly string[]): PlannedExchange[] {
  const plan: PlannedExchange[] = [];
  for (const [at, word] of words.entries()) {
    const place = { place: `#${at + 1}` };
    const last = plan.at(-1);
    if (!word.startsWith('=')) plan.push(readExchange(word, place));
    else if (last === undefined || last.expected !== undefined) {
      throw new SscardError('argument-malformed', 'an expected status follows its command', place);
    } else plan[plan.length - 1] = { ...last, expected: readStatus(word.slice(1), place) };
  }
  return plan;
}

/**
 * Commands of a script: one exchange a line, `#` starts a comment, blanks between bytes are allowed.
 * @param source text, or the bytes of a file (UTF-8)
 * @throws SscardError `script-malformed` with line and column
 * @example planFromScript('00 A4 04 00 00 = 9000  # select\n')
 */
export function planFromScript(source: string | Uint8Array, file: string): PlannedExchange[] {
  const plan: PlannedExchange[] = [];
  for (const [at, full] of decode(source, file)
    .split(/\r\n|\n/)
    .entries()) {
    const text = full.replace(/#.*$/s, '');
    if (text.trim() === '') continue;
    const indent = text.length - text.trimStart().length;
    const place = { place: file, line: at + 1 };
    if (plan.length === scriptLimits.exchanges) throw malformed('too many exchanges', place, 1);
    try {
      plan.push(readExchange(text.trim(), place));
    } catch (error) {
      if (!(error instanceof SscardError)) throw error;
      throw malformed(
        error.message,
        place,
        indent + 1 + (error.code === 'hex-malformed' ? (error.details.offset ?? 0) : 0),
      );
    }
  }
  return plan;
}

function readExchange(text: string, place: PlannedExchange['place']): PlannedExchange {
  const equals = text.indexOf('=');
  const expected = equals < 0 ? undefined : readStatus(text.slice(equals + 1), place, equals + 1);
  try {
    const command = fromHex((equals < 0 ? text : text.slice(0, equals)).trimEnd());
    decodeCommand(command);
    return { command, place, ...(expected !== undefined && { expected }) };
  } catch (error) {
    if (!(error instanceof SscardError)) throw error;
    throw new SscardError(error.code, error.message, { ...error.details, ...place }, { cause: error });
  }
}

function readStatus(text: string, place: PlannedExchange['place'], offset = 1): number {
  const digits = text.trim();
  if (!/^[0-9a-f]{4}$/i.test(digits)) {
    throw new SscardError('hex-malformed', 'a status word is four hex digits', { ...place, offset });
  }
  return Number.parseInt(digits, 16);
}

function decode(source: string | Uint8Array, place: string): string {
  const start = { place, line: 1 };
  if (source.length > scriptLimits.bytes) throw malformed('too large', start, 1);
  const text = sourceText(source);
  if (text === undefined) throw malformed('not UTF-8', start, 1);
  return text;
}

function malformed(why: string, place: { place?: string; line?: number }, column: number): SscardError {
  return new SscardError('script-malformed', why, { ...place, column });
}

/**
 * Instructions that never go raw to a real card, whatever the class: VERIFY (20, 21), CHANGE and RELOAD PIN and
 * UNBLOCK (24, 2C, 5E), PUT KEY and its like (D4, D8), CARD BLOCK (16), APPLICATION UNBLOCK and BLOCK (18, 1E),
 * ENVELOPE (C2, C3: it can carry any of the others).
 */
const FORBIDDEN = new Set([0x20, 0x21, 0x24, 0x2c, 0x5e, 0xd4, 0xd8, 0x16, 0x18, 0x1e, 0xc2, 0xc3]);

/** Whether a command may carry a PIN or a key, or lock something. */
export function isDangerous(command: Uint8Array): boolean {
  return FORBIDDEN.has(command[1] ?? 0);
}

/**
 * To be called before a reader is opened.
 * @throws SscardError `command-not-allowed`
 */
export function refuseDangerous(plan: readonly PlannedExchange[]): void {
  for (const { command, place } of plan) {
    if (isDangerous(command)) {
      const step = `INS ${toHex(command.subarray(1, 2))}`;
      throw new SscardError('command-not-allowed', 'not to a real card', { ...place, step });
    }
  }
}
