import { expect, test } from 'vitest';
import { SscardError } from '../../../apdu/errors.ts';
import { fileFault } from '../../../src/social/profile/file-check.ts';
import { loadWholeProfile } from '../../../src/social/profile/load.ts';
import { withOverlay } from '../../../src/social/profile/merge.ts';
import { parseOverlay } from '../../../src/social/profile/overlay.ts';
import { type Rng, random, report, seeds } from '../seeds.ts';

/** Overlay files: a description that holds together, or an error that names line and column; nothing else. */
const COUNT = 4_000;

const GOOD = {
  region: 'site',
  nameZh: '本站',
  appliesTo: { generations: ['2.0', '3.0'], divisionPrefix: '3204' },
  files: [
    { directory: 'DF04', ef: 'EF06', read: { anyOf: ['pin', 'key:84'] }, items: [{ tag: '92', length: 5 }] },
    {
      directory: 'DF01',
      ef: 'EF15',
      items: [{ tag: '40', record: 2, length: 62, items: [{ tag: '59', length: 50 }] }],
    },
    { directory: 'DF02', ef: 'EF07', records: 8 },
  ],
  keys: [{ directory: 'DF01', name: 'RKDF01', id: '8F', psam: { usage: '47', id: '2E' }, tries: 3 }],
  security: { mac: 'pboc', rightsOutliveDirectory: true },
  purse: { creditLoad: 'B0220001', types: { load: '02', purchase: '06' } },
  pin: { digits: [6, 6], tries: 3, statusBy: 'empty-verify' },
  binaryChunk: 128,
};
const KEYS = [
  'read',
  'id',
  'tag',
  'items',
  'key',
  'psam',
  'digits',
  'length',
  'record',
  '__proto__',
  'constructor',
  '',
  '張',
];
const VALUES: readonly unknown[] = [
  ...[
    null,
    true,
    0,
    -1,
    1,
    8,
    84,
    254,
    1e300,
    0.5,
    '',
    'pin',
    'key:85',
    'key:FF',
    'free',
    'DF04',
    'DF0F',
    'EF05',
    '8C',
  ],
  ...[
    [],
    {},
    ['pin'],
    { anyOf: ['key:84'] },
    { allOf: [] },
    { tag: '40', length: 3 },
    { directory: 'SSSE', ef: 'EF05' },
  ],
];
const PIECES = [...'{}[],:"\\\n\t /*0-e.', 'null', '1e999', '"\\u0000"', '"\\ud800"', '\u2028', '\ufeff'];

/** A copy with one member changed, taken out, put in, or doubled, anywhere. */
function changed(rng: Rng, value: unknown): unknown {
  if (Array.isArray(value)) {
    const at = rng.int(value.length + 1);
    if (rng.int(4) === 0) return value.toSpliced(at, rng.int(2), rng.pick(VALUES));
    return value.map((element, index) => (index === at ? changed(rng, element) : element));
  }
  if (typeof value !== 'object' || value === null || rng.int(6) === 0) return rng.pick(VALUES);
  const entries = Object.entries(value);
  const at = rng.int(entries.length + 1);
  const [name, old] = entries[at] ?? [rng.pick(KEYS), undefined];
  const rest = entries.filter((_, index) => index !== at);
  return Object.fromEntries(rng.int(8) === 0 ? rest : [...rest, [name, changed(rng, old)]]);
}

function input(rng: Rng): string | Uint8Array {
  switch (rng.int(8)) {
    case 0:
      return rng.bytes(rng.int(200));
    case 1:
      return Array.from({ length: rng.int(60) }, () => rng.pick(PIECES)).join('');
    case 2: {
      const text = JSON.stringify(GOOD, undefined, 1);
      const at = rng.int(text.length);
      return text.slice(0, at) + rng.pick(PIECES) + text.slice(at + rng.int(4));
    }
    case 3:
      return rng.pick(['[', '{"a":']).repeat(rng.int(40_000));
    case 4:
      return JSON.stringify(GOOD, undefined, rng.int(3));
    default: {
      let value: unknown = GOOD;
      for (let times = 1 + rng.int(3); times > 0; times--) value = changed(rng, value);
      return JSON.stringify(value);
    }
  }
}

test('overlay files', { timeout: 300_000 }, async () => {
  const used = seeds();
  const base = await loadWholeProfile('2.0');
  let [valid, refused] = [0, 0];
  for (const seed of used) {
    const rng = random(seed);
    for (let count = 0; count < COUNT; count++) {
      const source = input(rng);
      try {
        const overlay = await parseOverlay(source, 'site.json');
        expect(
          withOverlay(base, overlay)
            .files.map(fileFault)
            .filter((fault) => fault !== undefined),
        ).toEqual([]);
        valid++;
      } catch (error) {
        if (!(error instanceof SscardError)) throw new Error(`seed ${seed}, input ${count}`, { cause: error });
        const { line = 0, column = 0, place } = error.details;
        if (error.code !== 'profile-malformed' || line < 1 || column < 1 || place !== 'site.json') throw error;
        refused++;
      }
    }
  }
  report('overlay files', valid + refused, used, `${valid} valid`);
  expect(valid).toBeGreaterThan(COUNT / 20);
  expect(refused).toBeGreaterThan(COUNT);
});
