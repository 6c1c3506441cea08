import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { entries, publicNames } from './entries.ts';

const pinned = JSON.parse(readFileSync(new URL('surface.json', import.meta.url), 'utf8')) as Record<string, string[]>;
const declared = entries();
const names = publicNames([...declared.values()]);

describe('the public surface of the package', () => {
  it('has the entries that are pinned, and no other', () => {
    expect([...declared.keys()].sort()).toEqual(Object.keys(pinned).sort());
  });

  for (const [entry, file] of declared) {
    const exported = names.get(file) ?? [];

    it(`${entry} exports the names that are pinned, and no other`, () => {
      expect(exported.map(({ name, kind }) => `${name}: ${kind}`)).toEqual(pinned[entry]);
    });

    it(`${entry} says of every public name and method what it is for`, () => {
      expect(exported.flatMap(({ name, undocumented }) => undocumented.map((part) => `${name}: ${part}`))).toEqual([]);
    });
  }
});
