import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Counter, counterDay } from '../command/counter-day.ts';
import { command, sscard, sscardJson } from '../command/run.ts';
import { type RigSlot, type Service, startService, until } from './rig.ts';

/**
 * A day at the counter over the real PC/SC service: card and PSAM of one file in the two slots of a virtual reader, both
 * put in by `sscard sim serve`, and every act done by the built command with a site's profile file.
 */
const env = { PCSCLITE_CSOCK_NAME: '/run/pcscd/pcscd.comm' };

/** The site has confirmed that its cards tell their tries to an empty VERIFY. */
const SITE = {
  region: 'test-site',
  nameZh: '测试站点',
  appliesTo: { generations: ['1.0', '2.0', '3.0'], divisionPrefix: '' },
  pin: { statusBy: 'empty-verify' },
};

describe.each(['1.0', '2.0', '3.0'])('a day at the counter with a %s card, over the real service', (generation) => {
  let folder: string;
  let card: string;
  let service: Service;
  let serving: ReturnType<typeof spawn>;
  let counter: Counter;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sscard-pcsc-day-'));
    card = join(folder, 'card.json');
    const profile = join(folder, 'site.json');
    writeFileSync(profile, JSON.stringify(SITE));
    expect((await sscard(['sim', 'new', card, '--generation', generation, '--seed', '71'])).code).toBe(0);
    service = await startService();
    const [cardSlot, psamSlot] = service.slots as [RigSlot, RigSlot];
    serving = spawn(
      process.execPath,
      [command, 'sim', 'serve', card, '--vpcd', `127.0.0.1:${cardSlot.port}`, '--json'],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    createInterface({ input: serving.stdout as NodeJS.ReadableStream }).resume();
    await until('the service sees card and PSAM', async () => {
      const { answer } = await sscardJson(['readers', '--reader', 'pcsc:'], { env });
      return (answer['readers'] as { state: string }[]).filter(({ state }) => state === 'present').length === 2;
    });
    const where = ['--reader', `pcsc:${cardSlot.name}`, '--psam', `pcsc:${psamSlot.name}`, '--profile', profile];
    counter = (words, options = {}) => sscardJson([...words, ...where], { ...options, env });
  });

  afterAll(async () => {
    const gone = new Promise((resolve) => serving.once('exit', resolve));
    serving.stdin?.end();
    await gone;
    await service[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  test('every act is one command', { timeout: 240_000 }, async () => {
    await counterDay(counter, generation);
    const { pin } = JSON.parse(readFileSync(card, 'utf8')).card;
    expect(pin).toMatchObject({ triesLeft: 6 });
  });

  test('the reader with the PSAM is left aside where only --psam is named', async () => {
    const [, psamSlot] = service.slots as [RigSlot, RigSlot];
    const { code, answer } = await sscardJson(['read', '--psam', `pcsc:${psamSlot.name}`], { env });
    expect([code, answer.error]).toEqual([0, undefined]);
    expect(answer['card']).toMatchObject({ terminalNumber: '320400000001', withheld: [] });
  });
});
