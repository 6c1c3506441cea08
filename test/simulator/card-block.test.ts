import { describe, expect, it } from 'vitest';
import { fromHex } from '../../apdu/bytes.ts';
import type { CardImage } from '../../src/simulator/image.ts';
import { authenticate, GET_CHALLENGE, poweredCard, SELECT_SSSE, talk } from './cards.ts';
import { goldenImage } from './golden-cards.ts';

const blocked =
  (block: CardImage['block']) =>
  (image: CardImage): CardImage => ({ ...image, block });

describe('a blocked card (5, after the table)', () => {
  it('blocked for a time: SELECT says 6283 and keeps the FCI ready', async () => {
    const answers = talk(await poweredCard(blocked('temporary')), SELECT_SSSE, '00C000001E');
    expect([answers[0], answers[1]?.slice(0, 4), answers[1]?.slice(-4)]).toEqual(['6283', '6F1C', '9000']);
  });

  it.each([
    ['what is free is read', '00B2032806', '0304322E30309000'],
    ['what is not free is not', '00B0880001', '6985'],
    ['a challenge is given', GET_CHALLENGE, '11223344556677889000'],
    ['no PIN is verified', '0020000003123456', '6985'],
    ['nothing is written', '00DC052806050420200116', '6985'],
    ['nothing is proven', '00880000101122334455667788A1A2A3A4A5A6A7A8', '6985'],
  ])('blocked for a time: %s', async (_, command, expected) => {
    expect(talk(await poweredCard(blocked('temporary')), SELECT_SSSE, command).at(-1)).toBe(expected);
  });

  it('blocked for good: SELECT says 9303, by name and by FID, and selects nothing', async () => {
    const answers = talk(await poweredCard(blocked('permanent')), SELECT_SSSE, '00A4000002DDF1', '00B2032806');
    expect(answers).toEqual(['9303', '9303', '6A82']);
  });

  it.each([SELECT_SSSE, '00A40000023F00', '00A4040005A000000333'])(
    'the card blocked: every SELECT says 6A81: %s',
    async (command) => {
      expect(talk(await poweredCard(blocked('card')), command)).toEqual(['6A81']);
    },
  );
});

/** MACs under the golden STK and the challenge 1122334455667788 (golden exchanges application-block, card-block). */
const BLOCK = '841E000004C9B659AD';
const FOREVER = '841E0001044763698B';
const UNBLOCK = '8418000004CAA459DA';
const CARD_BLOCK = '8416000004195BF8D1';

describe('APPLICATION BLOCK, UNBLOCK and CARD BLOCK (5, 6.5)', () => {
  const random = () => fromHex('1122334455667788');
  const golden = (change = blocked('none')) => poweredCard(change, { random });

  it.each([
    ['temporary', BLOCK],
    ['permanent', FOREVER],
    ['card', CARD_BLOCK],
  ] as const)('leaves the mark %s, and it is stored', async (block, command) => {
    const saved: string[] = [];
    const card = await poweredCard(undefined, { random, save: (image) => saved.push(image.block) });
    talk(card, SELECT_SSSE, GET_CHALLENGE, command);
    expect([card.image().block, saved.at(-1)]).toEqual([block, block]);
  });

  it('takes the mark away', async () => {
    const card = await golden(blocked('temporary'));
    expect(talk(card, SELECT_SSSE, GET_CHALLENGE, UNBLOCK).at(-1)).toBe('9000');
    expect(card.image().block).toBe('none');
  });

  it.each([BLOCK, FOREVER, CARD_BLOCK])('costs a try of STK when the MAC is wrong: %s', async (command) => {
    const card = await golden();
    talk(card, SELECT_SSSE, GET_CHALLENGE, command.replace(/..$/, '00'));
    const stk = card.image().directories[0]?.keys.find(({ name }) => name === 'STK');
    expect([card.image().block, stk?.triesLeft]).toEqual(['none', 14]);
  });

  it('needs no right of the PUK, and a right does not take the place of the MAC', async () => {
    const card = await golden();
    expect(talk(card, SELECT_SSSE, GET_CHALLENGE, authenticate('06'), BLOCK).at(-1)).toBe('6984');
  });

  it('in a directory works under the STK of that one', async () => {
    const card = await golden();
    expect(talk(card, SELECT_SSSE, '00A4000002DF04', GET_CHALLENGE, BLOCK).at(-1)).toBe('6988');
  });

  it.each([
    ['APPLICATION BLOCK in the clear', `00${BLOCK.slice(2)}`, '6988'],
    ['CARD BLOCK in the clear', `00${CARD_BLOCK.slice(2)}`, '6988'],
    ['APPLICATION UNBLOCK in the clear', `00${UNBLOCK.slice(2)}`, '6988'],
    ['CARD BLOCK with P2', '8416000104195BF8D1', '6A86'],
    ['APPLICATION UNBLOCK with P1', '8418010004CAA459DA', '6A86'],
    ['CARD BLOCK without MAC', '84160000', '6700'],
    ['APPLICATION UNBLOCK of what is not blocked', UNBLOCK, '6985'],
  ])('refuses %s', async (_, command, status) => {
    expect(talk(await golden(), SELECT_SSSE, GET_CHALLENGE, command).at(-1)).toBe(status);
  });

  it('blocked for good or the whole card: nothing works that did before, not even the reading of what is free', async () => {
    for (const command of [FOREVER, CARD_BLOCK]) {
      const card = await golden();
      talk(card, SELECT_SSSE, GET_CHALLENGE, command);
      expect(talk(card, '00B2032806', GET_CHALLENGE, '0020000003123456', UNBLOCK)).toEqual(Array(4).fill('9303'));
    }
  });
});

describe('the certificate application beside a blocked one (2.6)', () => {
  const PKI = '00A404000C504B492EC9E7BBE1B1A3D5CF';
  const read = ['00A404000C53532E434552542E41444631', '00A40200020012', '00B0000002'];
  const generation3 = async (block: CardImage['block']) => {
    const image = await goldenImage('zhao-liu-3.0');
    return poweredCard(() => ({ ...image, block }));
  };

  it.each(['temporary', 'permanent'] as const)('is open while the social one is blocked: %s', async (block) => {
    expect(talk(await generation3(block), PKI, ...read)).toEqual(['9000', '9000', '9000', '01009000']);
  });

  it('is closed when the card is blocked', async () => {
    expect(talk(await generation3('card'), PKI, ...read)).toEqual(['6A81', '6A81', '6A81', '6986']);
  });

  it('its directory is found from inside it only', async () => {
    expect(talk(await generation3('none'), read[0] ?? '', PKI, SELECT_SSSE, read[0] ?? '').at(-1)).toBe('6A82');
  });

  it('drops what was earned in the social one', async () => {
    const card = await generation3('none');
    talk(card, SELECT_SSSE, '00A4000002DF04', '0020000003123456', PKI, SELECT_SSSE, '00A4000002DF04');
    expect(talk(card, '00B28C2803')).toEqual(['6982']);
  });

  it('has no account, even where its directory is named as that of the account', async () => {
    const image = await goldenImage('zhao-liu-3.0');
    const purse = image.purse && { ...image.purse, directory: 'PKI' };
    const card = await poweredCard(() => ({ ...image, ...(purse && { purse }) }));
    expect(talk(card, PKI, 'B026000104')).toEqual(['9000', '6985']);
  });
});
