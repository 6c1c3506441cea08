import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadOverlays, loadProfile, loadWholeOverlays, loadWholeProfile } from '../../../src/social/profile/load.ts';
import { applyOverlays } from '../../../src/social/profile/merge.ts';
import { parseOverlay } from '../../../src/social/profile/overlay.ts';
import type { CardProfile, Generation } from '../../../src/social/profile/profile.ts';

const HEAD = { region: 'site', nameZh: '本站' };
const overlay = (members: object, divisionPrefix = '', generations: readonly Generation[] = ['2.0']) =>
  JSON.stringify({ ...HEAD, appliesTo: { generations, divisionPrefix }, ...members }, undefined, 2);

/** The description of a card of Changzhou with an overlay file of the site. */
async function corrected(members: object, generation: Generation = '2.0'): Promise<CardProfile> {
  const site = await parseOverlay(overlay(members, '', [generation]), 'site.json');
  return applyOverlays(await loadWholeProfile(generation), [...(await loadWholeOverlays()), site], '320400');
}

const fileOf = (profile: CardProfile, address: string) =>
  profile.files.find(({ directory, ef }) => directory + ef === address);
const keyOf = ({ keys }: CardProfile, name: string) => keys.find((key) => key.name === name);

it('an overlay file may name its schema, for editors', async () => {
  const source = overlay({ $schema: './overlay.schema.json', binaryChunk: 128 });
  expect(await parseOverlay(source, 'site.json')).toEqual({
    ...HEAD,
    appliesTo: { generations: ['2.0'], divisionPrefix: '' },
    binaryChunk: 128,
  });
});

it('the example of docs/profile.md is an overlay', async () => {
  const page = readFileSync(new URL('../../../docs/profile.md', import.meta.url), 'utf8');
  const [, example = ''] = /```json\n(.*?)```/s.exec(page) ?? [];
  await expect(parseOverlay(example, 'docs/profile.md')).resolves.toMatchObject({ region: 'site' });
});

it.each(['1.0', '2.0', '3.0'] as const)(
  'an overlay file may say everything the description of %s says',
  async (generation) => {
    const { generation: _, versions, application, ...members } = await loadWholeProfile(generation);
    await expect(parseOverlay(overlay(members, '11', [generation]), 'site.json')).resolves.toMatchObject(members);
  },
);

