import { describe, expect, test } from 'vitest';
import { displayWidth, jsonLine, printable, table } from '../../../src/cli/layout.ts';

describe('layout', () => {
  test.each([
    ['abc', 3],
    ['张三', 4],
    ['（）', 4],
    ['𠮷', 2],
    ['é', 1],
    ['e\u0301', 1],
    ['', 0],
  ])('%s takes %i columns', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });

  test('columns stand under each other whatever is in them', () => {
    expect(
      table([
        ['姓名', 'x'],
        ['a', 'y'],
      ]),
    ).toBe('姓名  x\na     y');
  });

  test('control, format and direction characters become one sign', () => {
    expect(printable('a\u001b[2Jb\u202ec\nd')).toBe('a\ufffd[2Jb\ufffdc\ufffdd');
  });

  test('JSON has no raw control character, and reads back the same', () => {
    const value = { name: '\u0000\u001b\u007f\u009b\u2028\u202e张' };
    const line = jsonLine(value);
    expect(line.slice(0, -1)).toMatch(/^[\x20-\x7e张]+$/);
    expect(JSON.parse(line)).toEqual(value);
  });
});
