import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { command, ended, type RunOptions, sscard, sscardJson } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'sscard-pin-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const INITIAL = '123456';
const PIN = '735190';
const OTHER = '482615';
const stdin = ['--pin-from', 'stdin'];

/** A card of its own for each test, in a file. */
async function cardFile(name: string, generation = '2.0'): Promise<string> {
  const path = join(folder, `${name}.json`);
  const made = await sscard(['sim', 'new', path, '--generation', generation, '--seed', '61', '--force']);
  expect(made.code).toBe(0);
  return `sim:${path}`;
}

const lines = (...pins: string[]): RunOptions => ({ input: pins.map((pin) => `${pin}\n`).join('') });
const act = (verb: string, reader: string, options: RunOptions, ...more: string[]) =>
  sscardJson(['pin', verb, '--reader', reader, ...stdin, ...more], options);

describe('pin status', () => {
  test('tells the tries of a simulated card without a PIN', async () => {
    const { code, answer } = await sscardJson(['pin', 'status', '--reader', 'sim:']);
    expect([code, answer['pin']]).toEqual([0, { state: 'usable', initial: null, triesLeft: 6, triesMax: 6 }]);
  });

  test('asks nothing where the profile file says that asking may cost a try', async () => {
    const profile = join(folder, 'site.json');
    const appliesTo = { generations: ['2.0'], divisionPrefix: '' };
    writeFileSync(profile, JSON.stringify({ region: 'site', nameZh: '本站', appliesTo, pin: { statusBy: 'none' } }));
    const { answer } = await sscardJson(['pin', 'status', '--reader', 'sim:', '--profile', profile]);
    expect(answer['pin']).toEqual({ state: 'unknown', initial: null, triesLeft: null, triesMax: null });
  });
});

describe.each(['1.0', '2.0', '3.0'])('the PIN of a %s card', (generation) => {
  test('is verified, set, changed, blocked by wrong tries, unblocked, reset', async () => {
    const reader = await cardFile(`whole-${generation}`, generation);
    const states = async () => (await sscardJson(['pin', 'status', '--reader', reader])).answer['pin'];

    expect((await act('verify', reader, lines(INITIAL))).answer['pin']).toEqual({ outcome: 'verified', initial: true });
    expect((await act('set', reader, lines(INITIAL, PIN, PIN))).answer['pin']).toEqual({ outcome: 'changed' });
    expect((await act('verify', reader, lines(PIN))).answer['pin']).toEqual({ outcome: 'verified', initial: false });
    expect((await act('change', reader, lines(PIN, OTHER, OTHER))).answer['pin']).toEqual({ outcome: 'changed' });

    for (let left = 5; left > 0; left--) {
      const { code, answer } = await act('verify', reader, lines(PIN));
      expect([code, answer['pin']]).toEqual([6, { outcome: 'wrong', triesLeft: left }]);
      expect(answer.error).toMatchObject({ code: 'pin-wrong', triesLeft: left, marketCode: -51 });
    }
    const guarded = await act('verify', reader, lines(PIN));
    expect([guarded.code, guarded.answer['pin']]).toEqual([7, { outcome: 'not-sent', why: 'last-try' }]);
    expect(await states()).toMatchObject({ state: 'usable', triesLeft: 1 });

    const last = await act('verify', reader, lines(PIN), '--last-try');
    expect([last.code, last.answer['pin']]).toEqual([7, { outcome: 'blocked' }]);
    expect(last.answer.error).toMatchObject({ code: 'pin-blocked', marketCode: -52 });
    expect(await states()).toMatchObject({ state: 'blocked', triesLeft: 0 });

    expect((await sscardJson(['pin', 'unblock', '--reader', reader])).answer['pin']).toEqual({ outcome: 'unblocked' });
    expect((await act('verify', reader, lines(OTHER))).code).toBe(0);
    expect((await act('reset', reader, lines(PIN, PIN))).answer['pin']).toEqual({ outcome: 'changed' });
    expect((await act('verify', reader, lines(PIN))).code).toBe(0);
  });
});

describe('a PIN that is not sent', () => {
  test.each<[string, readonly string[], string, string, number]>([
    ['verify', [''], 'length', 'pin-length', -33],
    ['verify', ['1'], 'length', 'pin-length', -33],
    ['verify', ['123'], 'length', 'pin-length', -33],
    ['verify', ['123456789'], 'length', 'pin-length', -33],
    ['verify', ['1234567890123456'], 'length', 'pin-length', -33],
    ['verify', ['１２３４５６'], 'length', 'pin-length', -33],
    ['verify', ['12345a'], 'digits', 'pin-digits', -23],
    ['change', [INITIAL, PIN, OTHER], 'differs', 'pin-differs', -34],
    ['change', [PIN, INITIAL, INITIAL], 'initial', 'pin-initial', -36],
    ['reset', [INITIAL, INITIAL], 'initial', 'pin-initial', -36],
    ['reset', [PIN, OTHER], 'differs', 'pin-differs', -34],
  ])('%s %j: %s, exit code 9, no try spent', async (verb, pins, why, expected, marketCode) => {
    const reader = await cardFile('kept');
    const { code, answer } = await act(verb, reader, lines(...pins));
    expect([code, answer['pin']]).toEqual([9, { outcome: 'not-sent', why }]);
    expect(answer.error).toMatchObject({ code: expected, marketCode, outcome: 'not-done' });
    expect((await sscardJson(['pin', 'status', '--reader', reader])).answer['pin']).toMatchObject({ triesLeft: 6 });
  });

  test('the old one again', async () => {
    const { answer } = await act('change', 'sim:', lines(PIN, PIN, PIN));
    expect([answer['pin'], answer.error?.code]).toEqual([{ outcome: 'not-sent', why: 'unchanged' }, 'pin-unchanged']);
  });

  test('an easily guessed one, with the rule', async () => {
    const { answer } = await act('set', 'sim:', lines(INITIAL, '111111', '111111'));
    expect(answer['pin']).toEqual({ outcome: 'not-sent', why: 'weak', rule: 'same-digits' });
  });

  test('reset without a key: exit code 14, and what is missing', async () => {
    const reader = await cardFile('no-key', '3.0');
    const { code, answer } = await act('reset', reader, lines(PIN, PIN), '--psam', 'sim:');
    expect([code, answer['pin']]).toEqual([14, { outcome: 'not-sent', why: 'no-key' }]);
    expect(answer.error).toMatchObject({ code: 'no-key', file: 'PUK', reason: 'algorithm', marketCode: -2202 });
  });
});

