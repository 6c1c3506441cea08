import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { type Answer, sscard, sscardJson } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'sscard-bank-'));
const PROFILE = fileURLToPath(new URL('../../fixtures/vectors/emv/upi-test-card-0031-profile.json', import.meta.url));
let made = 0;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface CardFile {
  card: { financial?: { records: Record<string, string>; state: Record<string, unknown>; fci: string } };
  bank?: { caKeys: Record<string, unknown>[] };
}

/** A card file of its own. @param change what is different in it */
async function cardFile(options: readonly string[] = [], change: (file: CardFile) => void = () => {}): Promise<string> {
  const path = join(folder, `card-${made++}.json`);
  expect((await sscard(['sim', 'new', path, '--seed', '17', ...options])).code).toBe(0);
  const file = JSON.parse(readFileSync(path, 'utf8')) as CardFile;
  change(file);
  writeFileSync(path, JSON.stringify(file));
  return path;
}

const bank = (verb: string, file: string, options: readonly string[] = []) =>
  sscardJson(['bank', verb, '--reader', `sim:${file}`, ...options]);

const authenticationIn = (answer: Answer) => answer['authentication'] as Record<string, unknown>;

/** Turns one byte of an object in the records over. @param at from the end of its value when negative */
function bend({ card }: CardFile, tag: string, length: string, at: number): void {
  const records = card.financial?.records ?? {};
  for (const [place, record] of Object.entries(records)) {
    const found = record.indexOf(tag + length);
    if (found < 0) continue;
    const start = found + tag.length + length.length;
    const size = Number.parseInt(length.slice(-2), 16);
    const position = start + 2 * (at < 0 ? size + at : at);
    const byte = Number.parseInt(record.slice(position, position + 2), 16) ^ 0x01;
    records[place] =
      record.slice(0, position) + byte.toString(16).toUpperCase().padStart(2, '0') + record.slice(position + 2);
    return;
  }
  throw new Error(`no ${tag}${length}`);
}

/** Length field of an object in the records. */
function lengthOf(file: CardFile, tag: string): string {
  const whole = Object.values(file.card.financial?.records ?? {}).join(' ');
  const [, length = ''] = new RegExp(`${tag}(81[0-9A-F]{2}|[0-7][0-9A-F])`).exec(whole) ?? [];
  return length;
}

describe.each([
  ['2.0', 'rsa', 'rsa'],
  ['3.0', 'dual', 'sm2'],
  ['3.0', 'sm2', 'sm2'],
])('the debit side of a %s card, %s', (generation, kind, algorithm) => {
  const options = ['--generation', generation, '--bank', kind];

  test('info: masked number, expiry, tries, counter; each reading counts one transaction', async () => {
    const file = await cardFile(options);
    const { code, answer } = await bank('info', file);
    expect(code).toBe(0);
    expect(answer['bank']).toMatchObject({
      aid: 'A000000333010101',
      accountNumber: expect.stringMatching(/^620000\*{9}\d{4}$/),
      expiry: expect.stringMatching(/^20\d\d-\d\d-\d\d$/),
      pinTries: 3,
      state: 'usable',
    });
    const { atc } = answer['bank'] as { atc: number };
    const again = await bank('info', file);
    expect(again.answer['bank']).toMatchObject({ atc: atc + 1 });
  });

  test('balance and log count no transaction', async () => {
    const file = await cardFile(options);
    const before = JSON.parse(readFileSync(file, 'utf8')).card.financial.state.atc;
    const balance = await bank('balance', file);
    expect(balance.answer['eCash']).toMatchObject([{ balance: expect.any(Number), ceiling: expect.any(Number) }]);
    const { answer } = await bank('log', file);
    const { transactions } = answer['log'] as { transactions: { date: string; atc: number }[] };
    expect(transactions.length).toBeGreaterThan(1);
    const atcs = transactions.map(({ atc }) => atc);
    expect(atcs).toEqual(atcs.toSorted((a, b) => b - a));
    expect(answer['loadLog']).toMatchObject({ present: true, loads: [{ before: expect.any(Number) }] });
    expect(JSON.parse(readFileSync(file, 'utf8')).card.financial.state.atc).toBe(before);
  });

  test('verify: method, algorithm, CA index, result, and that test keys proved it', async () => {
    const { code, answer } = await bank('verify', await cardFile(options));
    expect(code).toBe(0);
    expect(answer).toMatchObject({
      authentication: { method: 'dda', algorithm, result: 'verified', reason: null, caIndex: expect.any(String) },
      testKeys: true,
    });
  });
});

describe('the debit side of a 1.0 card, whose invented life is over', () => {
  test('has expired, and so has its certificate', async () => {
    const file = await cardFile(['--generation', '1.0']);
    expect((await bank('info', file)).answer['bank']).toMatchObject({ state: 'expired' });
    const { code, answer } = await bank('verify', file);
    expect([code, authenticationIn(answer)]).toMatchObject([10, { result: 'failed', reason: 'certificate-expired' }]);
  });
});

