import { describe, expect, it } from 'vitest';
import { maskedItem, shownItems } from '../../../src/counter/item-masks.ts';
import { loadWholeOverlays, loadWholeProfile } from '../../../src/social/profile/load.ts';
import { applyOverlays } from '../../../src/social/profile/merge.ts';
import type { ItemDescription } from '../../../src/social/profile/profile.ts';

async function allItems(): Promise<ItemDescription[]> {
  const overlays = await loadWholeOverlays();
  const profiles = await Promise.all((['1.0', '2.0', '3.0'] as const).map(loadWholeProfile));
  const files = profiles.flatMap((profile) => applyOverlays(profile, overlays, '320400').files);
  const items = files.flatMap(({ items = [] }) => items);
  return [...items, ...items.flatMap(({ items: parts = [] }) => parts)];
}

describe('what a clerk sees of the items', () => {
  it('names only items that there are', async () => {
    const names = new Set((await allItems()).map(({ name }) => name));
    expect(shownItems.filter((name) => !names.has(name))).toEqual([]);
  });

  it('is nothing of every item that is not listed', async () => {
    const hidden = (await allItems()).filter(({ name }) => !shownItems.includes(name));
    expect(hidden.length).toBeGreaterThan(250);
    for (const { name } of hidden) expect(maskedItem(name, '12345678')).toBe('***');
  });

  it.each([
    ['telephone', '0519-85529290', '***'],
    ['socialSecurityNumber', '320499189001010113', '320499********0113'],
    ['name', '张三', '张三'],
    ['birthDate', '1890-01-01', '1890-**-**'],
    ['medicalPersonCategory', '11', '11'],
    [null, 'FFFF', '***'],
    ['toString', 'x', '***'],
  ])('%s', (name, text, shown) => {
    expect(maskedItem(name, text)).toBe(shown);
  });
});