describe('--pin-from', () => {
  test('takes a carriage return, and a last line without its end', async () => {
    expect((await act('change', 'sim:', { input: `${INITIAL}\r\n${PIN}\r\n${PIN}` })).code).toBe(0);
  });

  test.each([[''], [`${INITIAL}\n`], [`${INITIAL}\n${PIN}\n`]])(
    'with %j a line is missing: exit code 2',
    async (input) => {
      const { code, answer } = await act('change', 'sim:', { input });
      expect([code, answer.error?.code, answer['pin']]).toEqual([2, 'pin-missing', undefined]);
    },
  );

  test.each([70, 5_000, 100_000])('a line of %i characters is refused', async (length) => {
    const { code, answer } = await act('verify', 'sim:', { input: '1'.repeat(length) });
    expect([code, answer.error?.code]).toEqual([2, 'pin-line-too-long']);
  });

  test('fd:N reads an open file', async () => {
    const path = join(folder, 'pins');
    writeFileSync(path, `${INITIAL}\n`);
    const words = ['pin', 'verify', '--reader', 'sim:', '--pin-from', 'fd:5'];
    const { code } = await ended(
      ['bash', '-c', 'exec "$0" "$@" 5<"$PINS"', process.execPath, command, ...words],
      folder,
      { env: { PINS: path } },
    );
    expect(code).toBe(0);
  });

  test('fd:N that is not open: exit code 2, before a reader is opened', async () => {
    const { code, answer } = await sscardJson(['pin', 'verify', '--pin-from', 'fd:77']);
    expect([code, answer.error?.code]).toEqual([2, 'pin-source-unreadable']);
  });

  test('without a terminal it is needed: exit code 2, before a reader is opened, with the safe ways', async () => {
    const { code, err } = await ended(['setsid', process.execPath, command, 'pin', 'verify', '--lang', 'en'], folder);
    expect([code, err]).toEqual([2, expect.stringMatching(/\[pin-no-terminal\]/)]);
    expect(err).toContain('--pin-from stdin');
  });

  test.each(['keypad', 'fd:x', 'fd:1', 'fd:2', '123456'])('%s is no source', async (source) => {
    const { code, answer } = await sscardJson(['pin', 'verify', '--pin-from', source]);
    expect([code, answer.error?.code]).toEqual([2, 'option-value-malformed']);
  });

  test('waits no longer when a signal comes', async () => {
    const { code } = await sscard(['pin', 'verify', '--reader', 'sim:', ...stdin], {
      signal: { name: 'SIGTERM', when: 700 },
    });
    expect(code).toBe(12);
  });
});

describe('a PIN as an argument', () => {
  test.each([
    ['pin', 'verify', PIN],
    ['pin', 'change', PIN, OTHER],
    ['pin', 'verify', '--pin', PIN],
    ['pin', 'verify', `--pin=${PIN}`],
    ['read', PIN],
  ])('%j is refused before a reader is opened, and not repeated', async (...words) => {
    const { code, answer } = await sscardJson(words);
    expect([code, answer.error?.code]).toEqual([2, 'pin-argument']);
    expect(JSON.stringify(answer)).not.toContain(PIN);
    expect(JSON.stringify(answer.error?.['advice'])).toContain('--pin-from stdin');
  });
});

describe('what is left behind', () => {
  test('no output and no trace has the PIN in any coding', async () => {
    const reader = await cardFile('traces');
    const trace = join(folder, 'pin.transcript');
    const runs = [
      await sscard(['pin', 'set', '--reader', reader, ...stdin, '--trace', trace], lines(INITIAL, PIN, PIN)),
      await sscard(['pin', 'verify', '--reader', reader, ...stdin, '--json'], lines(OTHER)),
      await sscard(['pin', 'reset', '--reader', reader, ...stdin, '--trace', `${trace}2`], lines(OTHER, OTHER)),
    ];
    const all = [
      ...runs.flatMap(({ out, err }) => [out, err]),
      readFileSync(trace, 'utf8'),
      readFileSync(`${trace}2`, 'utf8'),
    ];
    for (const pin of [INITIAL, PIN, OTHER]) {
      const ascii = Buffer.from(pin);
      const codings = [pin, ascii.toString('hex'), ascii.toString('base64'), [...pin].reverse().join('')];
      for (const text of all) {
        for (const coding of codings) expect(text.replaceAll(' ', '')).not.toContain(coding);
      }
    }
  });
});
