import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { inventFile } from '../../src/simulator/invent.ts';

// Made by: sscard sim new src/simulator/demo-card.json --generation 2.0 --seed 371 --force && npx biome check --write src/simulator/demo-card.json
// The seed is chosen so that the invented holder is 张三.
it('the built-in card is what personalising gives', async () => {
  const stored = JSON.parse(readFileSync(new URL('../../src/simulator/demo-card.json', import.meta.url), 'utf8'));
  expect(await inventFile({ generation: '2.0', seed: 371 })).toEqual(stored);
});
