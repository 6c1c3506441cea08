import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCardFile, openCardAndPsam } from '../../src/simulator/card-file.ts';
import type { VirtualCard } from '../../src/simulator/readers.ts';
import { counterDay } from '../command/counter-day.ts';
import { sscardJson } from '../command/run.ts';
import { MakerUnit, Workshop } from './maker.ts';

/**
 * The built command over a maker's library: card in connector 01, PSAM in 11, as the level numbers them. The library's process runs
 * from the command's bundle.
 */
const USER = 0x01;
const PSAM_1 = 0x11;

/** The site has confirmed that its cards tell their tries to an empty VERIFY. */
const SITE = {
  region: 'test-site',
  nameZh: '测试站点',
  appliesTo: { generations: ['1.0', '2.0', '3.0'], divisionPrefix: '' },
  pin: { statusBy: 'empty-verify' },
};

test('doctor says what is wrong with a library', async () => {
  const { code, answer } = await sscardJson(['doctor', '--reader', 'vendor:/nowhere/libmaker.so']);
  expect([code, answer['usable']]).toEqual([0, false]);
  const checks = answer['checks'] as { name: string }[];
  expect(checks.find(({ name }) => name === 'unit')).toMatchObject({ result: 'failed', value: 'library-missing' });
});

describe.each(['1.0', '2.0', '3.0'] as const)('a %s card over a maker’s library', (generation) => {
  let workshop: Workshop;
  let unit: MakerUnit;
  let where: string;
  let more: readonly string[];

  beforeAll(async () => {
    workshop = new Workshop();
    const folder = mkdtempSync(join(workshop.folder, 'card-'));
    const file = join(folder, 'card.json');
    const profile = join(folder, 'site.json');
    writeFileSync(profile, JSON.stringify(SITE));
    await createCardFile(file, { generation, seed: 71 });
    const { card, psam } = await openCardAndPsam(file);
    unit = await MakerUnit.listen(join(folder, 'unit'));
    unit.slots.set(USER, card as VirtualCard).set(PSAM_1, psam);
    where = `vendor:${workshop.build('libmaker.so')}?maker=huada&port=${unit.port}`;
    more = ['--profile', profile];
  });
  afterAll(async () => {
    await unit[Symbol.asyncDispose]();
    workshop[Symbol.dispose]();
  });

  test('every act of a counter is one command', { timeout: 240_000 }, async () => {
    const place = ['--reader', where, '--psam', `${where}&slot=psam1`, ...more];
    await counterDay((words, options) => sscardJson([...words, ...place], options), generation);
  });

  test('the PSAM in its socket is found by itself', async () => {
    const { code, answer } = await sscardJson(['read', '--reader', where, ...more]);
    expect([code, answer.error]).toEqual([0, undefined]);
    expect(answer['card']).toMatchObject({ terminalNumber: '320400000001', withheld: [] });
  });

  test('the bank side answers', async () => {
    const { code, answer } = await sscardJson(['bank', 'info', '--reader', where]);
    // Cards of 1.0 were issued long ago.
    const state = generation === '1.0' ? 'expired' : 'usable';
    expect([code, answer['bank']]).toEqual([0, expect.objectContaining({ state })]);
  });

  test('doctor looks at the unit that is named, and does without the service', async () => {
    const { answer } = await sscardJson(['doctor', '--reader', where]);
    expect(answer).toMatchObject({ usable: true });
    const checks = answer['checks'] as { name: string; result: string; value: string }[];
    expect(checks.find(({ name }) => name === 'unit')).toMatchObject({ result: 'passed' });
    expect(checks.find(({ name }) => name === 'unit')?.value).toContain('libmaker.so [present]');
  });

  test('the slots are listed', async () => {
    const { answer } = await sscardJson(['readers', '--reader', where]);
    const slots = answer['readers'] as { kind: string; state: string }[];
    expect(slots.map(({ kind, state }) => `${kind} ${state}`)).toEqual([
      'card present',
      'sam present',
      'sam empty',
      'sam empty',
      'sam empty',
    ]);
  });
});
