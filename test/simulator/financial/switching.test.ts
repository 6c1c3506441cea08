import { describe, expect, it } from 'vitest';
import { authenticate, GET_CHALLENGE, poweredCard, SELECT_SSSE, talk } from '../cards.ts';
import { ask, bankWith, first, initiate, poweredBank, RIGHT_PIN, SELECT_BANK } from './bank.ts';

const SELECT_PSE = '00A404000E315041592E5359532E4444463031';
const UPDATE = '00DC052806050420310716';
const RIGHT = [SELECT_SSSE, GET_CHALLENGE, authenticate('04')];

describe('one side of the chip ends the other (1.1)', () => {
  it.each([
    ['the application', SELECT_BANK],
    ['the payment directory', SELECT_PSE],
  ])('selecting %s takes the rights of social security', async (_, select) => {
    const card = await poweredBank();
    expect(talk(card, ...RIGHT, select, SELECT_SSSE, UPDATE).at(-1)).toBe('6982');
    const other = await poweredBank();
    expect(talk(other, ...RIGHT, UPDATE).at(-1)).toBe('9000');
  });

  it.each([
    ['a name of the bank side that is not there', '00A4040008A000000333010102'],
    ['another occurrence, which is not there', '00A4040205A000000333'],
  ])('%s changes nothing', async (_, select) => {
    const card = await poweredBank();
    expect(talk(card, ...RIGHT, select, UPDATE).slice(-2)).toEqual(['6A82', '9000']);
  });

  it.each([
    ['social security', SELECT_SSSE],
    ['the MF', '00A40000023F00'],
    ['the payment directory', SELECT_PSE],
    ['the application again', SELECT_BANK],
  ])('selecting %s ends the transaction', async (_, select) => {
    const card = await poweredBank();
    ask(card, SELECT_BANK, initiate(), RIGHT_PIN, select);
    expect(ask(card, SELECT_BANK, first('80'))[1]).toBe('6985');
    expect(ask(card, initiate(), first('80'))[1]?.slice(20, 200)).toMatch(/03A08000|03A00000/);
  });

  it.each([
    ['a bank command', '80CA9F3600'],
    ['the bank PIN', RIGHT_PIN],
  ])('%s is none of social security', async (_, command) => {
    const card = await poweredBank();
    ask(card, SELECT_SSSE);
    expect(talk(card, command)[0]).toMatch(/^6[AD]/);
    expect(card.image().financial?.pin.triesLeft).toBe(3);
  });

  it('the social PIN is none of the bank side, and costs neither a try', async () => {
    const card = await poweredBank();
    expect(ask(card, SELECT_BANK, initiate(), '0020000003123456').at(-1)).toBe('6A86');
    const { pin, financial } = card.image();
    expect([pin.triesLeft, financial?.pin.triesLeft]).toEqual([6, 3]);
  });

  it('a power cycle leaves nothing selected', async () => {
    const card = await poweredBank();
    ask(card, SELECT_BANK, initiate());
    card.powerOff();
    card.powerOn();
    expect(talk(card, '80CA9F3600')).toEqual(['6D00']);
  });
});

describe('where there is no bank side', () => {
  it('its names are not found, nor anything behind them', async () => {
    const card = await poweredCard();
    expect(talk(card, SELECT_BANK, SELECT_PSE, '00A4040205A000000333')).toEqual(['6A82', '6A82', '6A86']);
  });

  it('an application without a directory is found by its name', async () => {
    const card = await poweredBank(({ directory: _, ...bank }) => bank);
    expect(talk(card, SELECT_PSE, SELECT_BANK)).toEqual(['6A82', '6159']);
  });
});

it('what GET DATA does not give is there for the card all the same (2)', async () => {
  const card = await poweredBank((bank) => ({ ...bankWith({ '9F58': '00' })(bank), internal: ['9F58'] }));
  const [, hidden, , answer = ''] = ask(card, SELECT_BANK, '80CA9F5800', initiate(), first('40'));
  expect([hidden, answer.slice(4, 6)]).toEqual(['6A88', '40']);
  expect(ask(card, SELECT_BANK, initiate(), first('40')).at(-1)?.slice(4, 6)).toBe('80');
});
