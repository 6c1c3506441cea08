import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  detection,
  loadAssumptions,
  loadOverlays,
  loadProfile,
  loadWholeOverlays,
  loadWholeProfile,
} from '../../../src/social/profile/load.ts';
import { overlayApplies, withOverlay } from '../../../src/social/profile/merge.ts';
import type {
  AccessRule,
  CardProfile,
  FileDescription,
  Generation,
  ProfileOverlay,
} from '../../../src/social/profile/profile.ts';
import { PAGES } from '../../tools/write-docs.mjs';

const GENERATIONS: readonly Generation[] = ['1.0', '2.0', '3.0'];

async function jiangsu(): Promise<ProfileOverlay> {
  const overlay = (await loadOverlays()).find(({ region }) => region === 'jiangsu');
  if (overlay === undefined) throw new Error('no overlay for Jiangsu');
  return overlay;
}

/** Everything about a card of Jiangsu. */
async function wholeOf(generation: Generation): Promise<CardProfile> {
  const overlays = (await loadWholeOverlays()).filter((overlay) => overlayApplies(overlay, generation, '320400'));
  return overlays.reduce(withOverlay, await loadWholeProfile(generation));
}

/** The tags of a file in the order of its records. */
function tags(files: readonly FileDescription[], ef: string): string {
  const items = files.find((file) => file.ef === ef)?.items ?? [];
  return items
    .toSorted((a, b) => (a.record ?? 0) - (b.record ?? 0))
    .map(({ tag }) => tag)
    .join(' ');
}

describe.each(GENERATIONS)('profile of generation %s', (generation) => {
  it('is of that generation, and detection knows its versions', async () => {
    const profile = await loadProfile(generation);
    expect(profile.generation).toBe(generation);
    expect(profile.versions.map((version) => detection.generations[version.charAt(0)])).toEqual(
      profile.versions.map(() => generation),
    );
    expect(detection.versions).toEqual(expect.arrayContaining([...profile.versions]));
  });

  it('has the application that detection selects and the record it reads', async () => {
    const { application, files, coding } = await loadProfile(generation);
    const { directory, ...selected } = detection.application;
    expect({ directory, selected }).toEqual({ directory: 'SSSE', selected: application });
    const { padding, ef, sfi, tag, length } = detection.version;
    const file = files.find((candidate) => candidate.ef === ef);
    expect(file).toMatchObject({
      sfi,
      read: 'free',
      items: expect.arrayContaining([expect.objectContaining({ tag, length })]),
    });
    expect(padding).toBe(coding.textPadding);
  });

  it('numbers the records of each file without a gap', async () => {
    for (const { kind, items = [] } of (await wholeOf(generation)).files) {
      if (kind !== 'records') continue;
      const numbers = items.map(({ record }) => record ?? 0).toSorted((a, b) => a - b);
      expect(numbers).toEqual(numbers.map((_, at) => at + 1));
    }
  });

  it('names only keys it has', async () => {
    const overlaid = await wholeOf(generation);
    const keysOf = (rule: AccessRule): string[] => {
      if (typeof rule === 'string') return rule.startsWith('key:') ? [rule.slice(4)] : [];
      return ('anyOf' in rule ? rule.anyOf : rule.allOf).flatMap(keysOf);
    };
    for (const { directory, read, update } of overlaid.files) {
      for (const id of [...keysOf(read), ...keysOf(update)]) {
        expect(overlaid.keys.filter((key) => key.directory === directory && key.id === id)).toHaveLength(1);
      }
    }
  });
});

describe('the layouts of the reference', () => {
  it.each([
    ['1.0', '08 09 0A 0B 0C 0D', 'free'],
    ['2.0', '08 09 4E 0A 0B 0C 0D', 'free'],
    ['3.0', '08 09 4E 0A 0B 0C 0D', 'key:0A'],
  ] as const)('%s: EF05, EF06 and who may read it', async (generation, holder, read) => {
    const { files } = await loadProfile(generation);
    expect(tags(files, 'EF05')).toBe('01 02 03 04 05 06 07');
    expect(tags(files, 'EF06')).toBe(holder);
    expect(files.find(({ ef }) => ef === 'EF06')?.read).toBe(read);
  });

  it('EF08 is not on 1.0, and the fingerprint is shorter there', async () => {
    const [first, second] = await Promise.all([loadProfile('1.0'), loadProfile('2.0')]);
    expect(first.files.some(({ ef }) => ef === 'EF08')).toBe(false);
    expect([first, second].map(({ files }) => files.find(({ ef }) => ef === 'EF07')?.size)).toEqual([0x300, 0x400]);
  });

  it('EF0D comes with the overlay only', async () => {
    const profile = await loadProfile('2.0');
    expect(tags(profile.files, 'EF0D')).toBe('');
    expect(tags(withOverlay(profile, await jiangsu()).files, 'EF0D')).toBe('EA EB EC ED');
  });
});

describe('an overlay', () => {
  it('is for its generations and its divisions; a division nobody could read leaves it possible', async () => {
    const overlay = await jiangsu();
    expect(overlayApplies(overlay, '2.0', '320400')).toBe(true);
    expect(overlayApplies(overlay, '3.0', null)).toBe(true);
    expect(overlayApplies(overlay, '1.0', '320400')).toBe(false);
    expect(overlayApplies(overlay, '2.0', '110000')).toBe(false);
  });

  it('replaces a file by its members, an item by its tag and a key by its id', async () => {
    const profile = await loadProfile('2.0');
    const [file] = profile.files;
    const item = file?.items?.[0];
    const [key] = profile.keys;
    if (file === undefined || item === undefined || key === undefined) throw new Error('profile is empty');
    const overlay: ProfileOverlay = {
      ...(await jiangsu()),
      files: [{ ...file, read: 'pin', items: [{ ...item, length: 99 }] }],
      keys: [{ ...key, tries: 3 }],
    };
    const merged = withOverlay(profile, overlay);
    const changed = merged.files.find(({ ef }) => ef === file.ef);
    expect(changed?.read).toBe('pin');
    expect(changed?.items?.find(({ tag }) => tag === item.tag)?.length).toBe(99);
    expect(changed?.items).toHaveLength(file.items?.length ?? 0);
    expect(merged.keys.filter(({ id }) => id === key.id)).toEqual([{ ...key, tries: 3 }]);
    expect(merged.keys).toHaveLength(profile.keys.length);
  });

  it('that says nothing about the items of a file leaves them', async () => {
    const profile = await loadProfile('2.0');
    const [file] = profile.files;
    if (file === undefined) throw new Error('profile is empty');
    const { items, ...bare } = file;
    const merged = withOverlay(profile, { ...(await jiangsu()), files: [bare], keys: [] });
    expect(merged.files[0]?.items).toEqual(items);
  });
});

describe('assumptions', () => {
  it('have each their own name, both languages and a clause', async () => {
    const list = await loadAssumptions();
    expect(new Set(list.map(({ id }) => id)).size).toBe(list.length);
    for (const one of list) {
      expect(one).toMatchObject({
        id: expect.stringMatching(/^[a-z0-9-]+$/),
        zh: expect.stringMatching(/[\u4e00-\u9fff].*。$/),
        en: expect.stringMatching(/^[A-Z].*\.$/),
        source: expect.stringMatching(/^social-security-card\.md \d/),
      });
    }
  });
});

it.each(Object.entries(PAGES))('%s is what the profile says: node test/tools/write-docs.mjs', (path, page) => {
  expect(readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')).toBe(page());
});
