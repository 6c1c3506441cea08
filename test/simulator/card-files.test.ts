import { describe, expect, it } from 'vitest';
import type { CardImage, FileImage } from '../../src/simulator/image.ts';
import { authenticate, GET_CHALLENGE, poweredCard, SELECT_SSSE, talk } from './cards.ts';

const FREE = { read: 'free', update: 'free' } as const;

/** The golden card with one more file in the SSSE. */
const withFile =
  (file: FileImage) =>
  (image: CardImage): CardImage => ({
    ...image,
    directories: image.directories.map((directory, at) =>
      at === 0 ? { ...directory, files: [...directory.files, file] } : directory,
    ),
  });

const small: FileImage = { ...FREE, fid: 'EF11', sfi: 0x11, kind: 'transparent', size: 300, data: '0102030405' };
const log: FileImage = {
  ...FREE,
  ...{ fid: 'EF12', sfi: 0x12, kind: 'cyclic', recordLength: 2, capacity: 3 },
  records: ['AA01', 'AA02'],
};
const group: FileImage = { ...FREE, fid: 'EF13', sfi: 0x13, kind: 'records', records: ['990131', '990132', '980133'] };

async function answer(file: FileImage, ...commands: string[]): Promise<string | undefined> {
  return talk(await poweredCard(withFile(file)), SELECT_SSSE, ...commands).at(-1);
}

describe('READ RECORD (4)', () => {
  it('finds the first record of a tag', async () => {
    expect(await answer(group, '00B2999803')).toBe('9901319000');
  });

  it('reaches a repeated group by its record number', async () => {
    expect(await answer(group, '00B2029C03')).toBe('9901329000');
  });

  it('has no record 0', async () => {
    expect(await answer(group, '00B2009C03')).toBe('6A83');
  });

  it('reads a cyclic file by number, newest first, as it is', async () => {
    expect(await answer(log, '00B2019402')).toBe('AA019000');
  });

  it('does not search a cyclic file for tags', async () => {
    expect(await answer(log, '00B2AA9002')).toBe('6981');
  });

  it('makes a file current even when reading it is refused', async () => {
    expect(await answer({ ...group, read: 'never' }, '00B2999803', '00B2990003')).toBe('6982');
  });
});

describe('READ BINARY (4)', () => {
  it('reads at an offset of the current file', async () => {
    expect(await answer(small, '00A4020002EF11', '00B0000302')).toBe('04059000');
  });

  it('reads with the file named and an offset in P2', async () => {
    expect(await answer(small, '00B0910402')).toBe('05FF9000');
  });

  it('gives 256 bytes for Le 00 when there are more', async () => {
    expect((await answer(small, '00B0910000'))?.length).toBe(2 * 258);
  });

  it('gives the rest for Le 00 near the end', async () => {
    expect(await answer(small, '00A4020002EF11', '00B0012A00')).toBe('FFFF9000');
  });

  it('says how much there is when less is left than asked for (10)', async () => {
    expect(await answer(small, '00A4020002EF11', '00B0012A03')).toBe('6C02');
  });

  it.each(['00B0012C01', '00B0012C00', '00B07FFF01'])('has nothing past the end: %s', async (read) => {
    expect(await answer(small, '00A4020002EF11', read)).toBe('6B00');
  });

  it('needs a current file when none is named', async () => {
    expect(await answer(small, '00B0000001')).toBe('6986');
  });

  it.each(['00B0800001', '00B0B10001'])('refuses an SFI that cannot be: %s', async (read) => {
    expect(await answer(small, read)).toBe('6A86');
  });
});

describe('UPDATE RECORD (4)', () => {
  it('writes one record by number and leaves the others', async () => {
    const read = ['00B2019C00', '00B2029C00'];
    const card = await poweredCard(withFile(group));
    expect(talk(card, SELECT_SSSE, '00DC029C03990139', ...read).slice(1)).toEqual(['9000', '9901319000', '9901399000']);
  });

  it.each([
    ['a length inside that is not the stored one', '00DC999803990239', '6A80'],
    ['a record that is not there', '00DC979803970139', '6A83'],
    ['a mode that is not used', '00DC999903990139', '6A86'],
    ['no data', '00DC9998', '6700'],
    ['a file that is not there', '00DC99F803990139', '6A82'],
  ])('refuses %s', async (_, command, status) => {
    expect(await answer(group, command)).toBe(status);
  });

  it('does not fit a transparent file', async () => {
    expect(await answer(small, '00DC018C03990139')).toBe('6981');
  });

  it('does not write a file that nobody may write', async () => {
    expect(await answer({ ...group, update: 'never' }, '00DC999803990139')).toBe('6982');
  });
});

