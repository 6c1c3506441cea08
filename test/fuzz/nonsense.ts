import { concat, fromHex } from '../../apdu/bytes.ts';
import { mutate, type Rng } from './seeds.ts';

const STATUS = [
  '9000',
  '6100',
  '6101',
  '61FF',
  '6C00',
  '6C06',
  '6CFF',
  '6283',
  '6300',
  '63C0',
  '6982',
  '6A82',
  '6A83',
  '6F00',
];

/** What a card that misbehaves might send in place of an answer. */
export function nonsense(rng: Rng, real: Uint8Array): Uint8Array {
  switch (rng.int(6)) {
    case 0:
      return mutate(rng, real);
    case 1:
      return rng.bytes(rng.int(3));
    case 2:
      return rng.bytes(rng.int(260));
    case 3:
      return concat([real.subarray(0, -2), fromHex(rng.pick(STATUS))]);
    case 4:
      return concat([mutate(rng, real.subarray(0, -2)), fromHex('9000')]);
    default:
      return rng.int(200) === 0 ? rng.bytes(65_538) : concat([rng.bytes(rng.int(40)), fromHex(rng.pick(STATUS))]);
  }
}
