import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serveHsm } from '../../src/simulator/hsm.ts';
import { identities } from '../simulator/keys/service-rig.ts';
import { sscard, sscardJson } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'sscard-keys-'));
const card2 = join(folder, 'card2.json');
const card3 = join(folder, 'card3.json');

beforeAll(async () => {
  await sscard(['sim', 'new', card2, '--seed', '81']);
  await sscard(['sim', 'new', card3, '--generation', '3.0', '--seed', '82']);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Card = Record<string, unknown>;

/** Comments about keys in the trace of a reading. */
async function keyNotes(...words: string[]): Promise<{ card: Card; notes: string[] }> {
  const trace = join(folder, 'keys.transcript');
  const { answer } = await sscardJson(['read', '--trace', trace, ...words]);
  const notes = readFileSync(trace, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('#'));
  return { card: answer['card'] as Card, notes };
}

describe('the PSAM', () => {
  test('of the same simulated unit opens a 3.0 card; the trace says so', async () => {
    const { card, notes } = await keyNotes('--reader', `sim:${card3}`);
    expect([card['withheld'], notes]).toEqual([[], ['# key RKSSSE: psam']]);
    expect(card['name']).toEqual(expect.any(String));
  });

  test('is left alone where no key is needed', async () => {
    const { card, notes } = await keyNotes('--reader', `sim:${card2}`);
    expect([notes, card['terminalNumber']]).toEqual([[], null]);
  });

  test('that is named tells the number of the terminal', async () => {
    const { card } = await keyNotes('--reader', `sim:${card2}`, '--psam', `sim:${card2}`);
    expect(card['terminalNumber']).toMatch(/^320[0-9]{9}$/);
    const env = { SSCARD_PSAM: `sim:${card3}` };
    const { answer } = await sscardJson(['read', '--reader', `sim:${card2}`], { env });
    expect((answer['card'] as Card)['terminalNumber']).toMatch(/^\d{12}$/);
  });

  test('its number stands in the national line', async () => {
    const full = ['--format', 'national', '--operator', '0071', '--unmask', '核对'];
    const { out } = await sscard(['read', '--reader', `sim:${card2}`, '--psam', `sim:${card2}`, ...full]);
    expect(out.split('|')[9]).toMatch(/^320\d{9}$/);
  });

  test('without the algorithm: the reading goes as far as it can, and the trace says why', async () => {
    const { card, notes } = await keyNotes('--reader', `sim:${card3}`, '--psam', `sim:${card2}`);
    expect(card['withheld']).toContainEqual({ field: 'name', reason: 'no-key' });
    expect(notes).toEqual(['# key RKSSSE: none (algorithm)']);
  });

  test.each<[string, string]>([
    ['usb:1', 'scheme-not-available'],
    ['serial:/dev/ttyS0', 'address-malformed'],
    ['replay:', 'address-malformed'],
  ])('%s is refused before a reader is opened', async (uri, expected) => {
    const { code, answer } = await sscardJson(['read', '--psam', uri]);
    expect([code, answer.error]).toMatchObject([2, { code: expected, file: '--psam' }]);
  });
});

describe('--interface', () => {
  test.each(['contact', 'contactless', 'auto'])('%s reads a 3.0 card', async (name) => {
    expect((await sscardJson(['read', '--reader', `sim:${card3}`, '--interface', name])).code).toBe(0);
  });

  test('contactless finds no slot of a 2.0 card: exit code 3', async () => {
    const { code, answer } = await sscardJson(['read', '--reader', `sim:${card2}`, '--interface', 'contactless']);
    expect([code, answer.error?.code, answer.error?.['marketCode']]).toEqual([3, 'reader-not-found', -12]);
  });
});

describe('--profile', () => {
  const overlay = (text: string) => {
    const path = join(folder, 'site.json');
    writeFileSync(path, text);
    return path;
  };

  test('names line and column of a mistake, before a reader is opened', async () => {
    const path = overlay('{\n  "region": "site",\n  "regoin": "x"\n}');
    const { code, answer } = await sscardJson(['read', '--profile', path]);
    expect(code).toBe(2);
    expect(answer.error).toMatchObject({ code: 'profile-malformed', file: path, line: expect.any(Number) });
  });

  test('that is not there: exit code 2', async () => {
    const { code, answer } = await sscardJson(['read', '--reader', 'sim:', '--profile', join(folder, 'none')]);
    expect([code, answer.error?.code]).toEqual([2, 'profile-unreadable']);
  });

  test('of the configuration file stands beside it', async () => {
    overlay('{ "region": 1 }');
    const config = join(folder, 'config.json');
    writeFileSync(config, '{ "profile": "site.json" }');
    const { answer } = await sscardJson(['read', '--reader', 'sim:', '--config', config]);
    expect(answer.error).toMatchObject({ code: 'profile-malformed', file: join(folder, 'site.json') });
  });
});

describe('--hsm', () => {
  test('needs the certificates of the configuration file', async () => {
    const { code, answer } = await sscardJson(['read', '--reader', 'sim:', '--hsm', 'https://127.0.0.1:9']);
    expect([code, answer.error?.code, answer.error?.['choices']]).toEqual([
      2,
      'hsm-incomplete',
      ['hsm.ca', 'hsm.cert', 'hsm.key'],
    ]);
  });

  test.each(['http://127.0.0.1', 'nowhere', 'https://'])('%s is no address of one', async (url) => {
    const { code, answer } = await sscardJson(['read', '--reader', 'sim:', '--hsm', url]);
    expect([code, answer.error?.code]).toEqual([2, 'option-value-malformed']);
  });

  test('serves what the PSAM cannot: reading, PIN reset, genuineness', async () => {
    const who = await identities();
    const { masters } = JSON.parse(readFileSync(card3, 'utf8'));
    await using hsm = await serveHsm({ masters, tls: { ...who.server, ca: who.authority.ca } });
    writeFileSync(join(folder, 'ca.pem'), who.authority.ca);
    writeFileSync(join(folder, 'cert.pem'), who.client.cert);
    writeFileSync(join(folder, 'key.pem'), who.client.key);
    const config = join(folder, 'hsm.json');
    const files = { ca: 'ca.pem', cert: 'cert.pem', key: 'key.pem' };
    writeFileSync(config, JSON.stringify({ hsm: { url: hsm.url, ...files, timeout: 20 } }));
    const there = ['--reader', `sim:${card3}`, '--psam', `sim:${card2}`, '--config', config];

    const { card, notes } = await keyNotes(...there);
    expect([card['withheld'], notes]).toEqual([[], ['# key RKSSSE: hsm (algorithm)']]);
    expect((await sscardJson(['check', ...there])).answer['verdict']).toBe('normal');
    const input = '735190\n735190\n';
    expect((await sscardJson(['pin', 'reset', ...there, '--pin-from', 'stdin'], { input })).code).toBe(0);
    expect((await sscardJson(['pin', 'verify', ...there, '--pin-from', 'stdin'], { input })).code).toBe(0);
  });

  test('that cannot be reached: exit code 14', async () => {
    const config = join(folder, 'hsm-away.json');
    const files = { ca: 'ca.pem', cert: 'cert.pem', key: 'key.pem' };
    writeFileSync(config, JSON.stringify({ hsm: { url: 'https://127.0.0.1:9', ...files } }));
    const there = ['--reader', `sim:${card3}`, '--psam', `sim:${card2}`, '--config', config];
    const { code, answer } = await sscardJson(['read', ...there]);
    expect([code, answer.error?.code]).toEqual([14, 'key-service-unreachable']);
  });
});