describe('a new record in a cyclic file (4, 10)', () => {
  const all = ['00B2019402', '00B2029402', '00B2039402', '00B2049402'];

  it.each(['00DC009302AA03', '00E2009002AA03'])('is the first, and the others move on: %s', async (command) => {
    const card = await poweredCard(withFile(log));
    expect(talk(card, SELECT_SSSE, command, ...all).slice(1)).toEqual([
      '9000',
      'AA039000',
      'AA019000',
      'AA029000',
      '6A83',
    ]);
  });

  it('pushes the oldest out of a full file', async () => {
    const card = await poweredCard(withFile(log));
    talk(card, SELECT_SSSE, '00E2009002AA03', '00E2009002AA04');
    expect(talk(card, ...all)).toEqual(['AA049000', 'AA039000', 'AA019000', '6A83']);
  });

  it('is stored', async () => {
    const saved: CardImage[] = [];
    const card = await poweredCard(withFile(log), { save: (image) => saved.push(image) });
    talk(card, SELECT_SSSE, '00E2009002AA03');
    expect(saved.at(-1)?.directories[0]?.files.at(-1)).toMatchObject({ records: ['AA03', 'AA01', 'AA02'] });
  });

  it.each([
    ['a shorter record', '00E2009001AA', '6700'],
    ['a longer record', '00DC009303AA0300', '6700'],
    ['no record', '00E20090', '6700'],
    ['a record number', '00DC019302AA03', '6A86'],
    ['a mode in P2', '00E2009302AA03', '6A86'],
    ['the update of a record by number', '00DC019402AA03', '6981'],
    ['the update of a record by tag', '00DCAA9002AA03', '6981'],
    ['a file that is not there', '00E200A002AA03', '6A82'],
    ['no current file', '00E2000002AA03', '6986'],
  ])('refuses %s', async (_, command, status) => {
    expect(await answer(log, command)).toBe(status);
  });

  it('is not for files of other kinds', async () => {
    expect(await answer(group, '00E2009803990139')).toBe('6981');
    expect(await answer(small, '00E2008803990139')).toBe('6981');
  });

  it('needs the right to update', async () => {
    expect(await answer({ ...log, update: 'key:04' }, '00E2009002AA03')).toBe('6982');
  });
});

describe('UPDATE BINARY (4)', () => {
  it('writes at an offset and leaves the rest', async () => {
    expect(await answer(small, '00D6910102AABB', '00B0910005')).toBe('01AABB04059000');
  });

  it.each([
    ['an offset past the end', '00D6012C01AA', '6B00'],
    ['more than there is room for', '00D6012B02AABB', '6A84'],
    ['no data', '00D60000', '6700'],
  ])('refuses %s', async (_, command, status) => {
    expect(await answer(small, '00A4020002EF11', command)).toBe(status);
  });

  it('does not fit a file of records', async () => {
    expect(await answer(group, '00D6930001AA')).toBe('6981');
  });

  it('writes the photo under the update key only (2.2)', async () => {
    const write = '00D6880002FFD8';
    const earned = [GET_CHALLENGE, authenticate('0A'), write, GET_CHALLENGE];
    expect(talk(await poweredCard(), SELECT_SSSE, write, ...earned).slice(0, 5)).toEqual([
      '611E',
      '6982',
      '11223344556677889000',
      '9000',
      '6982',
    ]);
    expect(talk(await poweredCard(), SELECT_SSSE, GET_CHALLENGE, authenticate('04'), write).at(-1)).toBe('9000');
  });
});

describe('access rules on the card (2.2)', () => {
  const either = { anyOf: ['pin', 'key:0A'] } as const;
  const both = { allOf: ['pin', 'key:0A'] } as const;
  const pin = '0020000003123456';
  const key = [GET_CHALLENGE, authenticate('0A')];
  const read = '00B2999803';

  it.each([
    ['PIN | key', either, [], '6982'],
    ['PIN | key', either, [pin], '9901319000'],
    ['PIN | key', either, key, '9901319000'],
    ['PIN + key', both, [pin], '6982'],
    ['PIN + key', both, key, '6982'],
    ['PIN + key', both, [pin, ...key], '9901319000'],
    ['PIN', 'pin', key, '6982'],
    ['PIN', 'pin', [pin], '9901319000'],
    ['never', 'never', [pin, ...key], '6982'],
  ] as const)('%s', async (_, rule, before, expected) => {
    expect(await answer({ ...group, read: rule }, ...before, read)).toBe(expected);
  });
});
