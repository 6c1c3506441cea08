import { beforeAll, describe, expect, it } from 'vitest';
import { fromHex } from '../../apdu/bytes.ts';
import type { CardImage } from '../../src/simulator/image.ts';
import { authenticate, GET_CHALLENGE, SELECT_SSSE, talk } from './cards.ts';
import { goldenImage } from './golden-cards.ts';
import { everyPoint } from './power.ts';

/** Of the golden exchanges, for the challenge 1122334455667788: RELOAD sets 735190. */
const RELOAD = '842400010C0F442BE9FD80021DBA4801D7';
const UNBLOCK = '8424000004355A58ED';
const BLOCK = '841E000004C9B659AD';
const [OLD, NEW, STATUS] = ['0020000003123456', '0020000003735190', '00200000'];

const random = (length: number) => fromHex('1122334455667788').slice(0, length);
const puk = [GET_CHALLENGE, authenticate('06'), GET_CHALLENGE];
let locked: CardImage;

beforeAll(async () => {
  const image = await goldenImage('zhang-san-2.0');
  locked = { ...image, pin: { ...image.pin, triesLeft: 0 } };
});

describe('power lost in RELOAD PIN', () => {
  it('an atomic card is locked with the old PIN, or has the new one and all tries', async () => {
    const found: string[] = [];
    const points = await everyPoint({ before: puk, command: RELOAD, image: locked, random }, (card) => {
      found.push(talk(card, SELECT_SSSE, NEW, STATUS).slice(1).join(' '));
    });
    // One byte spends a try of STK, one restores it; five are counter and PIN.
    expect({ points, found }).toEqual({ points: 8, found: [...Array(7).fill('6983 6983'), '9000 63C6'] });
  });

  it('costs at most one try of STK', async () => {
    const left = new Set<number>();
    await everyPoint({ before: puk, command: RELOAD, image: locked, random }, (card) => {
      left.add(card.image().directories[0]?.keys.find(({ name }) => name === 'STK')?.triesLeft ?? 0);
    });
    expect(left).toEqual(new Set([15, 14]));
  });
});

describe('power lost in PIN UNBLOCK', () => {
  it.each([false, true])('the counter is as before or full, the PIN the same (tears: %s)', async (tears) => {
    const found: string[] = [];
    const points = await everyPoint({ before: puk, command: UNBLOCK, image: locked, random, tears }, (card) => {
      found.push(talk(card, SELECT_SSSE, STATUS, OLD).slice(1).join(' '));
    });
    expect({ points, found }).toEqual({ points: 4, found: [...Array(3).fill('6983 6983'), '63C6 9000'] });
  });
});

describe('power lost in APPLICATION BLOCK', () => {
  it.each([false, true])('it is blocked or not (tears: %s)', async (tears) => {
    const found: string[] = [];
    await everyPoint({ before: [GET_CHALLENGE], command: BLOCK, random, tears }, (card) => {
      found.push(...talk(card, SELECT_SSSE));
    });
    expect(found).toEqual(['611E', '611E', '611E', '6283']);
  });
});

describe('power lost in the append to a cyclic file', () => {
  const authenticated = [
    '00A4000002DF04',
    GET_CHALLENGE,
    '0082008410053AAD9C3FA6E10BA1A2A3A4A5A6A7A8',
    GET_CHALLENGE,
    '0082008610816689E4409B4ABDA1A2A3A4A5A6A7A8',
  ];
  const again = [SELECT_SSSE, ...authenticated.slice(0, 3)];
  const records = ['00B201AC03', '00B202AC03', '00B203AC03'];

  it.each([false, true])(
    'no record is lost, the order stays, the new one is there or not (tears: %s)',
    async (tears) => {
      const found: string[] = [];
      const options = { before: authenticated, command: '00E200A803000331', random, tears };
      const points = await everyPoint(options, (card) => {
        found.push(
          talk(card, ...again, ...records)
            .slice(-3)
            .join(' '),
        );
      });
      const [old, appended] = ['0002319000 0001309000 6A83', '0003319000 0002319000 0001309000'];
      expect({ points, found }).toEqual({ points: 5, found: [...Array(4).fill(old), appended] });
    },
  );

  it.each([false, true])('a full file loses its oldest record only for the new one (tears: %s)', async (tears) => {
    const image = await goldenImage('zhang-san-2.0');
    const full = {
      ...image,
      directories: image.directories.map((directory) => ({
        ...directory,
        files: directory.files.map((file) =>
          file.kind === 'cyclic' && file.fid === 'EF15'
            ? { ...file, records: Array.from({ length: 8 }, (_, at) => `00${18 - at}31`) }
            : file,
        ),
      })),
    };
    const all = Array.from({ length: 9 }, (_, at) => `00B20${at + 1}AC03`);
    const numbers: string[] = [];
    const options = { before: authenticated, command: '00E200A803001931', random, tears, image: full };
    await everyPoint(options, (card) => {
      numbers.push(
        talk(card, ...again, ...all)
          .slice(-9)
          .map((answer) => answer.slice(2, 4))
          .join(' '),
      );
    });
    const before = '18 17 16 15 14 13 12 11 83';
    expect(numbers).toEqual([before, before, before, before, '19 18 17 16 15 14 13 12 83']);
  });
});
