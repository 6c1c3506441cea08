import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../apdu/bytes.ts';
import { nestsDeeper, positionIn, sourceText } from '../../../apdu/source-text.ts';

describe('the text of a source', () => {
  it('is UTF-8, or nothing', () => {
    expect(sourceText('张三')).toBe('张三');
    expect(sourceText(fromHex('E5BCA0'))).toBe('张');
    expect(sourceText(fromHex('D5C5'))).toBeUndefined();
  });
});

describe('a position', () => {
  it.each([
    ['', 0, 1, 1],
    ['abc', 2, 1, 3],
    ['a\nbc', 3, 2, 2],
    ['a\r\nbc', 3, 2, 1],
    ['a\rbc', 2, 2, 1],
    ['a\n\n', 3, 3, 1],
    ['a', 99, 1, 2],
  ])('%j at %i is line %i, column %i', (text, offset, line, column) => {
    expect(positionIn(text, offset)).toEqual({ line, column });
  });
});

describe('brackets', () => {
  it('that nest too deeply are found where they do', () => {
    expect(nestsDeeper('[{[]}]', 3)).toBeUndefined();
    expect(nestsDeeper('[{[]}]', 2)).toBe(2);
    expect(nestsDeeper('[]'.repeat(100), 1)).toBeUndefined();
  });
});
