import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  isPersonNumber,
  parseCardIdentification,
  parseCardNumber,
  parseCitizenNumber,
} from '../../../src/social/identifiers.ts';

interface Vector {
  readonly id: string;
  readonly op: string;
  readonly in: { readonly body?: string; readonly full?: string };
  readonly out: { readonly full?: string; readonly valid?: boolean };
}

const file = new URL('../../../fixtures/vectors/crypto/checkdigit.json', import.meta.url);
const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: Vector[] };
const made = vectors.filter(({ op }) => op === 'gb11643');
const judged = vectors.filter(({ op }) => op === 'gb11643.validate');

describe('citizen number, GB 11643', () => {
  it('finds the vectors', () => {
    expect([made.length, judged.length]).toEqual([13, 4]);
  });

  it.each(made)('$id: check character', ({ out }) => {
    expect(parseCitizenNumber(out.full ?? '')?.checkRight).toBe(true);
  });

  it.each(made)('$id: no other check character is right', ({ out }) => {
    const right = [...'0123456789X'].filter(
      (last) => parseCitizenNumber(`${out.full?.slice(0, 17)}${last}`)?.checkRight,
    );
    expect(right).toEqual([out.full?.at(-1)]);
  });

  it.each(judged)('$id: validity', ({ in: { full = '' }, out }) => {
    expect(parseCitizenNumber(full)?.checkRight === true).toBe(out.valid);
  });

  it('has the birth date and the sex in it', () => {
    expect(parseCitizenNumber('320499189001010113')).toEqual({ birthDate: '18900101', sex: 'male', checkRight: true });
    expect(parseCitizenNumber('320499189505050442')?.sex).toBe('female');
  });

  it.each(['', '32049918900101011', '3204991890010101133', '32049918900101011Y', '３20499189001010113'])(
    'is not of its form: "%s"',
    (text) => {
      expect(parseCitizenNumber(text)).toBeUndefined();
    },
  );
});

describe('card number, GB 11714', () => {
  // Sums worked by hand: B 11·3 + 0·7 + 4·9 + 9·10 + 9·5 + 0·8 + 0·4 + 1·2 = 206, 206 mod 11 = 8, 11 − 8 = 3.
  it.each(['B04990013', 'Z00000005', 'ZZZZZZZZ3'])('%s is right', (text) => {
    expect(parseCardNumber(text)).toEqual({ checkRight: true });
  });

  it('writes 10 as X and 11 as 0', () => {
    // 3·0 + 7·0 + … with a last figure of 6: 2·6 = 12, mod 11 = 1, 11 − 1 = 10.
    expect(parseCardNumber('00000006X')).toEqual({ checkRight: true });
    expect(parseCardNumber('000000000')).toEqual({ checkRight: true });
  });

  it('tells a wrong check character', () => {
    expect(parseCardNumber('B04990014')).toEqual({ checkRight: false });
  });

  it.each(['', 'B0499001', 'B049900133', 'b04990013', 'B0499001A'])('is not of its form: "%s"', (text) => {
    expect(parseCardNumber(text)).toBeUndefined();
  });
});

describe('card identification code', () => {
  it('begins with the city', () => {
    expect(parseCardIdentification('320400D156000005990000015A3C7E01')).toEqual({ division: '320400' });
  });

  it('is not judged by its bytes from the answer to reset nor by its check bytes', () => {
    expect(parseCardIdentification('320400D15600000500000000FFFFFFFF')).toEqual({ division: '320400' });
  });

  it.each([
    ['short', '320400D156000005'],
    ['of another RID', '320400D156000006990000015A3C7E01'],
    ['of a city that is no digits', '32040AD156000005990000015A3C7E01'],
  ])('%s is not of its form', (_, hex) => {
    expect(parseCardIdentification(hex)).toBeUndefined();
  });
});

it('a Jiangsu person number is JS, a letter and nine characters', () => {
  expect(['JSD049900001', 'JSD04990000X'].every(isPersonNumber)).toBe(true);
  expect(['JSD04990000', 'JS1049900001', 'jsd049900001', 'JSD0499000012'].some(isPersonNumber)).toBe(false);
});
