import { expect, test } from 'vitest';
import { SscardError } from '../../../apdu/errors.ts';
import { parseAddress } from '../../../src/cli/address.ts';
import { parseArguments } from '../../../src/cli/arguments.ts';
import { planFromArguments, planFromScript } from '../../../src/cli/exchange-list.ts';
import { type Rng, random, seeds } from '../seeds.ts';

const COUNT = 4_000;
const WORDS = [
  ...[
    'read',
    'readers',
    'sim',
    'new',
    'apdu',
    'script',
    '--json',
    '--reader',
    '--reader=',
    '--lang',
    'zh',
    '--',
    '-',
    '-h',
    '--watch',
  ],
  ...[
    'sim:',
    'pcsc:',
    'replay:x?match=any',
    'replay:?',
    'serial:x',
    ':',
    '00A4040000=9000',
    '=9000',
    '=',
    '00A4 ',
    '\u0000',
    '--constructor',
  ],
  ...['__proto__', '--__proto__', '00200000', '00A40400FF', '#', '\n', '\r\n', '\ufeff', '张三'],
];

const phrase = (rng: Rng) => Array.from({ length: rng.int(8) }, () => rng.pick(WORDS));
const noise = (rng: Rng) => String.fromCharCode(...rng.bytes(rng.int(30)));

function typed(what: string, act: () => unknown): boolean {
  try {
    act();
    return true;
  } catch (error) {
    if (!(error instanceof SscardError)) throw new Error(what, { cause: error });
    return false;
  }
}

test.each(seeds())(`arguments, addresses and scripts: a value or a typed error (seed %i, ${COUNT} inputs)`, (seed) => {
  const rng = random(seed);
  let valid = 0;
  for (let count = 0; count < COUNT; count++) {
    const words = [...phrase(rng), ...(rng.int(3) === 0 ? [noise(rng)] : [])];
    const what = `seed ${seed}, input ${count}: ${JSON.stringify(words)}`;
    const outcomes = [
      typed(what, () => parseArguments(words)),
      typed(what, () => parseAddress(words[0] ?? '')),
      typed(what, () => planFromArguments(words)),
      typed(what, () => planFromScript(words.join(rng.pick(['', ' ', '\n'])), 'script')),
      typed(what, () => planFromScript(rng.bytes(rng.int(100)), 'script')),
    ];
    if (outcomes.some(Boolean)) valid++;
  }
  expect(valid).toBeGreaterThan(100);
});
