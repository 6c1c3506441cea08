import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { codedOf, divisionIsCovered, divisionOf, ethnicGroupOf, sexOf } from '../../../src/social/tables/lookup.ts';

const table = (name: string): { items: { code: string; nameZh: string; nameEn?: string }[] } =>
  JSON.parse(readFileSync(new URL(`../../../src/social/tables/${name}.json`, import.meta.url), 'utf8'));

describe('code tables', () => {
  it.each([
    ['sex', 4, /^\d$/],
    ['ethnic-groups', 58, /^\d\d$/],
    ['divisions', 301, /^32\d{4}$/],
    ['marital-status', 5, /^\d$/],
    ['health-status', 4, /^\d$/],
    ['households', 2, /^\d$/],
    ['medical-persons', 2, /^\d\d$/],
    ['documents', 6, /^\d\d$/],
  ])('%s: %i codes, each once, each with a Chinese name', (name, count, form) => {
    const { items } = table(name);
    expect(items).toHaveLength(count);
    expect(new Set(items.map(({ code }) => code)).size).toBe(count);
    for (const { code, nameZh } of items)
      expect(`${code} ${nameZh}`).toMatch(new RegExp(`${form.source.slice(0, -1)} \\S+$`));
  });

  it.each(['sex', 'ethnic-groups', 'marital-status', 'health-status', 'households', 'medical-persons', 'documents'])(
    '%s has English names, too',
    (name) => {
      expect(table(name).items.every(({ nameEn }) => (nameEn ?? '') !== '')).toBe(true);
    },
  );

  it('has the 13 cities of Jiangsu in both languages', () => {
    const cities = table('divisions').items.filter(
      ({ code, nameEn }) => /^32[01]\d00$/.test(code) && nameEn !== undefined,
    );
    expect(cities.filter(({ code }) => code !== '320000')).toHaveLength(13);
  });
});

describe('looking up', () => {
  it.each([
    ['320400', { nameZh: '常州市', nameEn: 'Changzhou' }],
    ['320412', { nameZh: '武进区' }],
    // Gone in 2015.
    ['320405', { nameZh: '戚墅堰区' }],
    // 郊区 until 2002, another name since: the present one.
    ['320411', { nameZh: '新北区' }],
    ['329028', { nameZh: '姜堰市' }],
    ['320499', {}],
    ['110101', {}],
    ['', {}],
  ])('division %s', async (code, names) => {
    expect(await divisionOf(code)).toEqual({ code, ...names });
  });

  it('knows where the divisions are complete', () => {
    expect([divisionIsCovered('320499'), divisionIsCovered('110101')]).toEqual([true, false]);
  });

  it('a table by the standard that an item names', async () => {
    const single = { code: '1', nameZh: '未婚', nameEn: 'Single' };
    expect(await codedOf('GB/T 2261.2 (formerly GB 4766)', '1')).toEqual({ coded: single, unknown: false });
    expect(await codedOf('GB/T 2261.2', '5')).toEqual({ coded: { code: '5' }, unknown: true });
    const passport = { code: '08', nameZh: '护照', nameEn: 'Passport' };
    expect(await codedOf('AAC058', '08')).toEqual({ coded: passport, unknown: false });
    expect(await codedOf('constructor', '1')).toEqual({ coded: { code: '1' }, unknown: false });
    expect(await codedOf('GB 11643', '1')).toBeUndefined();
  });

  it('sex and ethnic groups', async () => {
    expect(await sexOf('2')).toEqual({ code: '2', nameZh: '女', nameEn: 'Female' });
    expect(await sexOf('3')).toEqual({ code: '3' });
    expect(await ethnicGroupOf('56')).toEqual({ code: '56', nameZh: '基诺族', nameEn: 'Jino' });
    expect(await ethnicGroupOf('57')).toEqual({ code: '57' });
  });
});
