import { describe, expect, it } from 'vitest';
import type { CardImage } from '../../src/simulator/image.ts';
import { poweredCard, SELECT_SSSE, talk } from './cards.ts';

const RIGHT = '0020000003123456';
const WRONG = '0020000003735190';
const STATUS = '00200000';
const CHANGE = '805E010007123456FF735190';

const withPin =
  (pin: Partial<CardImage['pin']>) =>
  (image: CardImage): CardImage => ({ ...image, pin: { ...image.pin, ...pin } });

describe('VERIFY (5, 6.6)', () => {
  it('is for the application: not before it is selected', async () => {
    expect(talk(await poweredCard(), RIGHT)).toEqual(['6985']);
  });

  it('works inside a directory of the SSSE', async () => {
    expect(talk(await poweredCard(), SELECT_SSSE, '00A4000002DF04', RIGHT).at(-1)).toBe('9000');
  });

  it.each([
    ['one byte', '002000000112', '6700'],
    ['five bytes', '00200000051234567890', '6700'],
    ['P1', '0020010003123456', '6A86'],
    ['P2', '0020000103123456', '6A86'],
  ])('refuses %s and spends nothing', async (_, command, status) => {
    expect(talk(await poweredCard(), SELECT_SSSE, command, STATUS).slice(1)).toEqual([status, '63C6']);
  });

  it.each([
    ['four digits', '1234', '00200000021234'],
    ['five digits, filled with F', '12345', '002000000312345F'],
    ['eight digits', '12345678', '002000000412345678'],
  ])('takes a PIN of %s', async (_, digits, command) => {
    expect(talk(await poweredCard(withPin({ digits })), SELECT_SSSE, command).at(-1)).toBe('9000');
  });

  it.each(['00200000021234', '0020000004123456FF', '002000000412345678'])(
    'is not content with a part or more: %s',
    async (command) => {
      expect(talk(await poweredCard(), SELECT_SSSE, command).at(-1)).toBe('63C5');
    },
  );

  it('starts with the tries that are stored', async () => {
    expect(talk(await poweredCard(withPin({ triesLeft: 2 })), SELECT_SSSE, WRONG).at(-1)).toBe('63C1');
  });
});

describe('the PIN right (6.4)', () => {
  const log = { fid: 'EF12', sfi: 0x12, kind: 'records', records: ['990131'], read: 'pin', update: 'never' } as const;
  const READ = '00B2999003';
  const withFile = (image: CardImage): CardImage => ({
    ...image,
    directories: image.directories.map((directory) => ({ ...directory, files: [...directory.files, log] })),
  });
  const read = async (...commands: string[]) =>
    talk(await poweredCard(withFile), SELECT_SSSE, RIGHT, ...commands, READ).at(-1);

  it('is there after a right PIN', async () => {
    expect(await read()).toBe('9901319000');
  });

  it('stays while directories of the SSSE are selected', async () => {
    expect(await read('00A4000002DF04', '00A4000002DDF1')).toBe('9901319000');
  });

  it('is not touched by an empty VERIFY', async () => {
    expect(await read(STATUS)).toBe('9901319000');
  });

  it('is lost with a wrong PIN', async () => {
    expect(await read(WRONG)).toBe('6982');
  });

  it('is lost with a wrong old PIN in a change', async () => {
    expect(await read('805E010007735190FF482615')).toBe('6982');
  });

  it('is lost when the SSSE is left', async () => {
    expect(await read('00A40000023F00', SELECT_SSSE)).toBe('6982');
  });

  it('is lost with a reset', async () => {
    const card = await poweredCard(withFile);
    talk(card, SELECT_SSSE, RIGHT);
    card.reset();
    expect(talk(card, SELECT_SSSE, READ).at(-1)).toBe('6982');
  });

  it('is not given by CHANGE PIN', async () => {
    expect(talk(await poweredCard(withFile), SELECT_SSSE, CHANGE, READ).at(-1)).toBe('6982');
  });
});

describe('CHANGE PIN (5, 6.6)', () => {
  it('makes the new PIN the only one', async () => {
    expect(talk(await poweredCard(), SELECT_SSSE, CHANGE, RIGHT, WRONG).slice(1)).toEqual(['9000', '63C5', '9000']);
  });

  it('restores the tries', async () => {
    expect(talk(await poweredCard(withPin({ triesLeft: 2 })), SELECT_SSSE, CHANGE, STATUS).at(-1)).toBe('63C6');
  });

  it('costs a try when the old PIN is wrong', async () => {
    const refused = '805E010007482615FF735190';
    expect(talk(await poweredCard(), SELECT_SSSE, refused, RIGHT).slice(1)).toEqual(['63C5', '9000']);
  });

  it('is refused when the PIN is locked', async () => {
    expect(talk(await poweredCard(withPin({ triesLeft: 0 })), SELECT_SSSE, CHANGE).at(-1)).toBe('6983');
  });

  it('takes a PIN of another length', async () => {
    const answers = talk(await poweredCard(), SELECT_SSSE, '805E010008123456FF12345678', '002000000412345678');
    expect(answers.slice(1)).toEqual(['9000', '9000']);
  });

  it.each([
    ['no separator', '805E01000712345612735190', '6A80'],
    ['a new PIN that is not BCD', '805E010007123456FF7351A0', '6A80'],
    ['an F inside the new PIN', '805E010007123456FF7F5190', '6A80'],
    ['a new PIN of one byte', '805E010005123456FF73', '6A80'],
    ['too little', '805E0100041234FF73', '6700'],
    ['too much', '805E01000A12345678FF1234567890', '6700'],
    ['the old form of the reload', '805E000007123456FF735190', '6A86'],
  ])('refuses %s and spends nothing', async (_, command, status) => {
    expect(talk(await poweredCard(), SELECT_SSSE, command, STATUS).slice(1)).toEqual([status, '63C6']);
  });

  it('is for the application: not before it is selected', async () => {
    expect(talk(await poweredCard(), CHANGE)).toEqual(['6985']);
  });
});
