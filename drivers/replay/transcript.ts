import { SscardError } from '../../apdu/errors.ts';
import { formatMasked, type MaskedBytes } from '../../src/trace/masked-bytes.ts';
import { type EventName, eventNames } from './events.ts';
import { readMaskedHex } from './masked-hex.ts';

/** A recorded exchange, as written in a transcript file. Comments and blank lines are not kept. */
export interface Transcript {
  /** `key value` lines at the top. */
  readonly headers: ReadonlyMap<string, string>;
  readonly steps: readonly Step[];
}

/** One step; `line` is where it stands in the text, 1-based. */
export type Step =
  | { readonly kind: 'atr' | 'command' | 'answer'; readonly bytes: MaskedBytes; readonly line: number }
  | {
      readonly kind: 'event';
      readonly event: EventName;
      readonly outcome?: 'not-done' | 'unknown';
      readonly line: number;
    };

/** What a transcript may hold at most; more is `transcript-malformed`. */
export const transcriptLimits = { bytes: 16 * 1024 * 1024, lineCharacters: 140_000, steps: 100_000 } as const;

/** The format of transcripts, in their header `format`. A text without the header is of this format. */
export const TRANSCRIPT_FORMAT = '1';

/** Bytes a step may have: an ATR (reader faults included), a command APDU, a response APDU. */
const LENGTHS = { atr: [1, 64], command: [1, 65_544], answer: [2, 65_538] } as const;
const MARKS = { '>': 'command', '<': 'answer' } as const;
const HEADER = /^([a-z][a-z0-9-]{0,63})[ \t]+(\S.*)$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: a transcript may reach a terminal; these must not.
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]/;

/** What the steps read so far allow next. */
interface Place {
  headersOver: boolean;
  /** An ATR is known, so an inserted card can be of this kind. */
  atrKnown: boolean;
  card: boolean;
  /** A command waits for its answer. */
  open: boolean;
  /** The last step was an insertion or a reset, so an ATR may follow. */
  atrMayFollow: boolean;
}

/**
 * Reads a transcript: UTF-8 text, one step a line. `key value` headers first, then `atr <hex>`, `> <hex>` (command),
 * `< <hex>` (answer with status word), `! <event>` (one of `eventNames`, then perhaps `not-done` or `unknown`: what is
 * known about the command it cut), `# comment`. Blanks between the bytes are allowed. `**` is a masked byte: it
 * matches anything in a command; in an ATR or an answer it stands as 2A, an asterisk in ASCII.
 *
 * A command is followed by its answer or by an event; only the last one may stand alone (a recording cut short). A
 * card is there from the first `atr` line, or from `! inserted`, until `! removed`, `! reader-lost` or `! service-lost`.
 *
 * @param source text, or the bytes of a file
 * @throws SscardError `transcript-malformed` with line and column
 *
 * @example
 * parseTranscript('atr 3B 00\n> 00 A4 00 00 02 DD F1\n< 90 00\n').steps.length // 3
 */
export function parseTranscript(source: string | Uint8Array): Transcript {
  const text = decodeText(source);
  const headers = new Map<string, string>();
  const steps: Step[] = [];
  const place: Place = { headersOver: false, atrKnown: false, card: false, open: false, atrMayFollow: true };
  let start = 0;
  for (let line = 1; start <= text.length; line++) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const content = text.slice(start, text[end - 1] === '\r' && end > start ? end - 1 : end);
    start = end + 1;
    checkLine(content, line);
    const begin = content.search(/[^ \t]/);
    if (begin < 0 || content[begin] === '#') continue;
    const step = readStep(content, begin, line);
    if (step === undefined) readHeader(content, begin, line, headers, place);
    else {
      if (steps.length === transcriptLimits.steps)
        throw malformed(`more than ${transcriptLimits.steps} steps`, line, 1);
      follow(place, step, begin + 1);
      steps.push(step);
    }
  }
  return { headers, steps };
}

/**
 * The text of a transcript. `parseTranscript` of it gives the same headers and steps (lines aside).
 */
export function formatTranscript(transcript: Transcript): string {
  const lines = Array.from(transcript.headers, ([key, value]) => `${key} ${value}`);
  for (const step of transcript.steps) lines.push(formatStep(step));
  return lines.map((line) => `${line}\n`).join('');
}

function formatStep(step: Step): string {
  switch (step.kind) {
    case 'atr':
      return `atr ${formatMasked(step.bytes)}`;
    case 'command':
      return `> ${formatMasked(step.bytes)}`;
    case 'answer':
      return `< ${formatMasked(step.bytes)}`;
    case 'event':
      return step.outcome ? `! ${step.event} ${step.outcome}` : `! ${step.event}`;
  }
}

function malformed(message: string, line: number, column: number): SscardError {
  return new SscardError('transcript-malformed', message, { line, column });
}

