import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SscardError } from '../../apdu/errors.ts';
import { openCardFile } from '../../src/simulator/card-file.ts';

/** The built-in card with the SSSE and DF04 only: one file of each kind, and more mutations of each member. */
function smallFile(): string {
  const file = JSON.parse(readFileSync(new URL('../../src/simulator/demo-card.json', import.meta.url), 'utf8'));
  const directories = file.card.directories.filter(({ name }: { name: string }) => /SSSE|DF04/.test(name));
  return JSON.stringify({ ...file, card: { ...file.card, directories } }, null, 1);
}

it('2,000 mutated card files: a card, or an error with a code', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sscard-hostile-'));
  const path = join(folder, 'card.json');
  const sample = smallFile();
  let refused = 0;
  const place = fc.nat(sample.length - 1);
  const property = fc.asyncProperty(place, fc.nat(9), fc.string({ maxLength: 3 }), async (at, drop, put) => {
    writeFileSync(path, sample.slice(0, at) + put + sample.slice(at + drop));
    try {
      (await openCardFile(path)).powerOn();
    } catch (error) {
      refused++;
      expect(error).toBeInstanceOf(SscardError);
    }
  });
  try {
    await fc.assert(property, { seed: 20_261_123, numRuns: 1_000 });
    await fc.assert(property, { numRuns: 1_000 });
  } finally {
    rmSync(folder, { recursive: true });
  }
  expect(refused).toBeGreaterThan(500);
});
