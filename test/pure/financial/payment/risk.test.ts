import { describe, expect, it } from 'vitest';
import { TVR } from '../../../../src/financial/bits.ts';
import { checkAmount, checkVelocity, manageRisk } from '../../../../src/financial/payment/risk.ts';
import type { Session } from '../../../../src/financial/session.ts';
import { sessionOver } from '../card-script.ts';
import { type Exchange, readVector } from '../vectors.ts';
import { decided, loneStep } from './courses.ts';
import { PURCHASE, TERMINAL, UNIONPAY } from './terminals.ts';

/** A rule case of the reference (terminal-risk-management-cases). */
interface Case {
  readonly name: string;
  readonly amount?: number;
  readonly storedSamePan?: number;
  readonly floorLimit?: number;
  readonly threshold?: number;
  readonly target?: number;
  readonly max?: number;
  readonly random?: number;
  readonly lower?: string | null;
  readonly upper?: string;
  readonly atc?: string;
  readonly lastOnline?: string;
  readonly atcSw?: string;
  readonly expected: Readonly<Record<string, unknown>>;
}

const { cases } = readVector<{ readonly cases: readonly Case[] }>('terminal-risk-management-cases');
const ofAmounts = cases.filter(({ amount }) => amount !== undefined);
const ofCounters = cases.filter(({ upper }) => upper !== undefined);

/** The bits that a case speaks of: `tvr4.8`. */
function bitsIn(session: Session, expected: Case['expected']): Record<string, unknown> {
  const names = Object.keys(expected).filter((key) => key.startsWith('tvr'));
  return Object.fromEntries(
    names.map((name) => {
      const [byte = 0, bit = 0] = name.slice(3).split('.').map(Number);
      return [name, session.tvr.has([byte, bit]) ? 1 : 0];
    }),
  );
}

const bitsOf = ({ expected }: Case) =>
  Object.fromEntries(Object.entries(expected).filter(([key]) => key.startsWith('tvr')));

function counters({ atc, lastOnline, atcSw = '6A81' }: Case): Exchange[] {
  return [
    { c: '80CA9F3600', r: atc === undefined ? atcSw : `9F3602${atc}9000` },
    { c: '80CA9F1300', r: lastOnline === undefined ? atcSw : `9F1302${lastOnline}9000` },
  ];
}

it('every case of the reference is one of amounts or one of counters', () => {
  expect(ofAmounts.length + ofCounters.length).toBe(cases.length);
});

describe('floor limit and random selection: case', () => {
  it.each(ofAmounts)('$name', async (one) => {
    const { session } = await sessionOver([]);
    const { threshold, target = 0, max = 0, amount = 0, storedSamePan: stored = 0, floorLimit = 0, random = 99 } = one;
    const selection = threshold === undefined ? {} : { randomSelection: { threshold, target, max } };
    checkAmount(session, { amount, stored }, { floorLimit, ...selection }, () => random);
    expect(bitsIn(session, one.expected)).toEqual(bitsOf(one));
  });

  it('biased: random 50 is selected, at the limit of the next case', async () => {
    const { session } = await sessionOver([]);
    const randomSelection = { threshold: 5000, target: 10, max: 90 };
    checkAmount(session, { amount: 7500, stored: 0 }, { floorLimit: 10_000, randomSelection }, () => 50);
    expect(session.tvr.has(TVR.randomlySelected)).toBe(true);
  });

  it('at the floor limit nothing is drawn', async () => {
    const { session } = await sessionOver([]);
    const draw = () => expect.fail('drawn');
    const randomSelection = { threshold: 0, target: 99, max: 99 };
    checkAmount(session, { amount: 100, stored: 0 }, { floorLimit: 100, randomSelection }, draw);
    expect(String(session.tvr)).toBe('0000008000');
  });
});

describe('velocity: case', () => {
  it.each(ofCounters)('$name', async (one) => {
    const asked = one.expected['getDataSent'] !== false;
    const { session, left } = await sessionOver(asked ? counters(one) : []);
    if (one.lower) session.card.set(0x9f14, Uint8Array.of(Number.parseInt(one.lower, 16)));
    session.card.set(0x9f23, Uint8Array.of(Number.parseInt(one.upper ?? '', 16)));
    await checkVelocity(session);
    expect({ ...bitsIn(session, one.expected), left: left() }).toEqual({ ...bitsOf(one), left: 0 });
  });

  it('a last online counter of one byte is read', async () => {
    const exchanges = [
      { c: '80CA9F3600', r: '9F3602000A9000' },
      { c: '80CA9F1300', r: '9F1301099000' },
    ];
    const { session } = await sessionOver(exchanges);
    for (const tag of [0x9f14, 0x9f23]) session.card.set(tag, Uint8Array.of(1));
    await checkVelocity(session);
    expect(String(session.tvr)).toBe('0000000000');
  });

  it('a counter that is not above the last online one sets both bits', async () => {
    const exchanges = [
      { c: '80CA9F3600', r: '9F360200099000' },
      { c: '80CA9F1300', r: '9F130200099000' },
    ];
    const { session } = await sessionOver(exchanges);
    for (const tag of [0x9f14, 0x9f23]) session.card.set(tag, Uint8Array.of(1));
    await checkVelocity(session);
    expect(String(session.tvr)).toBe('0000006000');
  });
});

describe('terminal risk management', () => {
  it('is not done unless the card or the terminal wants it', async () => {
    const { run, session } = await loneStep({ aip: '7400', request: { ...PURCHASE, amount: 90_000 } });
    await run(manageRisk);
    expect([String(session.tvr), String(session.tsi)]).toEqual(['0000000000', '0000']);
  });

  it('is done where the terminal always does it', async () => {
    const settings = { terminal: { ...TERMINAL, alwaysManagesRisk: true } };
    const { run, session } = await loneStep({ aip: '7400', settings, request: { ...PURCHASE, amount: 90_000 } });
    await run(manageRisk);
    expect([String(session.tvr), String(session.tsi)]).toEqual(['0000008000', '0800']);
  });

  it('is not done for e-cash', async () => {
    const eCash = { balance: 100_000, threshold: 0 };
    const { run, session } = await loneStep({ eCash, request: { ...PURCHASE, amount: 90_000 } });
    await run(manageRisk);
    expect(decided(session)).toEqual(['risk-not-managed-for-e-cash']);
  });

  it('adds what was approved of the same account before', async () => {
    const settings = { terminal: TERMINAL, storedAmount: () => UNIONPAY.floorLimit - PURCHASE.amount };
    const { run, session } = await loneStep({ settings });
    await run(manageRisk);
    expect(session.tvr.has(TVR.floorLimit)).toBe(true);
  });

  it('knows the exception file', async () => {
    const settings = { terminal: TERMINAL, isListed: ({ number }: { number: string }) => number.endsWith('6') };
    const { run, session } = await loneStep({ settings });
    await run(manageRisk);
    expect(decided(session)).toEqual(['account-on-exception-file', 'risk-managed']);
  });

  it('goes online at the word of the merchant, also where the card wants no risk management', async () => {
    const { run, session } = await loneStep({ aip: '0000', request: { ...PURCHASE, forceOnline: true } });
    await run(manageRisk);
    expect(String(session.tvr)).toBe('0000000800');
  });
});
