import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import type { SimulatedCard } from '../../../src/simulator/card.ts';
import { seededRandom } from '../../../src/simulator/random.ts';
import { ask, first, initiate, poweredBank, SELECT_BANK, second } from './bank.ts';

/** Headers of the bank side, and what may stand in their places. */
const CLASSES = [0x00, 0x04, 0x80, 0x84];
const INSTRUCTIONS = [0x16, 0x18, 0x1e, 0x20, 0x24, 0x82, 0x84, 0x88, 0xa4, 0xa8, 0xae, 0xb2, 0xc0, 0xca, 0xda, 0xdc];
const REACHED = [
  [],
  [initiate()],
  [initiate(), first('80')],
  [initiate(), first('40')],
  [initiate(), first('80'), second('40')],
];

/** Anything a terminal might send, more or less like a command. */
function noise(random: (length: number) => Uint8Array): Uint8Array {
  const [a = 0, b = 0, p1 = 0, p2 = 0, kind = 0, length = 0] = random(6);
  const header = [CLASSES[a % 4] ?? 0, INSTRUCTIONS[b % 16] ?? 0, kind & 1 ? p1 : 0, kind & 2 ? p2 : 0];
  const data = random(length % 48);
  const p3 = kind & 4 ? data.length : length;
  return Uint8Array.from([...header, p3, ...data]).subarray(0, 5 + (kind & 8 ? length : data.length));
}

/** What must hold whatever was sent. */
function isSound(card: SimulatedCard, before: number): number {
  const { pin, state, keys } = card.image().financial ?? {};
  expect(state?.atc).toBeGreaterThanOrEqual(before);
  expect(pin?.digits).toBe('1234');
  expect(state?.balance).toBe('000000005000');
  expect(state?.blocked).toBe(false);
  expect(Object.keys(keys ?? {})).toEqual(['3DES']);
  return state?.atc ?? 0;
}

describe('nonsense to the bank side', () => {
  it.each(REACHED.map((commands, at) => [at, commands] as const))(
    'in state %i: a status word, and nothing changed hands',
    async (seed, commands) => {
      const random = seededRandom(seed);
      const card = await poweredBank((bank) => bank, 'laboratory-e-cash', { random });
      let atc = 0;
      for (let round = 0; round < 1_000; round++) {
        if (round % 20 === 0) ask(card, SELECT_BANK, ...commands);
        const answer = card.process(noise(random));
        expect(answer.length).toBeGreaterThanOrEqual(2);
        expect(answer.length).toBeLessThanOrEqual(258);
        expect(toHex(answer.subarray(-2))).toMatch(/^(9000|6[1-9A-E]..)$/);
        atc = isSound(card, atc);
      }
    },
  );

  it.each([
    ['GET PROCESSING OPTIONS', initiate()],
    ['GENERATE AC', first('40')],
    ['VERIFY', '0020008008241234FFFFFFFFFF'],
  ])('%s cut short at every byte does nothing', async (_, whole) => {
    const card = await poweredBank();
    ask(card, SELECT_BANK, ...(whole === initiate() ? [] : [initiate()]));
    const before = JSON.stringify(card.image());
    for (let length = 0; length < whole.length / 2; length++) {
      expect(toHex(card.process(fromHex(whole.slice(0, 2 * length))))).toMatch(/^6[7A]/);
    }
    expect(JSON.stringify(card.image())).toBe(before);
  });
});

it('a number that is not below the modulus is a wrong PIN', async () => {
  const card = await poweredBank();
  expect(ask(card, SELECT_BANK, initiate(), '0084000000', `0020008860${'FF'.repeat(96)}`).at(-1)).toBe('63C2');
});
