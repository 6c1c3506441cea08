import { describe, expect, test } from 'vitest';
import { type ErrorDetails, SscardError } from '../../../apdu/errors.ts';
import { marketCodeOf } from '../../../src/cli/market-codes.ts';

const codeOf = (code: string, details: ErrorDetails = {}) => marketCodeOf(new SscardError(code, '', details));

describe('numbers of the national driver interface', () => {
  test.each<[string, ErrorDetails, number]>([
    ['no-card', {}, -2],
    ['card-mute', {}, -4],
    ['reader-lost', {}, -11],
    ['pin-length', {}, -33],
    ['pin-differs', {}, -34],
    ['pin-initial', {}, -36],
    ['pin-wrong', { triesLeft: 2 }, -51],
    ['pin-blocked', {}, -52],
    ['cancelled', { step: 'pin-entry' }, -31],
    ['pin-entry-late', { step: 'pin-entry' }, -32],
    ['check-rejected', { reason: 'genuineness' }, -21],
    ['check-rejected', { reason: 'cardIdentification' }, -20],
    ['no-key', { place: 'PUK', reason: 'no-psam' }, -2201],
    ['no-key', { place: 'PUK', reason: 'algorithm' }, -2202],
    ['no-key', { place: 'RKSSSE', reason: 'no-key' }, -2203],
    ['no-key', { place: 'UK1', reason: 'no-key' }, -27_272],
    ['no-key', { place: 'UK1', reason: 'key-level' }, -24],
    ['key-refused', { place: 'UK1', triesLeft: 2 }, -25_538],
    ['key-locked', { place: 'UK1' }, -27_011],
    ['card-refused', { sw: 0x6982 }, -27_010],
    ['card-refused', { sw: 0x9303 }, -37_635],
  ])('%s with %j is %i', (code, details, expected) => {
    expect(codeOf(code, details)).toBe(expected);
  });

  test.each<[string, ErrorDetails]>([
    ['cancelled', {}],
    ['pin-weak', {}],
    ['check-rejected', { reason: 'cardNumber' }],
    ['card-refused', { sw: 0x6283 }],
    ['status-unexpected', { sw: 0x6982 }],
    ['config-malformed', {}],
  ])('%s with %j has none', (code, details) => {
    expect(codeOf(code, details)).toBeUndefined();
  });
});
