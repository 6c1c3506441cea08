import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../apdu/bytes.ts';
import { readDate } from '../../../src/financial/dates.ts';

describe('a date of the card', () => {
  it.each([
    ['491231', '2049-12-31'],
    ['500101', '1950-01-01'],
    ['000229', '2000-02-29'],
    ['240229', '2024-02-29'],
  ])('%s is %s', (hex, date) => {
    expect(readDate(fromHex(hex))).toBe(date);
  });

  it.each(['230229', '301301', '300001', '300100', '300431', '3A0101', '30010A', '3001', '30010101', '', 'FFFFFF'])(
    '%s is none',
    (hex) => {
      expect(readDate(fromHex(hex))).toBeUndefined();
    },
  );
});
