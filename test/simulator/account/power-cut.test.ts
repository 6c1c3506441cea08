import { afterAll, describe, expect, it } from 'vitest';
import { Counter, MONEY } from './counter.ts';

/**
 * Power lost at every stored byte of the command that moves the money (reliability-targets.md 5): the total of the card
 * before equals the total after plus or minus nothing or one amount, and what we say agrees.
 */
const ACTS = {
  load: { perform: (counter: Counter) => counter.load(5_000), change: 5_000, type: 'load' },
  purchase: { perform: (counter: Counter) => counter.pay(1_000, { selfPaid: 500 }), change: -1_000, type: 'purchase' },
} as const;
/** SELECT, 03, 01, SELECT DF04, empty VERIFY, VERIFY, INITIALIZE, GET RESPONSE come before. */
const MOVE = 9;
const MOST_STORED = 200;
const counts = { cuts: 0, moved: 0 };

afterAll(() => {
  process.stdout.write(`power cuts of load and purchase: ${counts.cuts}, money moved in ${counts.moved}\n`);
});

/** The same card with power again, in a new insertion. */
function inserted(counter: Counter): Promise<Counter> {
  return Counter.open({ image: counter.rig.image() });
}

const cases = Object.keys(ACTS).flatMap((name) =>
  [false, true].map((tears) => ({ name: name as keyof typeof ACTS, tears })),
);

describe.each(cases)('$name, tearing memory: $tears', ({ name, tears }) => {
  const { perform, change, type } = ACTS[name];

  it('moves the amount once or not at all; unknown is told, and the proof tells which', async () => {
    const moved: boolean[] = [];
    for (let bytes = 0; bytes < MOST_STORED; bytes++) {
      const counter = await Counter.open({ tears, strike: { kind: 'power-cut', command: MOVE, bytes } });
      const outcome = await perform(counter);
      if (outcome.kind === 'done') break;
      counts.cuts++;
      if (outcome.kind !== 'unknown') throw new Error(outcome.kind);
      expect(outcome).toMatchObject({ why: 'answer-lost', code: 'card-removed', receipt: { tac: null } });
      const again = await inserted(counter);
      expect([MONEY.balance, MONEY.balance + change]).toContain(again.balance);
      moved.push(again.balance !== MONEY.balance);
      const proof = await again.account.prove(type, outcome.receipt.serial);
      expect(proof).toMatchObject({
        kind: moved.at(-1) ? 'proof' : 'no-proof',
        cardIdentification: outcome.receipt.cardIdentification,
      });
    }
    counts.moved += moved.filter(Boolean).length;
    // Nothing, then everything: in between there is no third thing.
    expect(moved).toEqual(moved.toSorted());
    expect({ first: moved[0], last: moved.at(-1) }).toEqual({ first: false, last: true });
  });

  it('can be done anew after a cut', async () => {
    const counter = await Counter.open({ tears, strike: { kind: 'power-cut', command: MOVE, bytes: 1 } });
    await perform(counter);
    const again = await inserted(counter);
    expect(await perform(again)).toMatchObject({ kind: 'done', balance: MONEY.balance + change });
  });
});