describe('verify gives each failure its own reason', () => {
  const failed = async (change: (file: CardFile) => void) => {
    const { code, answer } = await bank('verify', await cardFile([], change));
    expect([code, answer.error?.code]).toEqual([10, 'bank-authentication-failed']);
    expect(answer.error?.['reason']).toBe(authenticationIn(answer)['reason']);
    return authenticationIn(answer);
  };

  test('a bent issuer certificate', async () => {
    const authentication = await failed((file) => bend(file, '90', lengthOf(file, '90'), 5));
    expect(authentication).toMatchObject({ result: 'failed', reason: 'certificate-damaged', object: '90' });
  });

  test('a bent card certificate', async () => {
    const authentication = await failed((file) => bend(file, '9F46', lengthOf(file, '9F46'), 5));
    expect(authentication).toMatchObject({ result: 'failed', reason: 'certificate-damaged', object: '9F46' });
  });

  test('data that are not the signed ones: the hash differs', async () => {
    const authentication = await failed((file) => bend(file, '5F24', '03', 0));
    expect(authentication).toMatchObject({ result: 'failed', reason: 'hash-mismatch', object: '9F46' });
  });
});

describe('verify says why it is not possible', () => {
  const notPossible = async (file: string, options: readonly string[] = []) => {
    const { code, answer } = await bank('verify', file, options);
    expect(code).toBe(0);
    expect(authenticationIn(answer)).toMatchObject({ result: 'not-possible' });
    return authenticationIn(answer);
  };

  test('an expired CA key', async () => {
    const file = await cardFile([], ({ bank: side }) => {
      for (const key of side?.caKeys ?? []) key['expires'] = '2020-12-31';
    });
    expect(await notPossible(file)).toMatchObject({ reason: 'ca-key-expired', object: '8F' });
  });

  test('no CA key of that index: the published laboratory card, whose authority is not in the file', async () => {
    const file = await cardFile(['--bank', PROFILE]);
    expect(await notPossible(file)).toMatchObject({ reason: 'ca-key-unknown', caIndex: '80' });
  });

  test('a card that signs only in a payment', async () => {
    const file = await cardFile([], ({ card }) => {
      const sets = (card.financial as unknown as { dataSets: { aip: string }[] }).dataSets;
      for (const set of sets) set.aip = '1D00';
    });
    expect(await notPossible(file)).toMatchObject({ method: 'cda', reason: 'needs-transaction' });
  });
});

describe('keys of authorities', () => {
  const reference = JSON.parse(readFileSync(join(PROFILE, '..', 'ca-public-keys.json'), 'utf8')) as {
    keys: { rid: string; index: string; modulus: string; exponent: string; sha1Computed: string; class: string }[];
  };
  const keysFile = (kind: 'live' | 'test') => {
    const path = join(folder, `keys-${kind}.json`);
    const keys = reference.keys
      .filter((one) => one.index === '80' && one.class === 'test')
      .map(({ rid, index, modulus, exponent, sha1Computed: checksum }) => {
        return { rid, index, algorithm: 'rsa', modulus, exponent, checksum, class: kind };
      });
    writeFileSync(path, JSON.stringify({ keys }));
    return path;
  };
  /** The laboratory card's answers, as another reader would give them: test keys do not count by themselves. */
  const replayed = async () => {
    const file = await cardFile(['--bank', PROFILE]);
    const trace = join(folder, `laboratory-${made++}.transcript`);
    await sscard(['bank', 'verify', '--reader', `sim:${file}`, '--trace', trace]);
    return { file, trace };
  };

  test('the laboratory card verifies under its published test key, over sim:, and the answer says so', async () => {
    const file = await cardFile(['--bank', PROFILE]);
    const { answer } = await bank('verify', file, ['--ca-keys', keysFile('test')]);
    expect(answer).toMatchObject({
      authentication: { method: 'dda', algorithm: 'rsa', result: 'verified', caIndex: '80' },
      testKeys: true,
    });
  });

  test('declared as live it is a test key all the same', async () => {
    const file = await cardFile(['--bank', PROFILE]);
    const { answer } = await bank('verify', file, ['--ca-keys', keysFile('live')]);
    expect(answer).toMatchObject({ authentication: { result: 'verified' }, testKeys: true });
  });

  test('a file that is none is refused before a reader is opened, with its place', async () => {
    const path = join(folder, 'none.json');
    writeFileSync(path, '{"keys":[\n{}]}');
    const malformed = await bank('verify', join(folder, 'no-card.json'), ['--ca-keys', path]);
    expect([malformed.code, malformed.answer.error]).toMatchObject([2, { code: 'ca-keys-malformed', line: 2 }]);
    const missing = await bank('verify', join(folder, 'no-card.json'), ['--ca-keys', `${path}.gone`]);
    expect([missing.code, missing.answer.error?.code]).toEqual([2, 'ca-keys-unreadable']);
  });

  test('no account number, name or track is in a trace of it', async () => {
    const { file, trace } = await replayed();
    const records = Object.values((JSON.parse(readFileSync(file, 'utf8')) as CardFile).card.financial?.records ?? {});
    const text = readFileSync(trace, 'utf8').replaceAll(' ', '');
    const [, number = 'none'] = /5A08(\d{16})/.exec(records.join('')) ?? [];
    expect(number).toHaveLength(16);
    expect(text).not.toContain(number);
    expect(text).not.toContain(number.slice(4));
  });
});

