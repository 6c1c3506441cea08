import { describe, expect, it } from 'vitest';
import { type HolderFacts, weakRule } from '../../../../src/social/pin/weak.ts';

/** An invented holder: 320499 is no division, the birth date is before 1900. */
const FACTS: HolderFacts = {
  birthDate: '18900127',
  identityNumber: '32049918900127011X',
  cardNumbers: ['C04990002'],
  phones: ['0519-8552 9290'],
};

function ruleOf(digits: string, facts: HolderFacts = FACTS): string | undefined {
  return weakRule(new TextEncoder().encode(digits), facts);
}

describe('easily guessed (counter-services.md 5)', () => {
  it.each([
    ['all digits the same', '777777', 'same-digits'],
    ['all zero, of four digits', '0000', 'same-digits'],
    ['up by one', '345678', 'sequence'],
    ['down by one', '987654', 'sequence'],
    ['two equal halves', '482482', 'repeated-half'],
    ['birthday as YYMMDD', '900127', 'birthday'],
    ['birthday as YYYYMM', '189001', 'birthday'],
    ['birthday as MMDDYY', '012790', 'birthday'],
    ['birthday as DDMMYY', '270190', 'birthday'],
    ['birthday as YYYYMMDD', '18900127', 'birthday'],
    ['six digits of the identity number', '204991', 'identity-number'],
    ['its last six with X as 0', '270110', 'identity-number'],
    ['its last six with X as 1', '270111', 'identity-number'],
    ['six digits of a phone', '985529', 'phone'],
    ['six digits of the card number', '499000', 'card-number'],
  ])('%s: %s', (_, digits, rule) => {
    expect(ruleOf(digits)).toBe(rule);
  });

  it.each(['735190', '482615', '7351', '73519048'])('not %s', (digits) => {
    expect(ruleOf(digits)).toBeUndefined();
  });

  it('checks what is known, and only that', () => {
    expect(ruleOf('900127', {})).toBeUndefined();
    expect(ruleOf('204991', { birthDate: '18900127' })).toBeUndefined();
  });

  it('takes nine for the end of a sequence', () => {
    expect(ruleOf('789012')).toBeUndefined();
  });
});
