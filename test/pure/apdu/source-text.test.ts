import { describe, expect, it } from 'vitest';
import { nestsDeeper, positionIn, sourceText } from '../../../apdu/source-text.ts';

describe('the text of a file', () => {
  it('is what was given as text', () => {
    expect(sourceText('张三')).toBe('张三');
  });

  it('is read as UTF-8', () => {
    expect(sourceText(new TextEncoder().encode('张三'))).toBe('张三');
  });

  it('is nothing for bytes that are no UTF-8', () => {
    expect(sourceText(Uint8Array.of(0xd5, 0xc5))).toBeUndefined();
  });
});

describe('a position', () => {
  it.each([
    ['', 0, 1, 1],
    ['{\n "a"', 3, 2, 2],
    ['a\r\nb\rc\nd', 7, 4, 1],
  ])('in %j at %i', (text, offset, line, column) => {
    expect(positionIn(text, offset)).toEqual({ line, column });
  });
});

describe('nesting', () => {
  it.each([
    ['[[[]]]', 2, 2],
    ['[{}]{}[]', 2, undefined],
    ['{"a": 1}', 1, undefined],
    ['', 0, undefined],
  ])('of %j deeper than %i', (text, most, at) => {
    expect(nestsDeeper(text, most)).toBe(at);
  });
});
