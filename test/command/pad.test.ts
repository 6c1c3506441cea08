import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { SimulatedCard } from '../../src/simulator/card.ts';
import { KmyPad } from '../../src/simulator/pads/kmy.ts';
import type { PersonAct } from '../../src/simulator/pads/person.ts';
import { PlainPad, type PlainPadOptions } from '../../src/simulator/pads/plain.ts';
import type { PadAct } from '../../src/simulator/pin-pad.ts';
import { GemplusUnit } from '../../src/simulator/units/gemplus.ts';
import { servePty } from '../../src/simulator/wire/pty.ts';
import { cardFile } from '../simulator/matrix/rig.ts';
import { sscard, sscardJson } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'sscard-pad-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const INITIAL = '123456';
const PIN = '735190';

/** A plain keypad on a pseudo-terminal, and a person at it. */
async function atKeypad(words: readonly string[], acts: readonly PersonAct[], made: PlainPadOptions = {}) {
  const device = new PlainPad(made);
  await using slot = await servePty(device);
  device.act(...acts);
  const query = made.profile === undefined ? '' : `&profile=${made.profile}&answer=${made.answer}`;
  const pad = `serial:${slot.path}?protocol=plain${query}`;
  const { code, answer } = await sscardJson([...words, '--reader', 'sim:', '--pad', pad]);
  const shown = await sscard(['pin', 'verify', '--reader', 'sim:', '--pad', pad, '--lang', 'en', '--timeout', '1'], {
    signal: { name: 'SIGTERM', when: 1_500 },
  });
  return { code, answer, shown };
}

describe('--pad of a plain keypad, over a pseudo-terminal', () => {
  test('gives the PIN, and says what it waits for on stderr', async () => {
    const { code, answer, shown } = await atKeypad(['pin', 'verify'], [INITIAL]);
    expect([code, answer['pin']]).toEqual([0, { outcome: 'verified', initial: true }]);
    expect(shown.err).toContain('Let the holder type at the PIN pad');
    expect(shown.code).toBe(12);
  });

  test('is asked for all PINs of a change', async () => {
    const made = { profile: 'esc-ml', answer: 'fixed' } as const;
    const { code, answer } = await atKeypad(['pin', 'change'], [INITIAL, PIN, PIN], made);
    expect([code, answer['pin']]).toEqual([0, { outcome: 'changed' }]);
  });

  test('two new PINs that differ are never sent', async () => {
    const { code, answer } = await atKeypad(['pin', 'set'], [INITIAL, PIN, '482615']);
    expect([code, answer['pin']]).toEqual([9, { outcome: 'not-sent', why: 'differs' }]);
  });
});

describe('a pad that keeps the digits', () => {
  test('serves no PIN of the social side: exit code 2, before it or a reader is opened', async () => {
    const device = new KmyPad();
    await using slot = await servePty(device);
    const pad = ['--pad', `serial:${slot.path}?protocol=kmy`];
    const { code, answer } = await sscardJson(['pin', 'verify', '--reader', 'sim:', ...pad]);
    expect([code, answer.error?.code]).toEqual([2, 'pad-gives-no-digits']);
  });

  test.each([[['pin', 'reset']], [['read', '--with-pin']]])('the keys of a reader: %j', async (words) => {
    const { code, answer } = await sscardJson([...words, '--reader', 'pcsc:', '--pad', 'pcsc:']);
    expect([code, answer.error?.code]).toEqual([2, 'pad-gives-no-digits']);
  });
});

describe('the keys of a reader', () => {
  test('of another one do not reach this card', async () => {
    const { code, answer } = await sscardJson(['pin', 'verify', '--reader', 'sim:', '--pad', 'pcsc:Maker']);
    expect([code, answer.error?.code]).toEqual([2, 'pad-elsewhere']);
  });

  test('may not be there', async () => {
    const file = join(folder, 'some.transcript');
    writeFileSync(file, 'atr 3B00\n');
    const there = `replay:${file}`;
    const { code, answer } = await sscardJson(['pin', 'verify', '--reader', there, '--pad', there]);
    expect([code, answer.error?.code]).toEqual([13, 'pad-not-there']);
  });
});

