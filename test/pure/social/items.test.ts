import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fileFault } from '../../../src/social/profile/file-check.ts';
import { loadWholeOverlays, loadWholeProfile } from '../../../src/social/profile/load.ts';
import { withOverlay } from '../../../src/social/profile/merge.ts';
import type { CardProfile, FileDescription, Generation, ItemDescription } from '../../../src/social/profile/profile.ts';
import psam from '../../../src/social/profile/psam.json' with { type: 'json' };

const GENERATIONS: readonly Generation[] = ['1.0', '2.0', '3.0'];
const MARKS = { CERTAIN: 'C', LIKELY: 'L', ASSUMED: 'A' } as const;
const PSAM = (psam.files as unknown as readonly FileDescription[]).map((file) => ({ ...file, directory: 'PSAM' }));

/** One line of fixtures/golden/items.tsv. */
type Row = Readonly<Record<string, string>>;

function rows(): Row[] {
  const text = readFileSync(new URL('../../../fixtures/golden/items.tsv', import.meta.url), 'utf8');
  const [, header = '', ...lines] = text.trimEnd().split('\n');
  const names = header.split('\t');
  return lines.map((line) => Object.fromEntries(line.split('\t').map((cell, at) => [names[at] ?? '', cell])));
}

async function whole(generation: Generation): Promise<CardProfile> {
  const overlays = (await loadWholeOverlays()).filter(({ appliesTo }) => appliesTo.generations.includes(generation));
  return overlays.reduce(withOverlay, await loadWholeProfile(generation));
}

const dash = (value: string | number | null) => (value === null ? '-' : String(value));

/** An item as the list of the reference writes it, without generations, region and place. */
function cells(item: ItemDescription, inside: string): string[] {
  const { tag, record, name, nameZh, format, length, codeTable, confidence, nameConfidence, source } = item;
  const marks = MARKS[confidence] + MARKS[nameConfidence];
  const kind = format === 'group' ? 'B-TLV' : format;
  const bytes = length === 0 ? '-' : String(length);
  return [dash(tag), inside, dash(record), name, nameZh, kind, bytes, dash(codeTable), marks, source];
}

/** All items of the files, those of groups once for each tag they are in. */
function lines(files: readonly FileDescription[]): string[] {
  return files.flatMap(({ directory, ef, items = [] }) =>
    items.flatMap((item) =>
      [cells(item, '-'), ...(item.items ?? []).map((sub) => cells(sub, dash(item.tag)))].map((line) =>
        [directory, ef, ...line].join('\t'),
      ),
    ),
  );
}

/** Where the list and the data differ on purpose. */
const CORRECTED: Readonly<Record<string, string>> = {
  // The list says cn; 29 bytes are the sum of the group, whose parts it lists.
  'DF02\tEF05\t43\t-\t4\tvocationalCertificate1\t职业资格证书一\tcn': 'B-TLV',
  'DF02\tEF05\t44\t-\t5\tvocationalCertificate2\t职业资格证书二\tcn': 'B-TLV',
};

/** The notes of the list: without 4E the records after it move up, and the fingerprint is shorter. */
const OF_1_0: Readonly<Record<string, Row>> = {
  sex: { record: '3' },
  ethnicity: { record: '4' },
  birthplace: { record: '5' },
  birthDate: { record: '6' },
  fingerprint: { length: '768' },
};

function expectedLine(row: Row, generation: Generation): string {
  const { directory, ef, tag, inside, record, name, nameZh, format, length, codeTable, marks, source } = {
    ...row,
    ...(generation === '1.0' ? OF_1_0[row['name'] ?? ''] : {}),
  };
  const start = [directory, ef, tag, inside, record, name, nameZh].join('\t');
  const kind = CORRECTED[`${start}\t${format}`] ?? format;
  return [start, kind, length, codeTable, marks, source].join('\t');
}

