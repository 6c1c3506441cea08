import { describe, expect, it } from 'vitest';
import { fromHex } from '../../apdu/bytes.ts';
import type { CardImage, FileImage } from '../../src/simulator/image.ts';
import { inventFile } from '../../src/simulator/invent.ts';
import { personalise } from '../../src/simulator/personalise.ts';
import { profileOf } from '../../src/simulator/profile.ts';

const GENERATIONS = ['1.0', '2.0', '3.0'] as const;

async function invented(generation: CardImage['generation']): Promise<CardImage> {
  return (await inventFile({ generation, seed: 5 })).card;
}

function fileOf(card: CardImage, directory: string, fid: string): FileImage {
  const file = card.directories.find(({ name }) => name === directory)?.files.find((one) => one.fid === fid);
  if (file === undefined) throw new Error(`no ${directory}${fid}`);
  return file;
}

function recordsOf(file: FileImage): readonly string[] {
  return file.kind === 'transparent' ? [] : file.records;
}

/** An empty card: no value is known. */
async function empty(generation: CardImage['generation']): Promise<CardImage> {
  const items = generation === '1.0' ? {} : { jiangsuPersonNumber: '' };
  const key = () => '00'.repeat(16);
  return personalise({ generation, algorithm: '3DES', atr: `3B6D${'00'.repeat(15)}`, items, key });
}

describe.each(GENERATIONS)('a card of generation %s', (generation) => {
  it('has every file and item of its description, each record at full length (10)', async () => {
    const { files } = await profileOf(generation, generation !== '1.0');
    for (const card of [await empty(generation), await invented(generation)]) {
      const shapes = files.map(({ directory, fid, kind }) => {
        const records = recordsOf(fileOf(card, directory, fid)).map((record) => record.slice(0, 4));
        return { file: directory + fid, records: kind === 'records' ? records : [] };
      });
      const described = files.map(({ directory, fid, kind, items }) => ({
        file: directory + fid,
        records:
          kind === 'records'
            ? items.map(({ tag, length }) => tag + length.toString(16).padStart(2, '0').toUpperCase())
            : [],
      }));
      expect(shapes).toEqual(described);
    }
  });

  it('has no byte behind or before the value of a record', async () => {
    const card = await invented(generation);
    const tagged = card.directories.flatMap(({ files }) => files).filter(({ kind }) => kind === 'records');
    for (const record of tagged.flatMap(recordsOf)) {
      expect(record.length / 2).toBe(2 + Number.parseInt(record.slice(2, 4), 16));
    }
  });

  it('has cyclic files that are empty until something is written', async () => {
    const card = await empty(generation);
    const cyclic = card.directories.flatMap(({ files }) => files).filter(({ kind }) => kind === 'cyclic');
    expect(cyclic.length).toBeGreaterThan(0);
    expect(cyclic.flatMap(recordsOf)).toEqual([]);
  });

  it('has cyclic records of one length, no more than there is room for', async () => {
    const card = await invented(generation);
    for (const file of card.directories.flatMap(({ files }) => files)) {
      if (file.kind !== 'cyclic') continue;
      expect(file.records.length).toBeLessThanOrEqual(file.capacity);
      for (const record of file.records) expect(record.length).toBe(2 * file.recordLength);
    }
  });

  it('is the same for the same seed, and another for another', async () => {
    const [one, two, other] = await Promise.all([5, 5, 6].map((seed) => inventFile({ generation, seed })));
    expect(two).toEqual(one);
    expect(other).not.toEqual(one);
  });

  it('has an account whose balance is what its log leaves', async () => {
    const card = await invented(generation);
    const sum = recordsOf(fileOf(card, 'DF04', 'EF08'))
      .map((record) => ({ type: record.slice(4, 6), amount: Number.parseInt(record.slice(32, 40), 16) }))
      .reduce((total, { type, amount }) => total + (type === '30' ? amount : -amount), 0);
    expect(card.purse?.balance).toBe(sum);
    expect(sum).toBeGreaterThan(0);
  });
});

describe('values of an invented life', () => {
  it('are all written: no name in it is unknown to every generation', async () => {
    const { default: life } = await import('../../src/simulator/life.json', { with: { type: 'json' } });
    const named = await Promise.all(GENERATIONS.map((generation) => profileOf(generation, true)));
    const names = new Set(
      named.flatMap(({ files }) => files.flatMap(({ items }) => items.map(({ name }) => name.split('.')[0]))),
    );
    expect(Object.keys(life.items).filter((name) => !names.has(name))).toEqual([]);
  });

  it('leave no placeholder behind', async () => {
    const texts = (await invented('2.0')).directories
      .flatMap(({ files }) => files.flatMap(recordsOf))
      .map((record) => Buffer.from(record, 'hex').toString('latin1'));
    expect(texts.filter((text) => /\{\w+|undefined|NaN/.test(text))).toEqual([]);
  });

  it('fill a repeated group from the front, and leave the rest empty', async () => {
    const [, first, second, third] = recordsOf(fileOf(await invented('2.0'), 'DF01', 'EF15'));
    expect([first?.slice(0, 14), second?.slice(0, 14)]).toEqual(['40345703323100', '40345703333100']);
    expect(third).toBe(`403457030000005803FFFFFF5928${'00'.repeat(40)}`);
  });

  it('have a photo that is a JPEG, filled with FF', async () => {
    const photo = fileOf(await invented('2.0'), 'SSSE', 'EF08');
    expect(photo).toMatchObject({
      kind: 'transparent',
      size: 4096,
      data: expect.stringMatching(/^FFD8FFE0.*FFC0.*FFD9$/),
    });
  });

  it('name nobody who could be called', async () => {
    const telephone = recordsOf(fileOf(await invented('2.0'), 'DF01', 'EF06'));
    const texts = telephone.map((record) => Buffer.from(record.slice(4), 'hex').toString('latin1').replace(/\0+$/, ''));
    expect([texts[2], texts[4]]).toEqual([
      expect.stringMatching(/^0519-0000\d{4}$/),
      expect.stringMatching(/^10000000\d{3}$/),
    ]);
  });
});

describe('the public key of the certificate application (2.6)', () => {
  it('is a point of the curve behind its size, on generation 3.0 only', async () => {
    const keys = await Promise.all(
      GENERATIONS.map(async (generation) => {
        const file = (await invented(generation)).certificate?.files[0];
        return file?.kind === 'transparent' ? file.data : undefined;
      }),
    );
    expect(keys.slice(0, 2)).toEqual([undefined, undefined]);
    expect(keys[2]).toMatch(/^0100[0-9A-F]{128}$/);
    const point = fromHex(keys[2]?.slice(4) ?? '');
    const p = 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn;
    const b = 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n;
    const number = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
    const [x, y] = [number(point.subarray(0, 32)), number(point.subarray(32))];
    expect((y * y - x ** 3n + 3n * x - b) % p).toBe(0n);
  });
});
