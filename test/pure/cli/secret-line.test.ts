import { describe, expect, test } from 'vitest';
import { LONGEST_SECRET, SecretLine } from '../../../drivers/pinpad/terminal/secret-line.ts';

/** Types a text key by key, and tells what was shown, how the line ended and what it holds. */
function typing(text: string) {
  using line = new SecretLine();
  const effects = [...new TextEncoder().encode(text)].map((byte) => line.type(byte));
  return {
    shown: effects.map(({ echo }) => echo).join(''),
    end: effects.at(-1)?.end,
    text: new TextDecoder().decode(line.take()),
  };
}

describe('a line that is not shown', () => {
  test('shows one star for each character, also for one of several bytes', () => {
    expect(typing('12６')).toEqual({ shown: '***', end: undefined, text: '12６' });
  });

  test.each(['\r', '\n'])('ends with %j', (key) => {
    expect(typing(`12${key}`)).toEqual({ shown: '**\n', end: 'entered', text: '12' });
  });

  test.each(['\u0003', '\u001c', '\u0004'])('%j gives up', (key) => {
    expect(typing(key).end).toBe('cancelled');
  });

  test('Ctrl-D behind a character does nothing', () => {
    expect(typing('1\u0004')).toEqual({ shown: '*', end: undefined, text: '1' });
  });

  test.each(['\u007f', '\b'])('%j takes a whole character back, and nothing from an empty line', (key) => {
    expect(typing(`1６${key}`)).toEqual({ shown: '**\b \b', end: undefined, text: '1' });
    expect(typing(key)).toEqual({ shown: '', end: undefined, text: '' });
  });

  test('Ctrl-U takes all back', () => {
    expect(typing('12\u00153')).toEqual({ shown: '**\b \b\b \b*', end: undefined, text: '3' });
  });

  test.each(['\u001b[A', '\u001b[15~', '\u001bOP', '\u001b[1;5C', '\u0001', '\u001a', '\t'])(
    '%j has no character',
    (keys) => {
      expect(typing(`1${keys}2`).text).toBe('12');
    },
  );

  test('a line ends inside of an unfinished key sequence, too', () => {
    expect(typing('1\u001b[\r')).toMatchObject({ end: 'entered', text: '1' });
  });

  test('more than fits rings the bell and is left out', () => {
    const { shown, text } = typing('1'.repeat(LONGEST_SECRET + 1));
    expect([text.length, shown.endsWith('*\u0007')]).toEqual([LONGEST_SECRET, true]);
  });

  test('is wiped', () => {
    const line = new SecretLine();
    line.type(0x31);
    line[Symbol.dispose]();
    expect(line.take()).toHaveLength(0);
  });
});