describe('the items of the reference', () => {
  it('are 345', () => {
    expect(rows()).toHaveLength(345);
  });

  it.each(GENERATIONS)('are all there on %s, word for word', async (generation) => {
    const described = new Set(lines([...(await whole(generation)).files, ...PSAM]));
    const wanted = rows().filter(({ generations }) => generations?.split(',').includes(generation));
    const missing = wanted.map((row) => expectedLine(row, generation)).filter((line) => !described.has(line));
    expect(missing).toEqual([]);
  });

  it.each([
    // What 2.2 gives to a 1.0 card and the list has under 2.0 only: health, marital status, the transactions; the
    // parts of groups that the list has once.
    ['1.0', { SSSE: 14, DF01: 18, DF02: 36, DF03: 21, DF04: 24, PSAM: 6 }],
    ['2.0', { SSSE: 20, DF01: 28, DF02: 44, DF03: 54, DF04: 28, DF05: 37, DF06: 48, DF07: 10, PSAM: 6 }],
    ['3.0', { SSSE: 20, DF01: 28, DF02: 44, DF03: 54, DF04: 28, DF05: 37, DF06: 48, DF07: 10, PSAM: 6 }],
  ] as const)('by directory on %s, parts of a group counted once for each tag', async (generation, counts) => {
    const found: Record<string, number> = {};
    for (const line of new Set(lines([...(await whole(generation)).files, ...PSAM]))) {
      const directory = line.split('\t')[0] ?? '';
      found[directory] = (found[directory] ?? 0) + 1;
    }
    expect(found).toEqual(counts);
  });

  it('come from the Jiangsu overlay where they are of that region', async () => {
    const national = new Set(lines((await loadWholeProfile('2.0')).files));
    const regional = rows().filter(({ region }) => region === 'Jiangsu');
    expect(regional).toHaveLength(79);
    expect(regional.filter((row) => national.has(expectedLine(row, '2.0')))).toEqual([]);
  });
});

describe.each(GENERATIONS)('each file of %s', (generation) => {
  it('holds together', async () => {
    for (const file of [...(await whole(generation)).files, ...PSAM]) expect(fileFault(file)).toBeUndefined();
  });

  it('has the short identifier that its identifier ends with', async () => {
    for (const { fid, sfi } of [...(await whole(generation)).files, ...PSAM]) {
      expect(sfi).toBe(Number.parseInt(fid.slice(2), 16));
    }
  });

  it('has each tag once, but for groups that repeat', async () => {
    for (const { directory, ef, items = [] } of (await whole(generation)).files) {
      const tags = items.flatMap(({ tag }) => tag ?? []);
      const repeated = tags.filter((tag, at) => tags.indexOf(tag) !== at);
      const groups = new Set(items.filter(({ format }) => format === 'group').map(({ tag }) => tag));
      expect([directory + ef, repeated.filter((tag) => !groups.has(tag))]).toEqual([directory + ef, []]);
    }
  });

  it('has groups as long as their parts', async () => {
    const groups = (await whole(generation)).files
      .flatMap(({ items = [] }) => items)
      .filter(({ format }) => format === 'group');
    expect(groups.length).toBeGreaterThan(3);
    for (const { name, length, items = [] } of groups) {
      expect([name, items.reduce((sum, part) => sum + 2 + part.length, 0)]).toEqual([name, length]);
      expect(items.every(({ tag, record }) => tag !== null && record === null)).toBe(true);
    }
  });

  it('that is no file of records is as long as its fields', async () => {
    for (const { kind, name, items = [], size, recordLength } of [...(await whole(generation)).files, ...PSAM]) {
      if (kind === 'records') continue;
      const sum = items.reduce((all, { length }) => all + length, 0);
      expect([name, sum]).toEqual([name, (kind === 'cyclic' ? recordLength : size) ?? 0]);
      expect(items.every(({ tag, record }) => tag === null && record === null)).toBe(true);
    }
  });
});
