import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sscard, sscardJson } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'sscard-read-'));
const card3 = join(folder, 'card3.json');

beforeAll(async () => {
  const made = await sscard(['sim', 'new', card3, '--generation', '3.0', '--seed', '3']);
  expect(made.code).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The PSAM of the built-in card knows no SM4. */
const noKey = ['--psam', 'sim:'];
const demo = ['read', '--reader', 'sim:'];
type Card = Record<string, unknown>;

describe('read', () => {
  test('shows the built-in card in Chinese by default', async () => {
    const { code, out, err } = await sscard(demo);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/姓名 +张三\n/);
  });

  test('shows it in English on demand', async () => {
    expect((await sscard([...demo, '--lang', 'en'])).out).toMatch(/Name +张三\n/);
  });

  test('follows SSCARD_LANG before LANG', async () => {
    const env = { SSCARD_LANG: 'zh', LANG: 'en_US.UTF-8' };
    expect((await sscard(demo, { env })).out).toContain('姓名');
    expect((await sscard(demo, { env: { LANG: 'en_US.UTF-8' } })).out).toContain('Name');
  });

  test('stays Chinese in a locale that is neither', async () => {
    expect((await sscard(demo, { env: { LANG: 'C' } })).out).toContain('姓名');
  });

  test('aligns values behind labels of different width', async () => {
    const lines = (await sscard(demo)).out.split('\n').filter((line) => /^ {2}\S+ {2,}\S/.test(line));
    const starts = lines.map((line) => {
      const label = /^ {2}\S+ +/.exec(line)?.[0] ?? '';
      return [...label].reduce((width, c) => width + (c.charCodeAt(0) > 0x2e80 ? 2 : 1), 0);
    });
    expect(lines.length).toBeGreaterThan(10);
    expect(new Set(starts).size).toBe(1);
  });

  test('masks what the clerk need not see', async () => {
    const { answer } = await sscardJson(demo);
    expect(answer['masked']).toBe(true);
    expect(answer['card']).toMatchObject({
      socialSecurityNumber: '320499********4551',
      cardNumber: 'A04991852',
      name: '张三',
      cardIdentification: '320400**********************7F3B',
      resetInformation: '008754****************6A2B',
      birthDate: '1898-**-**',
      personNumber: '*********185',
      terminalNumber: null,
      terminalDeviceNumber: null,
    });
  });

  test('prints no colour codes into a pipe', async () => {
    expect((await sscard(demo)).out).not.toContain('\u001b');
  });

  test('takes the reader from the environment', async () => {
    expect((await sscard(['read'], { env: { SSCARD_READER: 'sim:' } })).code).toBe(0);
  });

  test('reads a 3.0 card as far as it goes without a key', async () => {
    const { code, answer } = await sscardJson(['read', '--reader', `sim:${card3}`, ...noKey]);
    const card = answer['card'] as Card;
    expect(code).toBe(0);
    expect(card).toMatchObject({ generation: '3.0', name: null, socialSecurityNumber: null, birthDate: null });
    expect(card['cardNumber']).toEqual(expect.any(String));
    expect(card['withheld']).toContainEqual({ field: 'name', reason: 'no-key' });
  });

  test('says for people what was withheld', async () => {
    expect((await sscard(['read', '--reader', `sim:${card3}`, ...noKey])).out).toMatch(/姓名 +未读（需要密钥）/);
  });
});

describe('read --unmask', () => {
  test('needs an operator', async () => {
    const { code, answer } = await sscardJson([...demo, '--unmask', '核对']);
    expect([code, answer.error?.code]).toEqual([2, 'unmask-needs-operator']);
  });

  test('needs a reason that says something', async () => {
    const { answer } = await sscardJson([...demo, '--operator', '0071', '--unmask', ' ']);
    expect(answer.error?.code).toBe('unmask-needs-operator');
  });

  test('shows everything, and the log says who and why before', async () => {
    const env = { XDG_STATE_HOME: join(folder, 'state') };
    const { answer } = await sscardJson([...demo, '--operator', '0071', '--unmask', '核对'], { env });
    expect(answer['masked']).toBe(false);
    expect(answer['card']).toMatchObject({ birthDate: '1898-09-04', personNumber: 'JSD049900185' });
    const log = join(folder, 'state', 'sscard', 'unmask.log');
    const entry = JSON.parse(readFileSync(log, 'utf8'));
    expect(entry).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      operator: '0071',
      reason: '核对',
      command: 'read',
      cardNumber: '******852',
    });
    expect(statSync(log).mode & 0o777).toBe(0o600);
  });

  test('appends to the log', async () => {
    const env = { XDG_STATE_HOME: join(folder, 'state2'), SSCARD_OPERATOR: '0072' };
    await sscard([...demo, '--unmask', 'one'], { env });
    await sscard([...demo, '--unmask', 'two'], { env });
    const lines = readFileSync(join(folder, 'state2', 'sscard', 'unmask.log'), 'utf8')
      .trim()
      .split('\n');
    expect(lines.map((line) => JSON.parse(line).reason)).toEqual(['one', 'two']);
  });

  test('shows nothing when it cannot be written down', async () => {
    const blocked = join(folder, 'a-file');
    writeFileSync(blocked, '');
    const env = { XDG_STATE_HOME: blocked };
    const { code, answer } = await sscardJson([...demo, '--operator', '0071', '--unmask', '核对'], { env });
    expect([code, answer.error?.code, answer['card']]).toEqual([15, 'journal-unwritable', undefined]);
  });
});

describe('read --format', () => {
  const full = ['--operator', '0071', '--unmask', '核对'];

  test('is refused while masked', async () => {
    const { code, answer } = await sscardJson([...demo, '--format', 'national']);
    expect([code, answer.error?.code]).toEqual([2, 'format-needs-unmask']);
  });

  test('national: eleven fields, zeros for the terminal', async () => {
    const { out } = await sscard([...demo, '--format', 'national', ...full]);
    expect(out).toBe(
      '320400|320499189809044551|A04991852|320400D15600000599416A2B003B7F3B|张三|00875431008697320499416A2B|2.00|20210803|20310802|000000000000||\n',
    );
  });

  test('jiangsu: thirteen fields', async () => {
    const { out } = await sscard([...demo, '--format', 'jiangsu', ...full]);
    expect(out.trimEnd().split('|')).toHaveLength(14);
    expect(out).toContain('|JSD049900185||\n');
  });
});

describe('read --trace', () => {
  test('records the exchange masked, also with --unmask, and replays', async () => {
    const trace = join(folder, 'out.transcript');
    const full = ['--operator', '0071', '--unmask', '核对'];
    const { code } = await sscard([...demo, '--trace', trace, ...full]);
    const text = readFileSync(trace, 'utf8');
    expect(code).toBe(0);
    expect(text).not.toContain(Buffer.from('320499189809044551').toString('hex'));
    expect(text).toContain('**');
    const again = await sscardJson(['read', '--reader', `replay:${trace}`]);
    expect(again.answer['card']).toMatchObject({ cardNumber: expect.stringMatching(/852$/) });
  });

  test('fails before a reader is opened when it cannot be written', async () => {
    const { code, answer } = await sscardJson(['read', '--trace', join(folder, 'nowhere', 'x')]);
    expect([code, answer.error?.code]).toEqual([2, 'trace-unwritable']);
  });
});
