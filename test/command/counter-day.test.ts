import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, test } from 'vitest';
import { counterDay } from './counter-day.ts';
import { sscard, sscardJson } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'sscard-day-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(['1.0', '2.0', '3.0'])('a day at the counter with a %s card, in the simulated unit', (generation) => {
  test('every act is one command', { timeout: 120_000 }, async () => {
    const card = join(folder, `${generation}.json`);
    await sscard(['sim', 'new', card, '--generation', generation, '--seed', '71']);
    await counterDay((words, options) => sscardJson([...words, '--reader', `sim:${card}`], options), generation);
  });
});
