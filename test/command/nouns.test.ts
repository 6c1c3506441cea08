import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ended, sscard, sscardJson } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'sscard-nouns-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('readers', () => {
  test('lists slots, with the answer to reset masked', async () => {
    const { answer } = await sscardJson(['readers', '--reader', 'sim:']);
    expect(answer['readers']).toEqual([
      {
        name: 'Simulated reader',
        alias: null,
        kind: 'card',
        interface: 'contact',
        state: 'present',
        inUse: null,
        atr: expect.stringMatching(/^3B6D0000[0-9A-F]{6}\*{16}[0-9A-F]{4}$/),
      },
      {
        name: 'Simulated PSAM',
        alias: null,
        kind: 'sam',
        interface: 'contact',
        state: 'present',
        inUse: null,
        atr: expect.stringMatching(/^3B680000[0-9A-F*]{16}$/),
      },
    ]);
  });

  test('without a PC/SC service: exit code 13', async () => {
    const { code, answer } = await sscardJson(['readers']);
    expect([code, answer.error?.code]).toEqual([13, 'service-unavailable']);
  });
});

describe('read without a PC/SC service', () => {
  test('exit code 13, and what to do, in both languages', async () => {
    const { code, answer } = await sscardJson(['read']);
    expect([code, answer.error?.code]).toEqual([13, 'service-unavailable']);
    expect(answer.error?.['advice']).toEqual({
      zh: expect.stringContaining('pcscd'),
      en: expect.stringContaining('pcscd'),
    });
  });
});

describe('sim', () => {
  test('new makes a file for its owner only, the same for the same seed', async () => {
    const [one, two] = [join(folder, 'one.json'), join(folder, 'two.json')];
    expect((await sscardJson(['sim', 'new', one, '--seed', '7'])).code).toBe(0);
    await sscard(['sim', 'new', two, '--seed', '7']);
    expect(statSync(one).mode & 0o777).toBe(0o600);
    expect(readFileSync(one, 'utf8')).toBe(readFileSync(two, 'utf8'));
  });

  test('new leaves a file alone unless forced', async () => {
    const path = join(folder, 'there.json');
    writeFileSync(path, 'mine');
    const { code, answer } = await sscardJson(['sim', 'new', path]);
    expect([code, answer.error?.code, readFileSync(path, 'utf8')]).toEqual([2, 'sim-file-exists', 'mine']);
    expect((await sscardJson(['sim', 'new', path, '--force', '--generation', '1.0'])).code).toBe(0);
  });

  test('show tells the state and nothing secret', async () => {
    const path = join(folder, 'shown.json');
    await sscard(['sim', 'new', path, '--seed', '9']);
    const { answer } = await sscardJson(['sim', 'show', path]);
    const stored = JSON.parse(readFileSync(path, 'utf8')).card;
    expect(answer['simulated']).toMatchObject({ generation: '2.0', block: 'none', pin: { tries: 6, triesLeft: 6 } });
    const said = JSON.stringify(answer);
    expect(said).not.toContain(stored.pin.digits);
    for (const { value } of stored.directories[0].keys) expect(said).not.toContain(value);
    expect((await sscard(['sim', 'show', path])).out).toContain('EF06');
  });

  test('show tells what the PSAM can do, and none of its masters', async () => {
    const path = join(folder, 'psam.json');
    await sscard(['sim', 'new', path, '--seed', '9', '--generation', '3.0', '--algorithm', '3DES']);
    const { psam, masters } = JSON.parse(readFileSync(path, 'utf8'));
    const { answer } = await sscardJson(['sim', 'show', path]);
    expect(answer['psam']).toMatchObject({
      algorithm: '3DES',
      derive: ['vendor', 'standard'],
      terminalNumber: '320400000001',
      terminalSerial: 0,
    });
    const { keys } = answer['psam'] as { keys: unknown[] };
    expect(keys).toContainEqual({ directory: 'SSSE', key: 'RKSSSE', usage: '47', id: '0A' });
    const said = JSON.stringify(answer);
    for (const { value } of [...psam.keys, ...masters]) expect(said).not.toContain(value);
    expect((await sscard(['sim', 'show', path, '--lang', 'en'])).out).toContain('BF DE, 80 1A');
  });

  test('run keeps what the script did to the card', async () => {
    const path = join(folder, 'kept.json');
    await sscard(['sim', 'new', path, '--seed', '10']);
    const input = '00A404000F7378312E73682EC9E7BBE1B1A3D5CF=611E\n0020000003482615\n';
    const { code, answer } = await sscardJson(['sim', 'run', path], { input });
    expect([code, answer['simulated']]).toMatchObject([0, { pin: { triesLeft: 5 } }]);
    expect((await sscardJson(['sim', 'show', path])).answer['simulated']).toMatchObject({ pin: { triesLeft: 5 } });
  });

  test('run shows how far it came when a status is missed', async () => {
    const path = join(folder, 'missed.json');
    await sscard(['sim', 'new', path, '--seed', '11']);
    const { code, answer } = await sscardJson(['sim', 'run', path], { input: '0084000008=6A82\n0084000008\n' });
    expect([code, answer.error?.code, (answer['exchanges'] as unknown[]).length]).toEqual([8, 'status-unexpected', 1]);
  });

  test('a damaged file is named with its place', async () => {
    const path = join(folder, 'damaged.json');
    writeFileSync(path, '{\n "format": x }');
    const { code, answer } = await sscardJson(['read', '--reader', `sim:${path}`]);
    expect(code).toBe(2);
    expect(answer.error).toMatchObject({ code: 'sim-file-malformed', file: path, line: 2 });
  });
});

