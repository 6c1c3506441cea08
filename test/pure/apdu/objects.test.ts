import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../apdu/bytes.ts';
import { readObjects, readTemplate } from '../../../apdu/objects.ts';

describe('data objects of an answer', () => {
  it('may have filler between them', () => {
    expect(readObjects(fromHex('00500141FF87010100'))?.map(({ tag }) => tag)).toEqual([0x50, 0x87]);
  });

  it('are none when one is cut short', () => {
    expect(readObjects(fromHex('500241'))).toBeUndefined();
  });
});

describe('the template of an answer', () => {
  it('is its only object', () => {
    expect(readTemplate(fromHex('7003500141'), 0x70)?.children?.[0]?.tag).toBe(0x50);
  });

  it('may have filler around it', () => {
    expect(readTemplate(fromHex('00700350014100'), 0x70)).toBeDefined();
  });

  it.each([
    ['another one', '7703500141'],
    ['two', '70007000'],
    ['none', ''],
    ['bytes that are no objects', '7004500141'],
  ])('is missing with %s', (_, hex) => {
    expect(readTemplate(fromHex(hex), 0x70)).toBeUndefined();
  });
});

describe('a fault of the program', () => {
  it('goes further: only what a card can be blamed for is an answer', () => {
    expect(() => readTemplate(undefined as never, 0x70)).toThrow(TypeError);
  });
});
