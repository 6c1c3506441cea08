import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../apdu/bytes.ts';
import { parseAfl } from '../../../src/financial/afl.ts';

describe('an application file locator', () => {
  it('is read group by group, in its order', () => {
    expect(parseAfl(fromHex('100102010801010058010100'))).toEqual([
      { sfi: 2, first: 1, last: 2, authenticated: 1 },
      { sfi: 1, first: 1, last: 1, authenticated: 0 },
      { sfi: 11, first: 1, last: 1, authenticated: 0 },
    ]);
  });

  it('may name file 30, record 255, and all records of a group for authentication', () => {
    expect(parseAfl(fromHex('F0FEFF02'))).toEqual([{ sfi: 30, first: 254, last: 255, authenticated: 2 }]);
  });

  it.each([
    ['nothing in it', ''],
    ['half a group', '080101'],
    ['bytes after its groups', '0801010010'],
    ['low bits in the file byte', '0C010100'],
    ['file 0', '00010100'],
    ['file 31', 'F8010100'],
    ['first record 0', '08000100'],
    ['a last record before the first', '10010000'],
    ['a last record before the first, not zero', '10030200'],
    ['more records to authenticate than it has', '08010203'],
    ['one bad group among good ones', '0801010010020100'],
  ])('is refused with %s', (_, hex) => {
    expect(parseAfl(fromHex(hex))).toBeUndefined();
  });
});
