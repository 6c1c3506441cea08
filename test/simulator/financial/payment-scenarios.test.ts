import { describe, expect, it } from 'vitest';
import { paymentRig, payThrough, toldAs } from './payment-rig.ts';
import { scenarios } from './payment-scenarios.ts';

describe('a payment over the simulated reader', () => {
  it.each(scenarios)('$name', async ({ options, answers, ends, check }) => {
    const rig = await paymentRig(options);
    const end = await payThrough(rig, answers);
    expect(toldAs(end)).toBe(ends);
    check?.(end, rig);
  });
});
