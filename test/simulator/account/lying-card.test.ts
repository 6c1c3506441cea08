import { afterAll, describe, expect, it } from 'vitest';
import { SscardError } from '../../../apdu/errors.ts';
import { Counter, MONEY } from './counter.ts';

/** Status words at every command of a transaction: those of the purse (5.3), and those of a card that lies. */
const PURSE = [
  ['9302', 'mac-refused'],
  ['9401', 'not-enough-money'],
  ['9403', 'key-index'],
  ['9406', 'mac-not-available'],
] as const;
const OTHERS = '6F00 6581 6700 6901 6982 6985 6988 6A80 6C00 6300 63C1 6200 9100 9303 FFFF'.split(' ');
const ALL = [...PURSE.map(([hex]) => hex), ...OTHERS];
const ACTS = ['load', 'pay', 'share'] as const;
type Act = (typeof ACTS)[number];

/** SELECT, 03, 01, SELECT DF04, empty VERIFY, VERIFY, INITIALIZE, GET RESPONSE, the money, GET RESPONSE, GET BALANCE. */
const COMMANDS = 11;
const INITIALISE = 7;
const MOVE = 9;
const EXPECTED = { load: MONEY.balance + 5_000, pay: MONEY.balance - 1_000, share: MONEY.balance } as const;
const counts = { refusals: 0, lies: 0 };

afterAll(() => {
  process.stdout.write(`account: ${counts.refusals} refusals and ${counts.lies} lies of a card\n`);
});

function perform(counter: Counter, act: Act) {
  if (act === 'load') return counter.load();
  return act === 'pay' ? counter.pay() : counter.pay(0, { selfPaid: 500 });
}

async function performed(counter: Counter, act: Act) {
  const totals = () => ({ balance: counter.balance, selfPaid: counter.purse.selfPaid });
  const before = totals();
  const came = await perform(counter, act).catch((error: unknown) => error);
  if (came instanceof Error && !(came instanceof SscardError)) throw came;
  const moved = JSON.stringify(totals()) !== JSON.stringify(before);
  return { came: came as Record<string, unknown>, moved };
}

/** What was said and what happened agree, and nothing was sent twice. */
function expectHonest(counter: Counter, { came, moved }: Awaited<ReturnType<typeof performed>>): void {
  const { kind } = came;
  if (kind === 'done') expect(moved).toBe(true);
  else if (kind !== 'unknown') expect(moved).toBe(false);
  if (came instanceof SscardError && came.details.step !== 'verify-pin') expect(came.details.outcome).toBe('not-done');
  expect(counter.sent('B022') + counter.sent('B024')).toBeLessThanOrEqual(1);
}

describe.each(ACTS)('%s', (act) => {
  it('is made of these commands', async () => {
    const counter = await Counter.open();
    const { came } = await performed(counter, act);
    expect(came).toMatchObject({ kind: 'done', balance: EXPECTED[act] });
    expect(counter.rig.sent).toHaveLength(COMMANDS);
    expect(counter.rig.sent[INITIALISE - 1]).toMatch(/^B02[8A]0001/);
    expect(counter.rig.sent[MOVE - 1]).toMatch(/^B02[24]0000/);
  });

  describe.each(PURSE)('answered %s', (hex, reason) => {
    const sw = Number.parseInt(hex, 16);
    it.each([INITIALISE, MOVE])('at command %i, has that reason', async (command) => {
      counts.refusals++;
      const counter = await Counter.open({ strike: { kind: 'refuse', command, sw } });
      const ran = await performed(counter, act);
      const load = act === 'load';
      const step =
        command === MOVE ? (load ? 'credit-load' : 'debit-purchase') : load ? 'initialise-load' : 'initialise-purchase';
      expect(ran.came).toEqual({ unproven: true, kind: 'not-done', why: { reason, sw, step } });
      expectHonest(counter, ran);
    });

    it('at any other, is no answer to it', async () => {
      for (let command = 1; command <= COMMANDS; command++) {
        if (command === INITIALISE || command === MOVE) continue;
        counts.refusals++;
        const counter = await Counter.open({ strike: { kind: 'refuse', command, sw } });
        const ran = await performed(counter, act);
        expectHonest(counter, ran);
        // After the money has moved, an outcome; before, an error that names step and status.
        if (command > MOVE) expect(ran.came).toMatchObject({ kind: 'unknown' });
      }
    });
  });

  it.each(ALL)('done, and answered %s all the same, is not called undone', async (hex) => {
    const sw = Number.parseInt(hex, 16);
    for (const command of [MOVE, MOVE + 1]) {
      counts.lies++;
      const counter = await Counter.open({ strike: { kind: 'lie', command, sw } });
      const ran = await performed(counter, act);
      expect(ran.moved).toBe(true);
      expect(ran.came).toMatchObject({ kind: 'unknown', why: 'status' });
      expectHonest(counter, ran);
    }
  });
});
