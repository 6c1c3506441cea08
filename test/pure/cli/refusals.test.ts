import { describe, expect, test } from 'vitest';
import { exitCodes } from '../../../src/cli/exit-codes.ts';
import { deniedError, pinError } from '../../../src/cli/refusals.ts';
import type { Denial } from '../../../src/social/denial.ts';
import type { PinRefusal } from '../../../src/social/pin/outcomes.ts';

const exitOf = ({ code }: { readonly code: string }) => [code, exitCodes.get(code)];

describe('what the card or a rule said', () => {
  test.each<[PinRefusal | { readonly kind: 'not-sent'; readonly why: 'differs' }, string, number]>([
    [{ kind: 'wrong', triesLeft: 3 }, 'pin-wrong', 6],
    [{ kind: 'blocked' }, 'pin-blocked', 7],
    [{ kind: 'not-sent', why: 'last-try' }, 'pin-last-try', 7],
    [{ kind: 'not-sent', why: 'tries-unknown' }, 'pin-tries-unknown', 7],
    [{ kind: 'not-sent', why: 'length' }, 'pin-length', 9],
    [{ kind: 'not-sent', why: 'digits' }, 'pin-digits', 9],
    [{ kind: 'not-sent', why: 'differs' }, 'pin-differs', 9],
    [{ kind: 'not-sent', why: 'initial' }, 'pin-initial', 9],
    [{ kind: 'not-sent', why: 'unchanged' }, 'pin-unchanged', 9],
    [{ kind: 'not-sent', why: 'weak', rule: 'sequence' }, 'pin-weak', 9],
    [{ kind: 'unknown', code: 'card-removed' }, 'pin-outcome-unknown', 11],
  ])('to a PIN: %j is %s, exit code %i', (refusal, code, exit) => {
    expect(exitOf(pinError(refusal))).toEqual([code, exit]);
  });

  test.each<[Denial, string, number]>([
    [{ reason: 'never' }, 'act-not-allowed', 9],
    [{ reason: 'pin-needed' }, 'pin-needed', 9],
    [{ reason: 'no-directory' }, 'directory-missing', 8],
    [{ reason: 'card-unidentified' }, 'card-unidentified', 8],
    [{ reason: 'undescribed-right' }, 'card-differs', 8],
    [{ reason: 'undescribed-layout' }, 'card-differs', 8],
    [{ reason: 'no-key', key: 'PUK', because: 'no-psam' }, 'no-key', 14],
    [{ reason: 'key-refused', key: 'PUK', triesLeft: 2 }, 'key-refused', 8],
    [{ reason: 'key-locked', key: 'PUK' }, 'key-locked', 8],
    [{ reason: 'pin-wrong', triesLeft: 1 }, 'pin-wrong', 6],
    [{ reason: 'pin-blocked' }, 'pin-blocked', 7],
    [{ reason: 'pin-not-sent', why: 'last-try' }, 'pin-last-try', 7],
    [{ reason: 'pin-not-sent', why: 'unknown' }, 'pin-outcome-unknown', 11],
  ])('to an act: %j is %s, exit code %i', (denial, code, exit) => {
    expect(exitOf(deniedError(denial))).toEqual([code, exit]);
  });

  test('tries are those of this answer; a weak PIN says by which rule', () => {
    expect(pinError({ kind: 'wrong', triesLeft: 3 }).details.triesLeft).toBe(3);
    expect(pinError({ kind: 'not-sent', why: 'weak', rule: 'sequence' }).details.reason).toBe('sequence');
  });
});