function decodeText(source: string | Uint8Array): string {
  const bytes = typeof source === 'string' ? Buffer.byteLength(source) : source.length;
  if (bytes > transcriptLimits.bytes) throw malformed(`longer than ${transcriptLimits.bytes} bytes`, 1, 1);
  if (typeof source === 'string') return source.startsWith('\uFEFF') ? source.slice(1) : source;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(source);
  } catch {
    throw notUtf8(source);
  }
}

/** The first character that is not UTF-8 shows as U+FFFD where it is not written as such. */
function notUtf8(source: Uint8Array): SscardError {
  let line = 1;
  let start = 0;
  for (let newline = source.indexOf(0x0a); newline >= 0; newline = source.indexOf(0x0a, start)) {
    if (!isUtf8(source.subarray(start, newline))) break;
    line++;
    start = newline + 1;
  }
  const end = source.indexOf(0x0a, start);
  const bad = source.subarray(start, end < 0 ? source.length : end);
  const text = new TextDecoder().decode(bad);
  return malformed('not UTF-8', line, text.indexOf('\uFFFD') + 1);
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function checkLine(content: string, line: number): void {
  const limit = transcriptLimits.lineCharacters;
  if (content.length > limit) throw malformed(`line longer than ${limit} characters`, line, limit + 1);
  const control = content.search(CONTROL);
  if (control >= 0) throw malformed('control character', line, control + 1);
}

/** @returns `undefined` when the line is no step: a header, then. */
function readStep(content: string, begin: number, line: number): Step | undefined {
  const mark = content[begin];
  if (mark === '!') return readEvent(content, begin, line);
  if (mark === '>' || mark === '<') return readBytes(MARKS[mark], content, begin + 1, line);
  if (/^atr(?:[ \t]|$)/.test(content.slice(begin, begin + 4))) return readBytes('atr', content, begin + 3, line);
  return undefined;
}

function readBytes(kind: 'atr' | 'command' | 'answer', content: string, begin: number, line: number): Step {
  const read = readMaskedHex(content, begin);
  if ('wrong' in read) throw malformed(read.wrong, line, read.at + 1);
  const [least, most] = LENGTHS[kind];
  const count = read.bytes.length;
  if (count < least) throw malformed(`${kind} shorter than ${least} bytes`, line, content.length + 1);
  if (count > most) throw malformed(`${kind} longer than ${most} bytes`, line, begin + 1);
  return { kind, bytes: read, line };
}

function readEvent(content: string, begin: number, line: number): Step {
  const [, gap = '', name = '', between = '', outcome = '', rest = ''] =
    /^([ \t]*)([^ \t]*)([ \t]*)([^ \t]*)[ \t]*(.*)$/.exec(content.slice(begin + 1)) ?? [];
  const nameColumn = begin + 2 + gap.length;
  const event = eventNames.find((known) => known === name);
  if (event === undefined) throw malformed(`no such event; known are ${eventNames.join(', ')}`, line, nameColumn);
  if (outcome === '') return { kind: 'event', event, line };
  const outcomeColumn = nameColumn + name.length + between.length;
  if ((outcome !== 'not-done' && outcome !== 'unknown') || rest !== '') {
    throw malformed('after an event only not-done or unknown', line, outcomeColumn);
  }
  return { kind: 'event', event, outcome, line };
}

function readHeader(content: string, begin: number, line: number, headers: Map<string, string>, place: Place): void {
  const [, key, value] = HEADER.exec(content.slice(begin).trimEnd()) ?? [];
  if (key === undefined || value === undefined)
    throw malformed('neither a step, a header nor a comment', line, begin + 1);
  if (place.headersOver) throw malformed('headers stand at the top only', line, begin + 1);
  if (headers.has(key)) throw malformed('header given twice', line, begin + 1);
  if (key === 'format' && value !== TRANSCRIPT_FORMAT)
    throw malformed('a transcript of an unknown format', line, begin + 1);
  headers.set(key, value);
}

/** Checks that the step may stand here, and notes what may stand next. */
function follow(place: Place, step: Step, column: number): void {
  const refuse = (message: string) => malformed(message, step.line, column);
  const { atrMayFollow } = place;
  place.headersOver = true;
  place.atrMayFollow = false;
  if (step.kind === 'event') followEvent(place, step.event, refuse);
  else if (step.kind === 'atr') {
    if (!atrMayFollow) throw refuse('an atr stands at the top, or after ! inserted or ! reset');
    place.atrKnown = true;
    place.card = true;
  } else if (step.kind === 'command') {
    if (place.open) throw refuse('the command before this one has no answer');
    if (!place.card || !place.atrKnown) throw refuse('no card is in the slot here: an atr line is missing');
    place.open = true;
  } else {
    if (!place.open) throw refuse('an answer to no command');
    place.open = false;
  }
}

function followEvent(place: Place, event: EventName, refuse: (message: string) => SscardError): void {
  if (event === 'inserted') {
    if (place.card) throw refuse('a card is in the slot already');
  } else if (!place.card) throw refuse('no card is in the slot here');
  place.open = false;
  place.card = event !== 'removed' && event !== 'reader-lost' && event !== 'service-lost';
  place.atrMayFollow = event === 'inserted' || event === 'reset';
}
