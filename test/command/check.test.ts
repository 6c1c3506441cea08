import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { sscard, sscardJson } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'sscard-check-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Test {
  readonly name: string;
  readonly result: string;
  readonly reason: string | null;
}

/** A card in a file, its text changed by hand. */
async function cardFile(
  name: string,
  seed: number,
  change: (text: string) => string = (text) => text,
): Promise<string> {
  const path = join(folder, `${name}.json`);
  await sscard(['sim', 'new', path, '--generation', '3.0', '--seed', `${seed}`, '--force']);
  writeFileSync(path, change(readFileSync(path, 'utf8')));
  return `sim:${path}`;
}

async function check(reader: string, ...more: string[]) {
  const { code, answer } = await sscardJson(['check', '--reader', reader, ...more]);
  const checks = answer['checks'] as readonly Test[];
  return {
    code,
    verdict: answer['verdict'],
    error: answer.error,
    of: (name: string) => checks.find((one) => one.name === name),
  };
}

describe('check', () => {
  test.each(['1.0', '2.0', '3.0'])('a sound %s card with its PSAM: normal, exit code 0', async (generation) => {
    const path = join(folder, `sound-${generation}.json`);
    await sscard(['sim', 'new', path, '--generation', generation, '--seed', '71']);
    writeFileSync(path, readFileSync(path, 'utf8').replace(/"0604\d{8}"/, '"060420991231"'));
    const { code, verdict, of } = await check(`sim:${path}`);
    expect([code, verdict, of('genuineness')?.result]).toEqual([0, 'normal', 'passed']);
  });

  test('without a key genuineness is not tested: warning, exit code 0', async () => {
    const { code, verdict, of } = await check(await cardFile('no-key', 72), '--psam', 'sim:');
    expect([code, verdict]).toEqual([0, 'warning']);
    expect(of('genuineness')).toEqual({ name: 'genuineness', result: 'skipped', reason: 'algorithm' });
    expect(of('socialSecurityNumber')).toMatchObject({ result: 'skipped', reason: 'no-key' });
  });

  test('a chip that proves with other keys: reject, exit code 10', async () => {
    const other = await cardFile('other', 73);
    const { code, verdict, error, of } = await check(await cardFile('false', 74), '--psam', other);
    expect([code, verdict, of('genuineness')?.reason]).toEqual([10, 'reject', 'not-genuine']);
    expect(error).toMatchObject({ code: 'check-rejected', reason: 'genuineness', marketCode: -21 });
  });

  test('a card number with a wrong check character: reject', async () => {
    const change = (text: string) => text.replace(/("0709[0-9A-F]{16})[0-9A-F]{2}"/, (_all, start) => `${start}2E"`);
    const { code, of } = await check(await cardFile('number', 75, change));
    expect([code, of('cardNumber')?.result]).toEqual([10, 'failed']);
  });

  test('an expired card: warning', async () => {
    const change = (text: string) => text.replace(/"0604\d{8}"/, '"060420201231"');
    const { code, verdict, of } = await check(await cardFile('expired', 76, change));
    expect([code, verdict, of('validity')?.result]).toEqual([0, 'warning', 'failed']);
  });

  test('a blocked application: reject', async () => {
    const change = (text: string) => text.replace('"block": "none"', '"block": "permanent"');
    const { code, error, of } = await check(await cardFile('blocked', 77, change));
    expect([code, of('application')?.reason, error?.['marketCode']]).toEqual([10, 'application-blocked', -1]);
  });

  test('is shown for people in both languages', async () => {
    const reader = await cardFile('shown', 78);
    expect((await sscard(['check', '--reader', reader])).out).toMatch(/^正常\n {2}社会保障应用 +通过\n/);
    expect((await sscard(['check', '--reader', reader, '--psam', 'sim:', '--lang', 'en'])).out).toMatch(
      /^Warning\n[\s\S]*Genuine chip +skipped +PSAM or key service lack this card's algorithm\n/,
    );
  });
});
