import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asVpcdCard } from '../../src/simulator/serve.ts';
import { paymentRig, payThrough, toldAs } from '../simulator/financial/payment-rig.ts';
import { scenarios } from '../simulator/financial/payment-scenarios.ts';
import { type Lab, openLab } from './lab.ts';
import { until } from './rig.ts';

/** Whole payments over the real service: the same ones that run over the simulated reader. */
describe('a payment over the real PC/SC service', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await openLab('koffi');
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  test.each(scenarios)('$name', async ({ options, answers, ends, check }) => {
    let hand: ReturnType<Lab['insert']> | undefined;
    const rig = await paymentRig({
      ...options,
      connect: (card) => {
        hand = lab.insert(0, asVpcdCard(card));
        return lab.readers.waitForCard({ reader: lab.slot().name, timeout: 10_000 });
      },
    });
    try {
      const end = await payThrough(rig, answers);
      expect(toldAs(end)).toBe(ends);
      check?.(end, rig);
    } finally {
      await rig.channel.close();
      await hand?.close();
      // The service looks every 0.4 s: the next card is another one.
      await until('the service sees the card gone', async () => {
        const slots = await lab.readers.list();
        return slots.find(({ name }) => name === lab.slot().name)?.state === 'empty';
      });
    }
  });
});
