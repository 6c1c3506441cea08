import { expect, test } from 'vitest';
import { SscardError } from '../../../apdu/errors.ts';
import { parseConfig } from '../../../src/cli/config.ts';
import { type Rng, random, seeds } from '../seeds.ts';

const COUNT = 4_000;
/** Keys of a configuration, then others. */
const KEYS = [
  ...[
    'reader',
    'lang',
    'timeout',
    'aliases',
    'binding',
    'operator',
    'psam',
    'interface',
    'hsm',
    'profile',
    'pinFrom',
    'pad',
  ],
  ...['url', 'ca', 'raeder', '__proto__', 'constructor', ''],
];
const GOOD =
  '{\n  "reader": "pcsc:counter",\n  "lang": "zh",\n  "timeout": 10,\n  "aliases": { "counter": "Gemalto" }\n}\n';
const PIECES = [...'{}[],:"\\\n\t /*0-e.', 'null', 'true', '1e999', '"\\u0000"', '"\\ud800"', '张', '\u2028', '\ufeff'];

function value(rng: Rng, depth: number): unknown {
  const kinds = depth === 0 ? 5 : 7;
  switch (rng.int(kinds)) {
    case 0:
      return rng.pick(['zh', 'koffi', 'sim:', '', 'x'.repeat(rng.int(2000))]);
    case 1:
      return rng.pick([0, -1, 30, 86_400, 86_401, 1e300]);
    case 2:
      return rng.pick([null, true, false]);
    case 3:
      return rng.pick(KEYS);
    case 4:
      return String.fromCharCode(...rng.bytes(rng.int(20)));
    case 5:
      return Array.from({ length: rng.int(4) }, () => value(rng, depth - 1));
    default:
      return Object.fromEntries(Array.from({ length: rng.int(5) }, () => [rng.pick(KEYS), value(rng, depth - 1)]));
  }
}

function mutated(rng: Rng): string {
  let text = GOOD;
  for (let times = 1 + rng.int(4); times > 0; times--) {
    const at = rng.int(text.length + 1);
    text = text.slice(0, at) + rng.pick(PIECES) + text.slice(at + rng.int(4));
  }
  return text;
}

function input(rng: Rng): string | Uint8Array {
  switch (rng.int(6)) {
    case 0:
      return rng.bytes(rng.int(200));
    case 1:
      return Array.from({ length: rng.int(60) }, () => rng.pick(PIECES)).join('');
    case 2:
      return '['.repeat(rng.int(60_000));
    case 3:
      return JSON.stringify(value(rng, 3), undefined, rng.int(3));
    case 4:
      return JSON.stringify(Object.fromEntries([[rng.pick(KEYS), value(rng, 2)]]));
    default:
      return mutated(rng);
  }
}

test.each(seeds())(
  `configuration files: a value, or an error that names line and column (seed %i, ${COUNT} inputs)`,
  (seed) => {
    const rng = random(seed);
    let [valid, refused] = [0, 0];
    for (let count = 0; count < COUNT; count++) {
      const source = input(rng);
      const before = typeof source === 'string' ? source : source.slice();
      try {
        const config = parseConfig(source);
        expect(Object.keys(config).filter((key) => !KEYS.slice(0, 12).includes(key))).toEqual([]);
        valid++;
      } catch (error) {
        if (!(error instanceof SscardError)) throw new Error(`seed ${seed}, input ${count}`, { cause: error });
        const { line = 0, column = 0 } = error.details;
        if (error.code !== 'config-malformed' || line < 1 || column < 1) throw error;
        refused++;
      }
      expect(source).toEqual(before);
    }
    expect(valid).toBeGreaterThan(50);
    expect(refused).toBeGreaterThan(1_000);
  },
);