describe('doctor', () => {
  test('succeeds without a service, and says what is missing and what to do', async () => {
    const { code, answer } = await sscardJson(['doctor']);
    const checks = answer['checks'] as { name: string; result: string; advice: unknown }[];
    expect([code, answer['usable']]).toEqual([0, false]);
    expect(checks.find(({ name }) => name === 'service')).toMatchObject({
      result: 'failed',
      advice: { zh: expect.any(String), en: expect.any(String) },
    });
    expect(checks.find(({ name }) => name === 'node')?.result).toBe('passed');
  });

  test('names the configuration file in force', async () => {
    const path = join(folder, 'c.json');
    writeFileSync(path, '{ "lang": "en" }');
    const { answer } = await sscardJson(['doctor', '--config', path]);
    expect(answer['checks']).toContainEqual({ name: 'config', result: 'passed', value: path, advice: null });
  });

  test('--rules lists the assumptions in force', async () => {
    const { answer } = await sscardJson(['doctor', '--rules']);
    expect((answer['assumptions'] as unknown[]).length).toBeGreaterThan(5);
  });
});

describe('completion', () => {
  test('bash offers verbs of a noun and values of an option', async () => {
    const { out } = await sscard(['completion', 'bash']);
    const ask = (line: string) =>
      ended(
        [
          'bash',
          '-c',
          `${out}\nCOMP_WORDS=(${line} ''); COMP_CWORD=$((\${#COMP_WORDS[@]}-1)); _sscard; echo "\${COMPREPLY[@]}"`,
        ],
        folder,
      );
    expect((await ask('sscard')).out).toContain('readers read check pin');
    expect((await ask('sscard sim')).out).toContain('new show run serve');
    expect((await ask('sscard --lang')).out).toBe('zh en\n');
    expect((await ask('sscard --psam')).out).toBe('pcsc: serial: hid: vendor: sim: replay:\n');
    expect((await ask('sscard pin')).out).toContain('status verify set change reset unblock');
    expect((await ask('sscard completion')).out).toContain('bash zsh fish');
  });

  test.each(['zsh', 'fish'])('%s names every noun', async (shell) => {
    const { answer } = await sscardJson(['completion', shell]);
    for (const noun of ['readers', 'read', 'check', 'pin', 'apdu', 'script', 'sim', 'doctor'])
      expect(answer['script']).toContain(noun);
  });
});
