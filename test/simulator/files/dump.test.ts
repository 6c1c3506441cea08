import { beforeAll, describe, expect, it } from 'vitest';
import { SscardError } from '../../../apdu/errors.ts';
import { diffOf } from '../../../src/social/files/diff.ts';
import { dumpOf, type FilesDump, parseDump } from '../../../src/social/files/dump.ts';
import type { FilesReading } from '../../../src/social/files/reading.ts';
import { inserted, pin, withFile, withRecords } from './cards.ts';

let whole: FilesReading;
beforeAll(async () => {
  const { files } = await inserted();
  whole = await files.read('all', pin());
});

const textOf = (dump: FilesDump) => JSON.stringify(dump, null, 1);
const parsed = (reading: FilesReading) => parseDump(textOf(dumpOf(reading)), 'card.dump');

describe('a dump', () => {
  it('of a whole card is read back as it was', async () => {
    expect(await parsed(whole)).toEqual(whole);
  });

  it('of what a card of another layout has, and of what it keeps to itself', async () => {
    const group = withRecords('DF01', 'EF15', (all) => [...all.slice(0, 3), '99023132']);
    const missing = withRecords('SSSE', 'EF05', (all) => all.filter((record) => !record.startsWith('06')));
    const { files } = await inserted({
      change: (image) => withFile(missing(group(image)), 'DF01', 'EF07', () => undefined),
    });
    const reading = await files.read(['SSSEEF05', 'DF01EF07', 'DF01EF15', 'DF02EF07:04', 'DF04EF08']);
    expect(reading.files.map(({ kind }) => kind)).toEqual(['read', 'absent', 'read', 'read', 'withheld']);
    expect(await parsed(reading)).toEqual(reading);
  });

  it('holds bytes, each record once', async () => {
    const { files } = await inserted();
    const dump = dumpOf(await files.read(['SSSEEF05|05', 'DF04EF15:02']));
    expect(dump).toEqual({
      format: 'sscard-dump',
      version: 1,
      generation: '2.0',
      specificationVersion: whole.specificationVersion,
      division: whole.division,
      files: [
        {
          file: 'SSSEEF05',
          kind: 'read',
          items: [{ address: 'SSSEEF05|05', name: 'issueDate', raw: expect.stringMatching(/^\d{8}$/) }],
        },
        { file: 'DF04EF15', kind: 'read', items: [{ address: 'DF04EF15:02', raw: expect.stringMatching(/^.{6}$/) }] },
      ],
    });
  });
});

describe('a dump that is none is refused, with the place', () => {
  const good = {
    format: 'sscard-dump',
    version: 1,
    generation: '2.0',
    specificationVersion: '2.00',
    division: '320400',
    files: [{ file: 'SSSEEF05', kind: 'read', items: [{ address: 'SSSEEF05|05', raw: '20200115' }] }],
  };
  const refusal = async (source: string | Uint8Array) => {
    const error = await parseDump(source, 'card.dump').catch((one: unknown) => one);
    if (!(error instanceof SscardError)) throw new Error('it was read');
    const { place, line, column } = error.details;
    return `${error.code} ${place}:${line}:${column} ${error.message}`;
  };
  /** One member a line: the line tells which it is. */
  const changed = (from: string, to: string) => JSON.stringify(good, null, 1).replace(from, to);

  it.each([
    ['nothing', '', 'dump-malformed card.dump:1:1 ValueExpected'],
    ['a text', '"x"', 'dump-malformed card.dump:1:1 the dump must be object'],
    ['bytes that are no UTF-8', Uint8Array.of(0xff), 'dump-malformed card.dump:1:1 not UTF-8'],
    ['another format', changed('sscard-dump', 'x'), 'dump-malformed card.dump:2:12 format must be equal to constant'],
    [
      'a later version',
      changed('"version": 1', '"version": 2'),
      'dump-malformed card.dump:3:13 version must be equal to constant',
    ],
    [
      'a file the card does not have',
      changed('"SSSEEF05"', '"DF09EF05"'),
      'dump-malformed card.dump:9:12 no such file in the description of this card',
    ],
    [
      'an item the file does not have',
      changed('SSSEEF05|05', 'SSSEEF05|99'),
      'dump-malformed card.dump:13:17 no such item in this file',
    ],
    [
      'half a byte',
      changed('20200115', '2020011'),
      'dump-malformed card.dump:14:13 files.0.items.0.raw must match pattern "^([0-9A-F]{2})*$"',
    ],
    [
      'an unknown member',
      changed('"raw"', '"text"'),
      "dump-malformed card.dump:12:5 files.0.items.0 must have required property 'raw'",
    ],
  ])('%s', async (_, source, message) => {
    expect(await refusal(source)).toBe(message);
  });
});

describe('two readings', () => {
  const readingOf = async (change: Parameters<typeof inserted>[0], what: 'all' | string[] = 'all') => {
    const { files } = await inserted(change);
    return files.read(what, pin());
  };

  it('of the same card do not differ', () => {
    expect(diffOf(whole, whole)).toEqual({ items: [], files: [], compared: 198 + 7 + 8 + 10 + 21 + 4 });
  });

  it('differ where bytes differ', async () => {
    const change = withRecords('SSSE', 'EF05', (all) =>
      all.map((one) => (one.startsWith('06') ? '060420400101' : one)),
    );
    const { items } = diffOf(whole, await readingOf({ change }));
    expect(items).toMatchObject([
      { address: 'SSSEEF05|06', item: { name: 'expiryDate' }, second: { kind: 'value', value: '2040-01-01' } },
    ]);
  });

  it('differ where one card has a record more', async () => {
    const change = withRecords('DF04', 'EF15', (all) => all.slice(0, 1));
    const second = await readingOf({ change });
    const expected = [
      { address: 'DF04EF15:02', item: { name: 'specialSettlement.code' } },
      { address: 'DF04EF15:02', item: { name: 'specialSettlement.flag' } },
    ];
    expect(diffOf(whole, second).items).toMatchObject(expected.map((one) => ({ ...one, second: { kind: 'absent' } })));
    expect(diffOf(second, whole).items).toMatchObject(expected.map((one) => ({ ...one, first: { kind: 'absent' } })));
  });

  it('differ where a record is missing', async () => {
    const change = withRecords('SSSE', 'EF05', (all) => all.filter((one) => !one.startsWith('06')));
    const { items } = diffOf(whole, await readingOf({ change }));
    expect(items).toMatchObject([{ address: 'SSSEEF05|06', second: { kind: 'missing' } }]);
  });

  it('are compared in what both asked for', async () => {
    const some = await readingOf({}, ['SSSEEF05|05', 'DF02EF07']);
    expect(diffOf(some, whole)).toEqual({ items: [], files: [], compared: 1 + 8 });
    expect(diffOf(whole, some)).toEqual({ items: [], files: [], compared: 1 + 8 });
  });

  it('name the files that one of them could not read', async () => {
    const { files } = await inserted({ psam: false });
    const { files: differing } = diffOf(whole, await files.read('all', pin()));
    expect(differing).toHaveLength(8);
    expect(differing[0]).toEqual({ file: 'SSSEEF07', first: 'read', second: 'withheld' });
  });
});