describe('an overlay file corrects', () => {
  it('the identifier of a key, and the rules that name it', async () => {
    const profile = await corrected({ keys: [{ directory: 'DF01', name: 'RKDF01', id: '8F' }] });
    expect(keyOf(profile, 'RKDF01')).toMatchObject({ id: '8F', psam: { usage: '47', id: '2E' } });
    expect(fileOf(profile, 'DF01EF05')?.read).toEqual({ anyOf: ['pin', 'key:8F'] });
    // Another directory has a key of the old identifier, too.
    expect(fileOf(profile, 'DF02EF05')?.read).toEqual({ anyOf: ['pin', 'key:82'] });
  });

  it('two identifiers that were exchanged', async () => {
    const keys = [
      { directory: 'DF03', name: 'RKDF03EF05', id: '84' },
      { directory: 'DF03', name: 'RKDF03', id: '83' },
    ];
    const profile = await corrected({ keys });
    expect(fileOf(profile, 'DF03EF05')?.read).toEqual({ anyOf: ['pin', 'key:84'] });
    expect(fileOf(profile, 'DF03EF07')?.read).toEqual({ anyOf: ['pin', 'key:83'] });
  });

  it('where PSAM and HSM have a key', async () => {
    const key = { directory: 'SSSE', name: 'UKSSSE', psam: { usage: '28', id: '12' }, hsm: '0096', tries: 3 };
    expect(keyOf(await corrected({ keys: [key] }), 'UKSSSE')).toMatchObject(key);
  });

  it('the access to a file', async () => {
    const files = [{ directory: 'DF04', ef: 'EF06', read: 'pin' }];
    const file = fileOf(await corrected({ files }), 'DF04EF06');
    expect(file).toMatchObject({ read: 'pin', update: 'key:86', name: 'offlineSettlement' });
    expect(file?.items).toHaveLength(3);
  });

  it('a file of the Jiangsu overlay', async () => {
    const files = [{ directory: 'DF07', ef: 'EF05', read: 'key:83' }];
    expect(fileOf(await corrected({ files }), 'DF07EF05')?.read).toBe('key:83');
  });

  it('an item, in its place', async () => {
    const items = [{ tag: '8C', format: 'an', length: 2 }];
    const file = fileOf(await corrected({ files: [{ directory: 'DF04', ef: 'EF05', items }] }), 'DF04EF05');
    expect(file?.items?.[3]).toMatchObject({
      tag: '8C',
      record: 4,
      name: 'medicalPersonCategory',
      format: 'an',
      length: 2,
    });
    expect(file?.items).toHaveLength(16);
  });

  it('the part of a group, in each of its records', async () => {
    const items = [{ tag: '40', length: 62, items: [{ tag: '59', length: 50 }] }];
    const file = fileOf(await corrected({ files: [{ directory: 'DF01', ef: 'EF15', items }] }), 'DF01EF15');
    const groups = file?.items?.filter(({ tag }) => tag === '40') ?? [];
    expect(groups.map(({ record, length, items: parts }) => [record, length, parts?.[2]?.length])).toEqual([
      [2, 62, 50],
      [3, 62, 50],
      [4, 62, 50],
    ]);
  });

  it('the field of a cyclic file', async () => {
    const items = [{ name: 'medicalTransaction.type', format: 'b' }];
    const file = fileOf(
      await corrected({ files: [{ directory: 'DF04', ef: 'EF08', records: 10, items }] }),
      'DF04EF08',
    );
    expect([file?.records, file?.items?.[1]?.format]).toEqual([10, 'b']);
  });

  it('the layout that nobody knew', async () => {
    const field = {
      tag: null,
      record: null,
      codeTable: null,
      confidence: 'LIKELY',
      nameConfidence: 'LIKELY',
      source: 'site',
    };
    const items = [
      { name: 'employmentRecordV1', format: 'an', length: 7 },
      { ...field, name: 'startDate', nameZh: '开始日期', format: 'cn', length: 4, meaning: 'date' },
    ];
    const files = [{ directory: 'DF02', ef: 'EF07', records: 4, recordLength: 11, items }];
    const file = fileOf(await corrected({ files }, '1.0'), 'DF02EF07');
    expect(file?.items?.map(({ name, length }) => [name, length])).toEqual([
      ['employmentRecordV1', 7],
      ['startDate', 4],
    ]);
  });

  it('a file and a directory that were not there', async () => {
    const mark = { confidence: 'LIKELY', source: 'site' };
    const item = {
      tag: '01',
      record: 1,
      name: 'local',
      nameZh: '本地',
      format: 'an',
      length: 4,
      codeTable: null,
      nameConfidence: 'LIKELY',
      ...mark,
    };
    const profile = await corrected({
      directories: [{ id: 'DF0A', fid: 'DF0A', aid: null, nameZh: '本地', ...mark }],
      files: [
        {
          directory: 'DF0A',
          ef: 'EF05',
          fid: 'EF05',
          sfi: 5,
          kind: 'records',
          name: 'localData',
          nameZh: '本地',
          read: 'free',
          update: 'never',
          items: [item],
          ...mark,
        },
      ],
    });
    expect(profile.directories.at(-1)?.id).toBe('DF0A');
    expect(fileOf(profile, 'DF0AEF05')?.items).toEqual([item]);
  });

  it.each([
    ['the MAC rule', { security: { mac: 'pboc' } }],
    ['the factor of the card', { security: { cardFactor: 'serial-zero' } }],
    ['the headers of reset and unblock', { security: { pinReload: '805E0000', pinUnblock: '84D40000' } }],
    ['how long a right lasts', { security: { rightsOutliveDirectory: true } }],
    ['limits and status of the PIN', { pin: { digits: [6, 6], tries: 3, statusBy: 'empty-verify' } }],
    ['the purse commands', { purse: { creditLoad: 'B0220001', keyIndex: 2, types: { load: '02', purchase: '06' } } }],
    ['the PSAM', { psam: { derive: 'standard', terminalNumber: { sfi: 21, length: 6 } } }],
    ['the switches', { switches: { accountTransactions: true } }],
    ['the coding', { coding: { textPadding: '0020', empty: 'FF' } }],
    ['the bytes asked for at once', { binaryChunk: 128 }],
    ['the algorithm', { algorithm: 'SM4', security: { authentication: 'SM4' } }],
  ])('%s, and leaves the other members', async (_, members) => {
    const before = applyOverlays(await loadWholeProfile('2.0'), await loadWholeOverlays(), '320400');
    const after = await corrected(members);
    expect(after).toMatchObject(members);
    for (const name of Object.keys(members) as (keyof CardProfile)[]) {
      if (typeof before[name] === 'object') expect(Object.keys(after[name] ?? {})).toEqual(Object.keys(before[name]));
    }
  });

  it.each(['SM4-zero', '3DES'] as const)('how session keys of a 3.0 card are made: %s', async (authentication) => {
    const algorithm = authentication === '3DES' ? '3DES' : 'SM4';
    const profile = await corrected({ algorithm, security: { authentication } }, '3.0');
    expect([profile.algorithm, profile.security.authentication, profile.security.mac]).toEqual([
      algorithm,
      authentication,
      'session',
    ]);
  });

  it('the certificate application', async () => {
    const profile = await corrected({ certificate: { publicKey: { fid: '0013', length: 65, head: '' } } }, '3.0');
    expect(profile.certificate).toMatchObject({
      aid: '504B492EC9E7BBE1B1A3D5CF',
      publicKey: { fid: '0013', length: 65 },
    });
  });

  it('parts of the description that a reading of the SSSE does not load, without harm to it', async () => {
    const files = [{ directory: 'DF04', ef: 'EF06', read: 'pin' }];
    const site = await parseOverlay(overlay({ files }), 'site.json');
    const basic = applyOverlays(await loadProfile('2.0'), [...(await loadOverlays()), site], '320400');
    expect(basic.files.map(({ directory, ef }) => directory + ef)).toEqual([
      'SSSEEF05',
      'SSSEEF06',
      'SSSEEF07',
      'SSSEEF08',
      'SSSEEF0D',
    ]);
  });
});
