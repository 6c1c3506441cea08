import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { verbs } from '../../src/cli/verbs.ts';
import { sscard, sscardJson } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'sscard-usage-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the command line', () => {
  test.each<[readonly string[], string]>([
    [[], 'argument-missing'],
    [['bogus'], 'verb-unknown'],
    [['sim'], 'argument-missing'],
    [['sim', 'bogus'], 'verb-unknown'],
    [['read', '--bogus'], 'option-unknown'],
    [['read', '-x'], 'option-unknown'],
    [['read', '--watch'], 'option-unknown'],
    [['read', '--pin', '123456'], 'option-unknown'],
    [['read', '--reader'], 'option-value-malformed'],
    [['read', '--reader', '--json'], 'option-value-malformed'],
    [['read', '--json=1'], 'option-unknown'],
    [['read', '--lang', 'fr'], 'option-value-malformed'],
    [['read', '--format', 'x'], 'option-value-malformed'],
    [['read', '--timeout', 'x'], 'option-value-malformed'],
    [['read', '--timeout', '-1'], 'option-value-malformed'],
    [['read', '--interface', 'air'], 'option-value-malformed'],
    [['pin', 'verify', '--pin-from', 'fd'], 'option-value-malformed'],
    [['pin'], 'argument-missing'],
    [['pin', 'bogus'], 'verb-unknown'],
    [['pin', 'status', '--last-try'], 'option-unknown'],
    [['read', 'extra'], 'argument-unexpected'],
    [['apdu'], 'argument-missing'],
    [['script'], 'argument-missing'],
    [['sim', 'new'], 'argument-missing'],
    [['sim', 'new', 'a', 'b'], 'argument-unexpected'],
    [['sim', 'new', 'a', '--seed', '1.5'], 'option-value-malformed'],
    [['completion', 'csh'], 'argument-malformed'],
    [['read', '--reader', 'serial:/dev/ttyS0'], 'address-malformed'],
    [['read', '--reader', 'serial:/dev/ttyS0?protocol=magic'], 'unit-unknown'],
    [['read', '--reader', 'hid:1:2'], 'address-malformed'],
    [['read', '--reader', 'Gemalto'], 'scheme-not-available'],
    [['read', '--reader', 'replay:'], 'address-malformed'],
    [['read', '--reader', 'replay:x?match=some'], 'address-malformed'],
    [['read', '--reader', 'replay:x?speed=1'], 'address-malformed'],
    [['read', '--reader', 'replay:/nowhere/at/all'], 'transcript-unreadable'],
    [['read', '--reader', 'sim:/nowhere/at/all'], 'sim-file-unreadable'],
    [['sim', 'serve', 'a', '--vpcd', 'nowhere'], 'sim-port-malformed'],
  ])('%j is refused as %s with exit code 2', async (words, expected) => {
    const { code, answer } = await sscardJson(words);
    expect([code, answer.error?.code]).toEqual([2, expected]);
  });

  test('global options may stand before the noun', async () => {
    expect((await sscardJson(['--reader', 'sim:', '--lang=en', 'read'])).code).toBe(0);
  });

  test('says what is wrong in the language asked for, on stderr, with advice and code', async () => {
    const { code, out, err } = await sscard(['read', '--bogus', '--lang', 'en']);
    expect([code, out]).toEqual([2, '']);
    expect(err).toBe('Error: No such option (--bogus)\n  See --help for the options.\n  [option-unknown]\n');
    expect((await sscard(['read', '--bogus'])).err).toContain('错误：没有这个选项 (--bogus)');
  });

  test('prints no control characters of what was typed', async () => {
    const { err } = await sscard(['read', '--reader', 'sim:\u001b[2J\u009b1m\u202e']);
    for (const raw of ['\u001b', '\u009b', '\u202e']) expect(err).not.toContain(raw);
  });
});

