import { expect } from 'vitest';
import type { BankAuthentication } from '../../../src/financial/enquiry/verify.ts';
import type { Flow } from './flows.ts';
import { faultMatrix } from './matrix.ts';

/** RSA, and SM2 with SM4. */
const BOTH = ['2.0', '3.0'] as const;

/** Enquiries of the debit side: a fault is an error, or less is told; a card that failed is never called genuine. */
const flows: readonly Flow[] = [
  { name: 'bank information', generations: BOTH, act: (card, w) => card.financial.info(w), earns: false },
  { name: 'e-cash', generations: BOTH, act: (card, w) => card.financial.balance(w), earns: false },
  { name: 'bank log', generations: BOTH, act: (card, w) => card.financial.log(w), earns: false },
  { name: 'log of loads', generations: BOTH, act: (card, w) => card.financial.loadLog(w), earns: false },
  {
    name: 'bank authentication',
    generations: BOTH,
    act: (card, w) => card.financial.verify(w),
    truth: (came) => {
      const { result, reason, testKey } = came as BankAuthentication;
      expect(result === 'verified').toBe(reason === undefined);
      if (result === 'verified') expect(testKey).toBe(true);
    },
    earns: false,
  },
];

faultMatrix('the debit side', flows);
