import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { unitProtocols } from '../../drivers/units/protocols.ts';
import { emulatedProtocols } from '../../src/simulator/units/devices.ts';
import { sscard, sscardJson } from './run.ts';
import { going } from './serving.ts';

const folder = mkdtempSync(join(tmpdir(), 'sscard-units-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const running: { end(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const served of running.splice(0)) await served.end();
});

/** A new card in an emulated unit. @returns its reader address, and the hand that moves the card */
async function unit(protocol: string) {
  const file = join(folder, `${protocol}.json`);
  expect((await sscard(['sim', 'new', file, '--force', '--seed', '7'])).code).toBe(0);
  const served = going(folder, ['sim', 'serve', file, '--serial', protocol]);
  running.push(served);
  await served.until('"event":"unit"');
  const reader = String(served.objects()[0]?.['reader']);
  return { file, reader, served };
}

test('every protocol of the reader address has an emulated unit', () => {
  expect([...emulatedProtocols].sort()).toEqual(expect.arrayContaining([...unitProtocols].sort()));
});

describe.each(unitProtocols)('a card in a unit that speaks %s', (protocol) => {
  test('is read and checked with the PSAM in the SAM socket of the same unit', async () => {
    const { reader, file } = await unit(protocol);
    const overUnit = await sscardJson(['read', '--reader', reader]);
    const direct = await sscardJson(['read', '--reader', `sim:${file}`, '--psam', `sim:${file}`]);
    expect(overUnit).toEqual(direct);
    expect(await sscardJson(['check', '--reader', reader])).toMatchObject({ code: 0, answer: { verdict: 'normal' } });
  });
});

describe('a unit on a port', () => {
  test('lends its PSAM by name, without opening the port a second time', async () => {
    const { reader } = await unit('ccid-gemplus');
    const trace = join(folder, 'trace');
    const { answer } = await sscardJson(['check', '--reader', reader, '--psam', `${reader}&slot=1`, '--trace', trace]);
    expect(answer).toMatchObject({ verdict: 'normal' });
    expect(readFileSync(trace, 'utf8')).toContain('# key IRK: psam');
  });

  test('shows its slots', async () => {
    const { reader, served } = await unit('ccid-gemplus');
    served.type('remove');
    const { answer } = await sscardJson(['readers', '--reader', reader]);
    expect(answer['readers']).toMatchObject([
      { kind: 'card', state: 'empty' },
      { kind: 'sam', state: 'present' },
      { kind: 'sam', state: 'empty' },
      { kind: 'sam', state: 'empty' },
      { kind: 'sam', state: 'empty' },
    ]);
  });

  test('lends the PSAM to a card behind another driver', async () => {
    const { reader, file } = await unit('ccid-gemplus');
    const other = await sscardJson(['check', '--reader', `sim:${file}`, '--psam', reader]);
    expect(other).toMatchObject({ code: 0, answer: { verdict: 'normal' } });
  });

  test.each([
    ['a slot that it has not', '&slot=9', 'reader-not-found', 3],
    ['an option that its protocol has not', '&magic=1', 'address-malformed', 2],
  ])('%s', async (_, more, code, exit) => {
    const { reader } = await unit('ccid-gemplus');
    const ended = await sscardJson(['read', '--reader', reader + more]);
    expect(ended).toMatchObject({ code: exit, answer: { error: { code } } });
  });

  test('that does not speak the protocol says nothing, and that is told', async () => {
    const { reader } = await unit('ccid-gemplus');
    const ended = await sscardJson(['readers', '--reader', reader.replace('gemplus', 'acs')]);
    expect(ended).toMatchObject({ code: 13, answer: { error: { code: 'unit-silent' } } });
  });

  test('that is not there is not found', async () => {
    const ended = await sscardJson(['read', '--reader', 'serial:/dev/no-such-port?protocol=ccid-acs']);
    expect(ended).toMatchObject({ code: 3, answer: { error: { code: 'port-not-found' } } });
  });

  test('is followed: what is there, then the card that comes and goes', async () => {
    const { reader, served } = await unit('ccid-gemplus');
    const watching = going(folder, ['readers', '--watch', '--reader', reader]);
    await watching.until('"card-inserted"');
    served.type('remove');
    await watching.until('"card-removed"');
    watching.interrupt();
    const { code, objects } = await watching.end();
    expect(code).toBe(12);
    const events = objects.flatMap(({ event }) => event ?? []);
    expect(events.filter((event) => event !== 'reader-attached')).toEqual(['card-inserted', 'card-removed']);
  });
});

describe('doctor', () => {
  test('reaches the unit that is named, and does without PC/SC', async () => {
    const { reader } = await unit('ccid-gemplus');
    const { answer } = await sscardJson(['doctor', '--reader', reader]);
    const checks = answer['checks'] as { name: string; result: string; value: string | null }[];
    expect(answer['usable']).toBe(true);
    expect(checks.find(({ name }) => name === 'unit')?.value).toContain('ccid-gemplus [present]');
    expect(checks.filter(({ name }) => /^(serialport|node-hid)$/.test(name)).map(({ result }) => result)).toEqual([
      'passed',
      'passed',
    ]);
  });

  test('says what is wrong with a unit that is not there', async () => {
    const { code, answer } = await sscardJson(['doctor', '--reader', 'serial:/dev/no-such-port?protocol=ccid-acs']);
    expect([code, answer['usable']]).toEqual([0, false]);
    expect(answer['checks']).toContainEqual(
      expect.objectContaining({ name: 'unit', result: 'failed', value: 'port-not-found' }),
    );
  });
});

describe('sim serve --serial', () => {
  test('is not together with --vpcd', async () => {
    const { code, answer } = await sscardJson([
      'sim',
      'serve',
      'x.json',
      '--serial',
      'ccid-acs',
      '--vpcd',
      '127.0.0.1:1',
    ]);
    expect([code, answer.error?.code]).toEqual([2, 'argument-malformed']);
  });
});
