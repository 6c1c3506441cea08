import { expect, test } from 'vitest';
import { SscardError } from '../../../apdu/errors.ts';
import { formatAddresses, parseAddresses } from '../../../src/social/address.ts';
import { locate } from '../../../src/social/locate.ts';
import { loadWholeProfile } from '../../../src/social/profile/load.ts';
import { type Rng, random, report, seeds } from '../seeds.ts';

const COUNT = 20_000;
const PIECES = [
  'SSSE',
  'MF',
  '3F00',
  'DF04',
  'DF02',
  'EF05',
  'EF15',
  '|',
  '$',
  ':',
  ',',
  '8C',
  '99',
  '01',
  '1',
  ' ',
  'name',
  '张',
];

function input(rng: Rng): string {
  if (rng.int(3) > 0) return Array.from({ length: rng.int(14) }, () => rng.pick(PIECES)).join('');
  const file = () => rng.pick(['DF04EF05', 'DF02EF15', 'SSSEEF06', 'DF01EF15']);
  const item = () => rng.pick(['8C', '99', '99:02', '40:01,57', '09', '0F']);
  return Array.from({ length: 1 + rng.int(3) }, () => `${file()}|${item()}|${item()}|$`).join(rng.pick(['', ' ', '$']));
}

test('addresses: what is read is written the same, anything else is refused with its place', async () => {
  const used = seeds();
  const profile = await loadWholeProfile('2.0');
  let [read, refused] = [0, 0];
  for (const seed of used) {
    const rng = random(seed);
    for (let count = 0; count < COUNT / used.length; count++) {
      const text = input(rng);
      try {
        const written = formatAddresses(parseAddresses(text));
        expect(formatAddresses(parseAddresses(written))).toBe(written);
        read++;
        locate(text, profile);
      } catch (error) {
        if (!(error instanceof SscardError)) throw new Error(`seed ${seed}: ${text}`, { cause: error });
        const { offset = -1, place = '' } = error.details;
        const told = error.code === 'item-address-malformed' ? offset >= 0 && offset <= text.length : place !== '';
        if (!told) throw error;
        refused++;
      }
    }
  }
  report('item addresses', read + refused, used, `${read} read`);
  expect(read).toBeGreaterThan(COUNT / 10);
  expect(refused).toBeGreaterThan(COUNT / 10);
});
