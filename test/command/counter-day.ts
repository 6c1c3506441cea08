import { expect } from 'vitest';
import type { RunOptions } from './run.ts';

/** Runs the built command with `--json`; its object is valid against its schema. */
export type Counter = (
  words: readonly string[],
  options?: RunOptions,
) => Promise<{ code: number | null; answer: Record<string, unknown> & { error?: { code?: string } } }>;

const INITIAL = '123456';
const FIRST = '735190';
const SECOND = '482615';
const TELEPHONE = '0519-85529290';

/** PINs on stdin, one a line. */
const typed = (...pins: string[]): RunOptions => ({ input: pins.map((pin) => `${pin}\n`).join('') });
const PINS = ['--pin-from', 'stdin'];

/**
 * Everything that a counter does with one card, one command each: read all, check that the chip is genuine, verify, set,
 * change, block by wrong tries, reset, unblock, write an item and read it back, show the account and its log.
 */
export async function counterDay(counter: Counter, generation: string): Promise<void> {
  const act = async (words: readonly string[], options: RunOptions = {}) => {
    const { code, answer } = await counter(words, options);
    expect({ words: words.join(' '), code, error: answer.error?.code }).toEqual({ words: words.join(' '), code: 0 });
    return answer;
  };
  const verify = (pin: string, ...more: string[]) => counter(['pin', 'verify', ...PINS, ...more], typed(pin));

  const all = await act(['read', '--all', '--with-pin', ...PINS], typed(INITIAL));
  expect(all['card']).toMatchObject({ specificationVersion: `${generation}0`, withheld: [], oddities: [] });
  const files = all['files'] as { state: string }[];
  expect(files.length).toBeGreaterThanOrEqual(20);
  expect(files.filter(({ state }) => state !== 'read')).toEqual([]);

  const check = await act(['check']);
  // Cards of 1.0 were issued long ago: theirs has expired, and that is all.
  expect(check).toMatchObject({ verdict: generation === '1.0' ? 'warning' : 'normal' });
  expect(check['checks']).toContainEqual(expect.objectContaining({ name: 'genuineness', result: 'passed' }));

  expect((await verify(INITIAL)).answer['pin']).toEqual({ outcome: 'verified', initial: true });
  expect((await act(['pin', 'set', ...PINS], typed(INITIAL, FIRST, FIRST)))['pin']).toEqual({ outcome: 'changed' });
  expect((await act(['pin', 'change', ...PINS], typed(FIRST, SECOND, SECOND)))['pin']).toEqual({ outcome: 'changed' });

  await blockByWrongTries((...more) => verify(FIRST, ...more));
  expect((await act(['pin', 'reset', ...PINS], typed(FIRST, FIRST)))['pin']).toEqual({ outcome: 'changed' });
  expect((await verify(FIRST)).answer['pin']).toEqual({ outcome: 'verified', initial: false });

  await blockByWrongTries((...more) => verify(SECOND, ...more));
  expect((await act(['pin', 'unblock']))['pin']).toEqual({ outcome: 'unblocked' });
  expect((await verify(FIRST)).answer['pin']).toEqual({ outcome: 'verified', initial: false });

  const written = await act(['files', 'write'], { input: `DF01EF06|28=${TELEPHONE}\n` });
  expect(written['write']).toEqual({ outcome: 'done', items: [{ address: 'DF01EF06|28', state: 'new' }] });
  const unmask = ['--operator', '0071', '--unmask', 'counter day'];
  const back = await act(['files', 'read', 'DF01EF06|28', ...unmask]);
  expect(back['files']).toMatchObject([{ items: [{ name: 'telephone', value: TELEPHONE }] }]);

  expect((await act(['account', 'show']))['account']).toMatchObject({ balance: expect.any(Number) });
  const log = await act(['account', 'log', '--with-pin', ...PINS], typed(FIRST));
  expect(log['withheld']).toEqual([]);
  expect((log['log'] as { transactions: unknown[] }).transactions.length).toBeGreaterThan(0);

  const { bank } = await act(['bank', 'info']);
  expect(bank).toMatchObject({ accountNumber: expect.stringMatching(/^620000\*{9}\d{4}$/), pinTries: 3 });
  expect((await act(['bank', 'balance']))['eCash']).toMatchObject([{ balance: expect.any(Number) }]);
  expect((await act(['bank', 'log']))['log']).toMatchObject({ present: true });
  // A 1.0 card's certificate is over, too; over a real reader no authority's key is loaded.
  const { code, answer } = await counter(['bank', 'verify'], {});
  expect([0, ...(generation === '1.0' ? [10] : [])]).toContain(code);
  expect(answer['authentication']).toMatchObject({ method: 'dda', caIndex: expect.any(String) });
}

/** Five wrong ones, then the last try: only with the word for it. */
async function blockByWrongTries(verifyWrong: (...more: string[]) => ReturnType<Counter>): Promise<void> {
  for (let left = 5; left > 0; left--) {
    const { code, answer } = await verifyWrong();
    expect([code, answer['pin']]).toEqual([6, { outcome: 'wrong', triesLeft: left }]);
  }
  const guarded = await verifyWrong();
  expect([guarded.code, guarded.answer['pin']]).toEqual([7, { outcome: 'not-sent', why: 'last-try' }]);
  const last = await verifyWrong('--last-try');
  expect([last.code, last.answer['pin']]).toEqual([7, { outcome: 'blocked' }]);
}