describe('help', () => {
  test.each(verbs.map(({ name }) => name))('%s: examples first, in both languages', async (name) => {
    for (const lang of ['zh', 'en']) {
      const { code, out } = await sscard([...name.split(' '), '--help', '--lang', lang]);
      expect(code).toBe(0);
      expect(out.indexOf(`  sscard ${name}`)).toBeGreaterThan(0);
    }
  });

  test('of everything names each verb', async () => {
    const { out } = await sscard(['-h']);
    for (const { name } of verbs) expect(out).toContain(`  ${name}`);
  });

  test('of a noun names its verbs', async () => {
    const { out } = await sscard(['sim', '--help']);
    expect(out).toContain('sim serve');
    expect(out).not.toContain('  doctor');
  });

  test('and version are objects with --json', async () => {
    expect((await sscardJson(['--help'])).answer['help']).toContain('sscard');
    expect((await sscardJson(['--version'])).answer['version']).toMatch(/^\d+\.\d+\.\d+$/);
  });
});

describe('the configuration file', () => {
  const config = (text: string) => {
    const path = join(folder, 'config.json');
    writeFileSync(path, text);
    return path;
  };

  test('gives reader and language', async () => {
    const path = config('{ "reader": "sim:", "lang": "en" }');
    expect((await sscard(['read', '--config', path])).out).toMatch(/Name +张三/);
  });

  test('comes after the environment, which comes after the option', async () => {
    const path = config('{ "reader": "sim:/nowhere", "lang": "en" }');
    const env = { SSCARD_CONFIG: path, SSCARD_READER: 'sim:', SSCARD_LANG: 'zh' };
    expect((await sscard(['read'], { env })).out).toContain('姓名');
    expect((await sscard(['read', '--lang', 'en'], { env })).out).toContain('Name');
  });

  test('is found under XDG_CONFIG_HOME', async () => {
    const env = { XDG_CONFIG_HOME: folder };
    const { mkdirSync } = await import('node:fs');
    mkdirSync(join(folder, 'sscard'), { recursive: true });
    writeFileSync(join(folder, 'sscard', 'config.json'), '{ "reader": "sim:" }');
    expect((await sscard(['read'], { env })).code).toBe(0);
  });

  test.each<[string, number, number]>([
    ['{\n  "raeder": "sim:"\n}', 2, 3],
    ['{\n  "reader": 1\n}', 2, 13],
    ['{\n  "reader": "sim:",\n}', 3, 1],
    ['{ "reader": "sim:" // why\n}', 1, 20],
    ['{ "lang": "en",\n  "lang": "zh" }', 2, 3],
    ['[]', 1, 1],
    ['', 1, 1],
    ['{ "aliases": { "counter": 1 } }', 1, 27],
    ['{ "timeout": -1 }', 1, 14],
    ['{ "binding": "other" }', 1, 14],
    ['{ "psam": "" }', 1, 11],
    ['{ "interface": "air" }', 1, 16],
    ['{ "pinFrom": "keypad" }', 1, 14],
    ['{ "profile": 1 }', 1, 14],
    ['{ "hsm": "https://keys.example" }', 1, 10],
    ['{ "hsm": { "url": "http://keys.example" } }', 1, 19],
    ['{ "hsm": {\n "ca": "a",\n "cret": "b" } }', 3, 2],
    ['{ "hsm": { "ca": "a", "ca": "b" } }', 1, 23],
    ['{ "hsm": { "timeout": 601 } }', 1, 23],
  ])('%j is refused with line %i, column %i', async (text, line, column) => {
    const path = config(text);
    const { code, answer } = await sscardJson(['read', '--config', path]);
    expect(code).toBe(2);
    expect(answer.error).toMatchObject({ code: 'config-malformed', file: path, line, column });
  });

  test('named and not there is an error', async () => {
    const { code, answer } = await sscardJson(['read', '--config', join(folder, 'none.json')]);
    expect([code, answer.error?.code]).toEqual([2, 'config-unreadable']);
  });
});
