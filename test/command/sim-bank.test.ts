import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sscard, sscardJson } from './run.ts';

const PROFILE = 'fixtures/vectors/emv/upi-test-card-0031-profile.json';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sscard-sim-bank-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Makes a card, and gives its file and what `sim show` says. */
async function made(name: string, ...options: string[]) {
  const path = join(folder, name);
  expect((await sscardJson(['sim', 'new', path, '--seed', '12', ...options])).code).toBe(0);
  const { answer } = await sscardJson(['sim', 'show', path]);
  return { path, file: JSON.parse(readFileSync(path, 'utf8')), answer };
}

/** Of `simulated`, which the answer has as anything. */
const bankOf = (answer: Readonly<Record<string, unknown>>) => (answer['simulated'] as { bank: unknown }).bank;

describe('sim new --bank', () => {
  test.each([
    [
      ['--generation', '3.0'],
      ['rsa', 'sm2'],
    ],
    [[], ['rsa']],
    [['--bank', 'sm2'], ['sm2']],
    [['--bank', PROFILE], ['rsa']],
  ])('%o gives a bank side with %o', async (options, algorithms) => {
    const { answer } = await made(`${options.length}-${algorithms.join('-')}.json`, ...options, '--force');
    expect(bankOf(answer)).toMatchObject({ algorithms });
  });

  test('none gives a card without one, whose social side is the same', async () => {
    const [without, rsa] = [await made('none.json', '--bank', 'none'), await made('rsa.json', '--bank', 'rsa')];
    const { financial, ...social } = rsa.file.card;
    expect([bankOf(without.answer), without.answer['caKeys'], financial === undefined]).toEqual([null, [], false]);
    expect(without.file).toEqual({ ...rsa.file, card: social, bank: undefined });
  });

  test('a profile that is none is told with its member', async () => {
    const profile = join(folder, 'odd.json');
    writeFileSync(profile, '{"pse":{"fci":"6F00"}}');
    const { code, answer } = await sscardJson(['sim', 'new', join(folder, 'odd-card.json'), '--bank', profile]);
    expect([code, answer.error]).toMatchObject([2, { code: 'sim-file-malformed', file: `${profile}: pse.records` }]);
  });

  test('a profile that is not there is told', async () => {
    const { answer } = await sscardJson(['sim', 'new', join(folder, 'gone-card.json'), '--bank', 'gone.json']);
    expect(answer.error).toMatchObject({ code: 'sim-file-unreadable', file: 'gone.json' });
  });
});

describe('sim show', () => {
  test('tells the bank side, the account number masked, and nothing secret', async () => {
    const { path, file, answer } = await made('shown.json', '--generation', '3.0');
    const number = file.card.financial.records['3.1'].slice(8, 27) as string;
    expect(bankOf(answer)).toMatchObject({
      aid: 'A000000333010101',
      accountNumber: `${number.slice(0, 6)}*********${number.slice(-4)}`,
      blocked: false,
      atc: 4,
      pin: { tries: 3, triesLeft: 3 },
      balance: 7650,
    });
    const { keys, privateKeys, pin } = file.card.financial;
    const secrets = [...Object.values(keys), ...Object.values(file.bank.masters)].flatMap((set) =>
      Object.values(set as object),
    );
    const said = JSON.stringify(answer) + (await sscard(['sim', 'show', path])).out;
    for (const secret of [...secrets, privateKeys.rsa.p, privateKeys.sm2, pin.digits, number]) {
      expect(said).not.toContain(secret);
    }
  });

  test('its keys of the authority are a file for --ca-keys', async () => {
    const { path, answer } = await made('keys.json', '--generation', '3.0');
    const keys = join(folder, 'ca-keys.json');
    writeFileSync(keys, JSON.stringify({ keys: answer['caKeys'] }));
    const verified = await sscardJson(['bank', 'verify', '--reader', `sim:${path}`, '--ca-keys', keys]);
    expect(verified.answer['authentication']).toMatchObject({ result: 'verified', algorithm: 'sm2', caIndex: 'F2' });
  });

  test.each([
    ['zh', '电子现金'],
    ['en', 'E-cash'],
  ])('in %s', async (lang, word) => {
    const { path } = await made(`${lang}.json`);
    expect((await sscard(['sim', 'show', path, '--lang', lang])).out).toContain(`${word}`);
  });
});
