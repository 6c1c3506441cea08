import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SscardError } from '../../../apdu/errors.ts';
import { formatTranscript, parseTranscript, transcriptLimits } from '../../../drivers/replay/transcript.ts';

const golden = new URL('../../../fixtures/golden/', import.meta.url);
const goldenFiles = readdirSync(golden).filter((name) => name.endsWith('.transcript'));

/** Where and why a text is refused. */
function refusal(text: string | Uint8Array): { code: string; line?: number; column?: number; message: string } {
  try {
    parseTranscript(text);
  } catch (error) {
    if (!(error instanceof SscardError)) throw error;
    const { line, column } = error.details;
    return { code: error.code, message: error.message, ...(line && { line }), ...(column && { column }) };
  }
  throw new Error('not refused');
}

const kinds = (text: string) => parseTranscript(text).steps.map((step) => step.kind);

describe('a transcript', () => {
  it.each(goldenFiles)('golden %s is one', (name) => {
    const transcript = parseTranscript(readFileSync(new URL(name, golden)));
    const [card, title, side, source, ...state] = transcript.headers.keys();
    expect([card, title, side, source]).toEqual(['card', 'title', 'side', 'source']);
    expect(['bank', 'flow', 'pin', 'random', 'challenges', 'algorithm', 'mac', 'reload', 'block', 'tries']).toEqual(
      expect.arrayContaining(state),
    );
    const count = (kind: string) => transcript.steps.filter((step) => step.kind === kind).length;
    expect(count('atr')).toBe(1);
    expect(count('command')).toBeGreaterThan(0);
    expect(count('answer')).toBe(count('command'));
  });

  it.each(goldenFiles)('golden %s is the same after it was written again', (name) => {
    const first = parseTranscript(readFileSync(new URL(name, golden)));
    const second = parseTranscript(formatTranscript(first));
    const bare = (steps: typeof first.steps) => steps.map((step) => ({ ...step, line: 0 }));
    expect(second.headers).toEqual(first.headers);
    expect(bare(second.steps)).toEqual(bare(first.steps));
  });

  it('has headers at the top, and steps with their line', () => {
    const transcript = parseTranscript('title  two words \n\n# comment\natr 3B 00\n> 00A4 0000\n< 9000\n');
    expect([...transcript.headers]).toEqual([['title', 'two words']]);
    expect(transcript.steps.map(({ kind, line }) => [kind, line])).toEqual([
      ['atr', 4],
      ['command', 5],
      ['answer', 6],
    ]);
  });

  it('gives a masked byte as an asterisk, and says which it is', () => {
    const [, , answer] = parseTranscript('atr 3B 00\n> 00 B2 03 28\n< 03 ** 90 00').steps;
    expect(answer).toEqual({
      kind: 'answer',
      bytes: { bytes: Uint8Array.of(0x03, 0x2a, 0x90, 0x00), hidden: Uint8Array.of(0, 1, 0, 0) },
      line: 3,
    });
  });

  it('keeps a masked byte masked when it is written', () => {
    const text = 'atr 3B 00\n> 00 B2 ** 28\n< 03 ** 90 00\n';
    expect(formatTranscript(parseTranscript(text))).toBe(text);
  });

  it('keeps what is known about a cut command', () => {
    const text = 'atr 3B 00\n> 00 B2 03 28\n! removed unknown\n';
    expect(formatTranscript(parseTranscript(text))).toBe(text);
  });

  it('may have Windows line ends, a byte order mark, tabs and small letters', () => {
    expect(kinds('\uFEFFtitle x\r\natr 3b\t00\r\n>00a40000\r\n<9000\r\n')).toEqual(['atr', 'command', 'answer']);
  });

  it('may be read from bytes', () => {
    expect(parseTranscript(new TextEncoder().encode('title 张三\natr 3B 00')).headers.get('title')).toBe('张三');
  });

  it('may be empty', () => {
    expect(parseTranscript('')).toEqual({ headers: new Map(), steps: [] });
  });

  it('may begin with an insertion', () => {
    expect(kinds('! inserted\natr 3B 00\n> 00 A4 00 00\n< 90 00')).toEqual(['event', 'atr', 'command', 'answer']);
  });

  it('may go on with the same or another card after a removal', () => {
    expect(
      kinds('atr 3B 00\n! removed\n! inserted\n> 00 A4 00 00\n< 90 00\n! removed\n! inserted\natr 3B 01 00'),
    ).toHaveLength(8);
  });

  it('may end in a command without answer: the recording was cut', () => {
    expect(kinds('atr 3B 00\n> 00 A4 00 00')).toEqual(['atr', 'command']);
  });

  it('may have a new ATR after a reset', () => {
    expect(kinds('atr 3B 00\n! reset\natr 3B 01 00')).toEqual(['atr', 'event', 'atr']);
  });

  it.each([
    ['a wrong digit', 'atr 3B 0G', 1, 9],
    ['half a byte', 'atr 3B 0', 1, 9],
    ['half a masked byte', 'atr 3B *0', 1, 9],
    ['an empty ATR', 'atr', 1, 4],
    ['an answer without status word', 'atr 3B\n> 00A40000\n< 90', 3, 5],
    ['something else', 'atr 3B\n  00A40000', 2, 3],
    ['an unknown event', 'atr 3B\n!  burnt', 2, 4],
    ['no event', 'atr 3B\n!', 2, 2],
    ['an unknown outcome', 'atr 3B\n! removed perhaps', 2, 11],
    ['words after the outcome', 'atr 3B\n! removed unknown now', 2, 11],
    ['a header after a step', 'atr 3B\ntitle late', 2, 1],
    ['a header without value', 'title', 1, 1],
    ['a header in capitals', 'Title x', 1, 1],
    ['a header given twice', 'title a\ntitle b', 2, 1],
    ['an unknown format', 'format 2', 1, 1],
    ['an answer to no command', 'atr 3B\n< 9000', 2, 1],
    ['two answers', 'atr 3B\n> 00A40000\n< 9000\n< 9000', 4, 1],
    ['two commands', 'atr 3B\n> 00A40000\n> 00A40000', 3, 1],
    ['a command to no card', '> 00A40000', 1, 1],
    ['a command to a card that left', 'atr 3B\n! removed\n> 00A40000', 3, 1],
    ['a command to an inserted card without ATR', '! inserted\n> 00A40000', 2, 1],
    ['a second ATR', 'atr 3B\natr 3B', 2, 1],
    ['an ATR between command and answer', 'atr 3B\n> 00A40000\natr 3B', 3, 1],
    ['a second card', 'atr 3B\n! inserted', 2, 1],
    ['a removal of no card', '! removed', 1, 1],
    ['an escape character', 'title \u001b[31m', 1, 7],
    ['a lone carriage return', 'title a\rb', 1, 8],
  ])('with %s is refused with line and column', (_, text, line, column) => {
    expect(refusal(text)).toMatchObject({ code: 'transcript-malformed', line, column });
  });

  it('that is not UTF-8 is refused with line and column', () => {
    const bytes = Uint8Array.of(...new TextEncoder().encode('# 张\ntitle '), 0xb3, 0xa4);
    expect(refusal(bytes)).toMatchObject({ code: 'transcript-malformed', line: 2, column: 7 });
  });

  it('that is not UTF-8 in a line before the last is refused there', () => {
    expect(refusal(Uint8Array.of(0x23, 0xff, 0x0a, 0x23, 0x0a))).toMatchObject({ line: 1, column: 2 });
  });

  it('longer than 16 MiB is refused', () => {
    expect(refusal(new Uint8Array(transcriptLimits.bytes + 1))).toMatchObject({
      code: 'transcript-malformed',
      line: 1,
    });
  });

  it('with a line over 140,000 characters is refused', () => {
    const line = `#${' '.repeat(transcriptLimits.lineCharacters)}`;
    expect(refusal(`\n${line}`)).toMatchObject({ line: 2, column: transcriptLimits.lineCharacters + 1 });
    expect(kinds(line.slice(1))).toEqual([]);
  });

  it('with more than 100,000 steps is refused', () => {
    const text = `atr 3B\n${'! mute\n'.repeat(transcriptLimits.steps)}`;
    expect(refusal(text)).toMatchObject({ code: 'transcript-malformed', line: transcriptLimits.steps + 1, column: 1 });
  });

  it('holds the longest command and the longest answer', () => {
    const command = `00A400000${'0'.repeat(65_544 * 2 - 9)}`;
    expect(kinds(`atr 3B\n> ${command}\n< ${'00'.repeat(65_538)}`)).toHaveLength(3);
  });

  it.each([
    ['ATR', `atr ${'00'.repeat(65)}`, 1],
    ['command', `atr 3B\n> ${'00'.repeat(65_545)}`, 2],
    ['answer', `atr 3B\n> 00\n< ${'00'.repeat(65_539)}`, 3],
  ])('with a longer %s is refused', (_, text, line) => {
    expect(refusal(text)).toMatchObject({ code: 'transcript-malformed', line });
  });

  it('keeps header names apart from the words of the language', () => {
    expect(parseTranscript('constructor x').headers.get('constructor')).toBe('x');
    expect(parseTranscript('').headers.get('constructor')).toBeUndefined();
  });
});