/** A reader with keys of its own on a pseudo-terminal, with a card, and a person at it. */
async function atReader(verb: string, acts: readonly PadAct[]) {
  const { card } = await cardFile('2.0');
  const unit = new GemplusUnit({ card: new SimulatedCard(card) }, { model: 'pinpad' });
  await using slot = await servePty(unit);
  unit.act(...acts);
  const reader = `serial:${slot.path}?protocol=ccid-gemplus&model=pinpad`;
  const trace = join(folder, 'at-reader.transcript');
  const words = ['pin', verb, '--reader', reader, '--pad', reader, '--last-try', '--trace', trace];
  const { code, answer } = await sscardJson(words);
  return { code, answer, trace: readFileSync(trace, 'utf8') };
}

describe('a PIN typed at a reader on a serial line', () => {
  test('is verified, and stands nowhere', async () => {
    const { code, answer, trace } = await atReader('verify', [INITIAL]);
    expect([code, answer['pin']]).toEqual([0, { outcome: 'verified', initial: null }]);
    expect(JSON.stringify(answer) + trace).not.toContain(INITIAL);
  });

  test('is changed', async () => {
    const { code, answer, trace } = await atReader('change', [INITIAL, PIN, PIN]);
    expect([code, answer['pin']]).toEqual([0, { outcome: 'changed' }]);
    expect(JSON.stringify(answer) + trace).not.toContain(PIN);
  });

  test('that is wrong costs a try', async () => {
    const { code, answer } = await atReader('verify', [PIN]);
    expect([code, answer['pin']]).toEqual([6, { outcome: 'wrong', triesLeft: expect.any(Number) }]);
  });

  test('may be given up', async () => {
    const { code, answer } = await atReader('verify', [{ act: 'cancel' }]);
    expect([code, answer['pin'], answer.error?.code]).toEqual([12, { outcome: 'gave-up' }, 'cancelled']);
  });
});

describe('which source is meant', () => {
  const input = `${INITIAL}\n`;

  test('what is said comes before the pad', async () => {
    const words = [
      'pin',
      'verify',
      '--reader',
      'sim:',
      '--pin-from',
      'stdin',
      '--pad',
      'serial:/dev/none?protocol=plain',
    ];
    expect((await sscardJson(words, { input })).code).toBe(0);
  });

  test('the pad of a simulated card types what stdin gives', async () => {
    const words = ['pin', 'verify', '--reader', 'sim:', '--pad', 'sim:', '--pin-from', 'stdin'];
    expect((await sscardJson(words, { input })).code).toBe(0);
  });

  test('the environment and the configuration name a pad, too', async () => {
    const verify = ['pin', 'verify', '--reader', 'sim:'];
    const env = { SSCARD_PAD: 'serial:/dev/none?protocol=zt598' };
    expect((await sscardJson(verify, { env })).answer.error?.code).toBe('pad-gives-no-digits');
    const config = join(folder, 'config.json');
    writeFileSync(config, JSON.stringify({ pad: 'serial:/dev/none?protocol=plain' }));
    expect((await sscardJson([...verify, '--config', config])).answer.error?.code).toBe('port-not-found');
  });

  test('a pad that nobody named is missing', async () => {
    const { code, answer } = await sscardJson(['pin', 'verify', '--reader', 'sim:', '--pin-from', 'pad']);
    expect([code, answer.error?.code]).toEqual([2, 'pad-missing']);
  });

  test.each([
    ['usb:1', 'scheme-not-available'],
    ['serial:?protocol=plain', 'address-malformed'],
    ['serial:/dev/x?protocol=plain&profile=none', 'address-malformed'],
    ['serial:/dev/x?protocol=plain&variant=binary', 'address-malformed'],
    ['serial:/dev/x?protocol=kmy&baud=fast', 'address-malformed'],
  ])('%s is no address of a pad', async (pad, error) => {
    const { code, answer } = await sscardJson(['pin', 'verify', '--reader', 'sim:', '--pad', pad]);
    expect([code, answer.error?.code]).toEqual([2, error]);
  });
});
