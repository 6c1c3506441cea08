import { describe, expect, it } from 'vitest';
import { fromHex } from '../../apdu/bytes.ts';
import type { SimulatedCard } from '../../src/simulator/card.ts';
import { SELECT_SSSE, talk } from './cards.ts';
import { everyPoint } from './power.ts';

const OPEN = ['00A4000002DF04', '0020000003123456'];
const TERMINAL = '320400000001';
/** The worked transactions of the golden exchanges account-load and account-purchase. */
const ACTS = {
  load: { begin: `B02800010B0100001388${TERMINAL}`, end: 'B02200000B202603011015009F184073', prove: '805A0030020005' },
  purchase: {
    begin: `B02A00010B01000003E8${TERMINAL}`,
    end: 'B02400000F0000012C202603020930006DBF9BE7',
    prove: '805A0031020007',
  },
} as const;
const random = (length: number) => fromHex('01020304').slice(0, length);

/** What a card says of itself: balance, serial of the next transaction of this kind, newest log entry, proof. */
function state(card: SimulatedCard, { begin, prove }: (typeof ACTS)['load' | 'purchase']): string {
  const [balance = '', entry = '', proof = ''] = talk(
    card,
    SELECT_SSSE,
    ...OPEN,
    'B026000104',
    '00B201441C',
    prove,
  ).slice(3);
  const [, head = ''] = talk(card, begin, '00C0000000');
  return [balance.slice(0, 8), head.slice(8, 12), entry.slice(0, 6), proof].join(' ');
}

describe('power lost in a transaction of the account', () => {
  it.each([
    ['load', false, '00002710 0005 6A83 9406', '00003A98 0006 000530 6108'],
    ['load', true, '00002710 0005 6A83 9406', '00003A98 0006 000530 6108'],
    ['purchase', false, '00002710 0007 6A83 9406', '00002328 0008 000731 6108'],
    ['purchase', true, '00002710 0007 6A83 9406', '00002328 0008 000731 6108'],
  ] as const)(
    '%s (tears: %s): money, serial, log and proof change together or not at all',
    async (kind, tears, old, done) => {
      const act = ACTS[kind];
      const found: string[] = [];
      const points = await everyPoint({ before: [...OPEN, act.begin], command: act.end, random, tears }, (card) => {
        found.push(state(card, act));
      });
      // Two bytes are the try of the key, 29 the account, 28 the log entry, one makes them valid.
      expect(points).toBe(61);
      expect(found).toEqual([...Array(60).fill(old), done]);
    },
  );
});
