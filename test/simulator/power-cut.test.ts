import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../apdu/bytes.ts';
import { authenticate, GET_CHALLENGE, poweredCard, SELECT_SSSE, talk } from './cards.ts';
import { cut, everyPoint } from './power.ts';

const OLD = '0020000003123456';
const NEW = '0020000003735190';
const STATUS = '00200000';
const CHANGE = '805E010007123456FF735190';
const UPDATE = '00DC052806050420310716';

describe('power lost in VERIFY', () => {
  it.each([false, true])('a wrong PIN: the try is spent or nothing was compared (tears: %s)', async (tears) => {
    const left: string[] = [];
    const points = await everyPoint({ command: NEW, tears }, (card) => {
      left.push(...talk(card, SELECT_SSSE, STATUS).slice(1));
    });
    expect({ points, left }).toEqual({ points: 2, left: ['63C6', '63C5'] });
  });

  it.each([false, true])('the right PIN: tries as before less one, or full (tears: %s)', async (tears) => {
    const left: string[] = [];
    const points = await everyPoint({ before: [NEW, NEW], command: OLD, tears }, (card) => {
      left.push(...talk(card, SELECT_SSSE, STATUS).slice(1));
    });
    expect({ points, left }).toEqual({ points: 3, left: ['63C4', '63C3', '63C6'] });
  });

  it('10,000 cuts never give more comparisons than tries', async () => {
    const card = await poweredCard();
    let spent = 0;
    for (let round = 0; round < 10_000; round++) {
      const before = talk(card, SELECT_SSSE, STATUS)[1] ?? '';
      cut(card, NEW, round % 3);
      if (talk(card, SELECT_SSSE, STATUS)[1] !== before) spent++;
    }
    expect(spent).toBe(6);
    expect(talk(card, SELECT_SSSE, OLD)[1]).toBe('6983');
  });
});

describe('power lost in CHANGE PIN', () => {
  it('leaves exactly one of the two PINs', async () => {
    const working: string[] = [];
    const points = await everyPoint({ command: CHANGE }, (card) => {
      const [, old, fresh] = talk(card, SELECT_SSSE, OLD, NEW);
      working.push(`${old} ${fresh}`);
    });
    const [oldWorks, newWorks] = ['9000 63C5', '63C5 9000'];
    expect({ points, working }).toEqual({ points: 7, working: [...Array(6).fill(oldWorks), newWorks] });
  });
});

describe('power lost in UPDATE RECORD', () => {
  const READ = '00B2052806';
  const before = [GET_CHALLENGE, authenticate('04')];
  const [oldRecord, newRecord] = ['050420200115', '050420310716'];

  it('an atomic card has the old record or the new one', async () => {
    const found: string[] = [];
    const points = await everyPoint({ before, command: UPDATE }, (card) => {
      found.push(...talk(card, SELECT_SSSE, READ).slice(1));
    });
    expect({ points, found }).toEqual({ points: 7, found: [...Array(6).fill(`${oldRecord}9000`), `${newRecord}9000`] });
  });

  it('a tearing card has the bytes stored so far', async () => {
    const found: string[] = [];
    await everyPoint({ before, command: UPDATE, tears: true }, (card) => {
      found.push(...talk(card, SELECT_SSSE, READ).slice(1));
    });
    const torn = Array.from({ length: 7 }, (_, at) => `${newRecord.slice(0, 2 * at)}${oldRecord.slice(2 * at)}9000`);
    expect(found).toEqual(torn);
  });
});

describe('power lost in EXTERNAL AUTHENTICATION', () => {
  it('spends the try before the comparison', async () => {
    const wrong = authenticate('0A').replace(/..$/, '00');
    const left: string[] = [];
    await everyPoint({ before: [GET_CHALLENGE], command: wrong }, (card) => {
      left.push(...talk(card, SELECT_SSSE, GET_CHALLENGE, wrong).slice(2));
    });
    expect(left).toEqual(['63CE', '63CD']);
  });
});

it('without power there is no answer', async () => {
  const card = await poweredCard();
  card.powerOff();
  expect(() => talk(card, SELECT_SSSE)).toThrow(expect.objectContaining({ code: 'card-mute' }));
});

it('a cut that was ordered does not outlast its command', async () => {
  const card = await poweredCard();
  card.cutPowerAfter(3);
  expect(toHex(card.process(fromHex(SELECT_SSSE)))).toBe('611E');
  expect(talk(card, NEW, NEW, OLD)).toEqual(['63C5', '63C4', '9000']);
});
