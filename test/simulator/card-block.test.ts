import { describe, expect, it } from 'vitest';
import type { CardImage } from '../../src/simulator/image.ts';
import { GET_CHALLENGE, poweredCard, SELECT_SSSE, talk } from './cards.ts';

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
