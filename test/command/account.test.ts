import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sscard, sscardJson } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'sscard-account-'));
const card = join(folder, 'card.json');
const reader = ['--reader', `sim:${card}`];
const pin = ['--with-pin', '--pin-from', 'stdin'];

beforeAll(() => sscard(['sim', 'new', card, '--seed', '7']));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('account', () => {
  test('show gives balance and totals in fen, and in yuan for people', async () => {
    const { code, answer } = await sscardJson(['account', 'show', ...reader]);
    expect(code).toBe(0);
    const { balance } = answer['account'] as { balance: number };
    expect(answer).toMatchObject({
      account: { selfPaidYear: expect.any(Number), selfPaid: expect.any(Number), pooled: expect.any(Number) },
      withheld: [],
    });
    const { out } = await sscard(['account', 'show', ...reader, '--lang', 'zh']);
    expect(out).toContain(`个人账户余额`);
    expect(out).toContain((balance / 100).toFixed(2));
  });

  test('log needs the PIN, and says so', async () => {
    const { code, answer } = await sscardJson(['account', 'log', ...reader]);
    expect([code, answer.error?.code]).toEqual([9, 'pin-needed']);
    expect(answer).toMatchObject({
      log: { transactions: [] },
      withheld: expect.arrayContaining([{ log: 'transactions', reason: 'pin-needed' }]),
    });
  });

  test('log with a wrong PIN: exit code 6', async () => {
    const { code, answer } = await sscardJson(['account', 'log', ...pin, ...reader], { input: '735190\n' });
    expect([code, answer.error]).toMatchObject([6, { code: 'pin-wrong', triesLeft: 5 }]);
  });

  test('log under the PIN is newest first, and hides where it was', async () => {
    const { code, answer } = await sscardJson(['account', 'log', ...pin, ...reader], { input: '123456\n' });
    expect(code).toBe(0);
    const { transactions } = answer['log'] as { transactions: { type: string; time: string; terminal: string }[] };
    expect(transactions.length).toBeGreaterThan(1);
    const times = transactions.map(({ time }) => time);
    expect(times).toEqual(times.toSorted().reverse());
    expect(transactions[0]).toMatchObject({
      type: 'purchase',
      account: expect.any(Number),
      pooled: expect.any(Number),
    });
    expect(transactions[0]?.terminal).toMatch(/^\*{8}\d{4}$/);
    const { special } = answer['log'] as { special: readonly unknown[] };
    expect(special[0]).toEqual({ address: 'DF04EF15:01', code: '***', flag: '***' });
  });

  test('the PIN is in nothing that is printed or kept', async () => {
    const trace = join(folder, 'log.transcript');
    const { out, err } = await sscard(['account', 'log', ...pin, ...reader, '--trace', trace], { input: '123456\n' });
    const { readFileSync } = await import('node:fs');
    const text = readFileSync(trace, 'utf8');
    expect(text).toContain('> 00 20 00 00 03 ** ** **');
    expect(out + err + text).not.toMatch(/123456|12 34 56/);
  });
});
