import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import type { TerminalApplication } from '../../../src/financial/selection/candidate.ts';
import { buildCandidates } from '../../../src/financial/selection/candidates.ts';
import { cardScript } from './card-script.ts';
import { type Exchange, readVector } from './vectors.ts';

interface Vector {
  readonly terminalApplications: readonly { readonly aid: string; readonly asi: TerminalApplication['asi'] }[];
  readonly cases: readonly {
    readonly case: string;
    readonly exchanges: readonly Exchange[];
    readonly expected: { readonly outcome: string; readonly reason: string };
  }[];
}

/** The candidates that the card of each case has, by the reference (emv-pboc.md 1.3, 1.4); the file has only the outcome. */
const CANDIDATES: Readonly<Record<string, readonly string[]>> = {
  pse_app_supported: ['A0000000031010'],
  aid_multi_exact_match_app_supported: ['A0000000032020', 'A0000000032010'],
  sorted_app_priority: [
    'A000000003101001',
    'A000000003101002',
    'A000000003101003',
    'A000000003101004',
    'A000000003101005',
    'A000000003101006',
    'A0000000041010',
  ],
};

const { terminalApplications, cases } = readVector<Vector>('candidate-list-cases');
const applications = terminalApplications.map(({ aid, asi }) => ({ aid: fromHex(aid), asi }));

describe('published cases of the candidate list', () => {
  it.each(cases)('$case: $expected.reason', async ({ case: name, exchanges, expected }) => {
    const { line, left } = await cardScript(exchanges);
    const found = await buildCandidates(line, applications);
    expect(left()).toBe(0);
    if (expected.outcome === 'card-blocked') expect(found.kind).toBe('card-blocked');
    else {
      const names = found.kind === 'candidates' && found.candidates.map(({ aid }) => toHex(aid));
      expect(names).toEqual(expected.outcome === 'no-application' ? [] : CANDIDATES[name]);
    }
  });
});
