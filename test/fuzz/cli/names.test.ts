import { expect, test } from 'vitest';
import { jsonLine, printable, table } from '../../../src/cli/layout.ts';
import { type Rng, random, seeds } from '../seeds.ts';

const COUNT = 7_000;
const UGLY = [
  '\u0000',
  '\u0007',
  '\u001b[31m',
  '\r',
  '\n',
  '\u007f',
  '\u0085',
  '\u009b2J',
  '\u200f',
  '\u2028',
  '\u202e',
  '\u2066',
  '\ud800',
  '\udc00',
  '\ufeff',
];
// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly what must not come out
const RAW = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200f\u2028-\u202e\u2066-\u2069]/;

function name(rng: Rng): string {
  switch (rng.int(4)) {
    case 0:
      return '';
    case 1:
      return Array.from({ length: rng.int(12) }, () => rng.pick([...UGLY, 'Reader', ' ', '读写器', '00'])).join('');
    case 2:
      return new TextDecoder().decode(rng.bytes(rng.int(1024)));
    default:
      return String.fromCharCode(...Array.from({ length: rng.int(64) }, () => rng.int(0x10000)));
  }
}

test.each(seeds())(`reader names: no raw control character comes out (seed %i, ${COUNT} names)`, (seed) => {
  const rng = random(seed);
  for (let count = 0; count < COUNT; count++) {
    const one = name(rng);
    const what = `seed ${seed}, name ${JSON.stringify(one)}`;
    expect(RAW.test(printable(one)) || printable(one).includes('\n'), what).toBe(false);
    expect(
      RAW.test(
        table([
          [one, 'state'],
          ['short', 'state'],
        ]),
      ),
      what,
    ).toBe(false);
    const line = jsonLine({ name: one });
    expect(RAW.test(line) || line.indexOf('\n') !== line.length - 1, what).toBe(false);
    expect(JSON.parse(line), what).toEqual({ name: one });
  }
});