describe('cards that are not as usual', () => {
  test('without a debit side: exit code 5', async () => {
    const file = await cardFile(['--bank', 'none']);
    for (const verb of ['info', 'balance', 'log', 'verify']) {
      const { code, answer } = await bank(verb, file);
      expect([code, answer.error?.code]).toEqual([5, 'bank-application-missing']);
    }
  });

  test('blocked: the state is told, log and balance are read, nothing is begun', async () => {
    const file = await cardFile([], ({ card }) => {
      if (card.financial) card.financial.state = { ...card.financial.state, blocked: true };
    });
    const info = await bank('info', file);
    expect(info.answer['bank']).toMatchObject({ state: 'blocked', accountNumber: null, pinTries: 3 });
    expect((await bank('balance', file)).answer['eCash']).toHaveLength(1);
    expect((await bank('log', file)).answer['log']).toMatchObject({ present: true });
    expect(authenticationIn((await bank('verify', file)).answer)).toMatchObject({ reason: 'application-blocked' });
  });

  test('data that are not as they must be: step, place and rule', async () => {
    const file = await cardFile([], ({ card }) => {
      const sets = (card.financial as unknown as { dataSets: { afl: string }[] }).dataSets;
      for (const set of sets) set.afl = '08020100';
    });
    const { code, answer } = await bank('info', file);
    expect([code, answer.error]).toMatchObject([
      13,
      { code: 'bank-data-malformed', step: 'initiate-application', file: 'GPO', reason: 'afl-malformed' },
    ]);
  });

  test('a log record that is not as its format says is hidden without --unmask', async () => {
    const file = await cardFile([], ({ card }) => {
      const state = card.financial?.state as { log: string[] };
      state.log[0] = '621094000000000011';
    });
    const { answer } = await bank('log', file);
    expect(answer['log']).toMatchObject({ transactions: expect.arrayContaining([{ number: 1, raw: '**'.repeat(9) }]) });
    const unmasked = await bank('log', file, ['--operator', '0071', '--unmask', 'test']);
    expect(unmasked.answer['log']).toMatchObject({
      transactions: expect.arrayContaining([{ number: 1, raw: '621094000000000011' }]),
    });
  });

  test('a card with both algorithms proves its RSA side where no SM2 key is loaded', async () => {
    const file = await cardFile(['--generation', '3.0', '--bank', 'dual'], ({ bank: side }) => {
      if (side) side.caKeys = side.caKeys.filter(({ algorithm }) => algorithm === 'rsa');
    });
    expect(authenticationIn((await bank('verify', file)).answer)).toMatchObject({
      result: 'verified',
      algorithm: 'rsa',
    });
  });

  test('for people, in both languages', async () => {
    const file = await cardFile();
    for (const [lang, words] of [
      ['zh', ['金融应用可用', '银行卡号', '有效期至']],
      ['en', ['The debit application is usable', 'Account number', 'Valid until']],
    ] as const) {
      const { out } = await sscard(['bank', 'info', '--reader', `sim:${file}`, '--lang', lang]);
      for (const word of words) expect(out).toContain(word);
    }
    const { out } = await sscard(['bank', 'verify', '--reader', `sim:${file}`, '--lang', 'en']);
    expect(out).toContain('no proof of a real one');
  });

  test('no PIN, cryptogram or script is ever sent: what reaches the card', async () => {
    const file = await cardFile();
    const names = new Set<string>();
    for (const verb of ['info', 'balance', 'log', 'verify']) {
      const trace = join(folder, `sent-${verb}.transcript`);
      await sscard(['bank', verb, '--reader', `sim:${file}`, '--trace', trace]);
      for (const [, sent = ''] of readFileSync(trace, 'utf8').matchAll(/^> (.. ..)/gm)) names.add(sent);
    }
    expect([...names].sort()).toEqual(['00 88', '00 A4', '00 B2', '00 C0', '80 A8', '80 CA']);
  });
});
