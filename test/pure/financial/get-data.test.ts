import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../apdu/bytes.ts';
import { getData } from '../../../src/financial/get-data.ts';
import { sessionOver } from './card-script.ts';

const answered = async (answer: string) => {
  const { session } = await sessionOver([{ c: '80CA9F1300', r: answer }]);
  return { session, datum: await session.during('get-data', () => getData(session, 0x9f13)) };
};

describe('GET DATA', () => {
  it.each(['0102', '01'])('gives the value %s, whatever its length, and keeps it', async (value) => {
    const { session, datum } = await answered(`9F130${value.length / 2}${value}9000`);
    expect(datum).toEqual({ kind: 'value', value: fromHex(value) });
    expect(session.card.get(0x9f13)).toEqual(fromHex(value));
  });

  it.each([0x6a88, 0x6a81, 0x6d00, 0x6985])('says why there is none: %s', async (sw) => {
    const { session, datum } = await answered(sw.toString(16));
    expect(datum).toEqual({ kind: 'absent', sw });
    expect(session.card.has(0x9f13)).toBe(false);
  });

  it.each([
    ['another object', '9F360200019000'],
    ['two objects', '9F130200019F13029000'],
    ['no object', '9000'],
    ['an object cut short', '9F130200 9000'.replace(' ', '')],
    ['the value without its tag', '00019000'],
  ])('takes %s for none, and says so', async (_, answer) => {
    const { session, datum } = await answered(answer);
    expect(datum).toEqual({ kind: 'absent', sw: 0x9000 });
    expect(session.records[0]?.decisions).toMatchObject([{ rule: { id: 'get-data-other-object' }, place: '9F13' }]);
  });
});
