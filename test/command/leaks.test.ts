import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { counterDay } from './counter-day.ts';
import { type Ended, readObject, sscard } from './run.ts';

/**
 * Everything that a day at the counter leaves behind (reliability-targets.md 8): what was printed for people and for
 * programs, traces, and every file of the home folder, searched for the PINs and for every key of card, PSAM and issuer.
 * The simulated card's own file aside, which has to hold them.
 */
const folder = mkdtempSync(join(tmpdir(), 'sscard-leaks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PINS = ['735190', '482615'];

/** A PIN in the codings in which it could leak. */
function codings(pin: string): string[] {
  const ascii = Buffer.from(pin, 'latin1');
  const bcd = Buffer.from(pin, 'hex');
  const spaced = (bytes: Uint8Array) =>
    Buffer.from(bytes)
      .toString('hex')
      .replace(/..(?=.)/g, '$& ');
  const block = Buffer.from(`03${pin}80000000`, 'hex');
  const reversed = [...pin].reverse().join('');
  const base64 = [ascii, bcd, block].map((bytes) => bytes.toString('base64').replace(/=+$/, ''));
  return [pin, reversed, ascii.toString('hex'), spaced(ascii), spaced(bcd), spaced(block), ...base64];
}

/** Where keys stand: of the card, of its PSAM, their masters; of the debit side. */
const KEY_MEMBERS = new Set(['value', 'ac', 'mac', 'enc', 'p', 'q', 'sm2']);

/** Every key in a card file. */
function keysIn(value: unknown, under = ''): string[] {
  if (typeof value === 'string') return KEY_MEMBERS.has(under) && /^([0-9A-F]{2}){16,}$/.test(value) ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) => keysIn(one, Number.isInteger(Number(name)) ? under : name));
}

/** Account numbers, and what stands behind them in track 2. */
function accountIn(card: { card: { financial: { records: Record<string, string> } } }): string[] {
  const records = Object.values(card.card.financial.records).join(' ');
  const [, number = ''] = /5A0A(\d{19})F/.exec(records) ?? [];
  expect(number).toHaveLength(19);
  return [number, number.slice(6, -4)];
}

function filesUnder(path: string): string[] {
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .map((name) => join(path, name))
    .filter((name) => statSync(name).isFile());
}

describe.each(['2.0', '3.0'])('a day at the counter with a %s card', (generation) => {
  test('leaves no PIN, no key and no account number behind', { timeout: 120_000 }, async () => {
    const home = join(folder, generation);
    const card = join(folder, `${generation}.json`);
    mkdirSync(home);
    await sscard(['sim', 'new', card, '--generation', generation, '--seed', '71']);
    const kept: Ended[] = [];
    let traces = 0;
    await counterDay(async (words, options = {}) => {
      const trace = join(home, `${traces++}.transcript`);
      const where = ['--reader', `sim:${card}`, '--trace', trace];
      const ended = await sscard([...words, ...where, '--json'], { ...options, env: { HOME: home } });
      kept.push(ended, await sscard(['trace', 'explain', trace]), await sscard(['trace', 'mask', trace]));
      return { code: ended.code, answer: readObject(ended.out) };
    }, generation);
    kept.push(await sscard(['sim', 'show', card]), await sscard(['pin', 'verify', '735190', '--reader', 'sim:']));

    const texts = [
      ...kept.map(({ out, err }) => out + err),
      ...filesUnder(home).map((file) => readFileSync(file, 'utf8')),
    ];
    expect(texts.length).toBeGreaterThan(60);
    const file = JSON.parse(readFileSync(card, 'utf8'));
    const keys = keysIn(file);
    expect(keys.length).toBeGreaterThan(106);
    const bare = [...keys, ...accountIn(file)];
    const secrets = [...PINS.flatMap(codings), ...bare, ...bare.map((secret) => secret.replace(/..(?=.)/g, '$& '))];
    const all = texts.join('\n').toLowerCase();
    const found = secrets.filter((secret) => all.includes(secret.toLowerCase()));
    expect(found).toEqual([]);
    process.stdout.write(
      `leaks, ${generation}: ${texts.length} texts, ${all.length} characters, ${secrets.length} secrets\n`,
    );
  });

  test('the search itself finds what is there', () => {
    writeFileSync(join(folder, 'planted'), `x ${codings('735190')[4]} y`);
    expect(codings('735190').some((secret) => readFileSync(join(folder, 'planted'), 'utf8').includes(secret))).toBe(
      true,
    );
  });
});
