import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../apdu/bytes.ts';
import { openCard } from '../../../src/card.ts';
import { cardOf, GOLDEN_VALUES, scriptedChannel } from './channels.ts';

/** A card that answers the two ways to the application so, and knows nothing else. */
async function selecting(byName: string, byFile: string) {
  const channel = scriptedChannel({ answer: (command) => fromHex(command[2] === 4 ? byName : byFile) });
  const error = await (await openCard(channel)).social.readBasic().catch((caught: unknown) => caught);
  return { error, sent: channel.sent.length };
}

describe('telling a social security card', () => {
  it.each([
    ['6A82', '6A82', 'not-social-security-card'],
    ['6D00', '6E00', 'not-social-security-card'],
    ['6A81', '6A82', 'not-social-security-card'],
    ['6A82', '6999', 'not-social-security-card'],
    ['6A82', '6283', 'application-blocked'],
    ['6A82', '9303', 'application-blocked'],
    ['6A81', '6A81', 'application-blocked'],
    ['6A82', '6F00', 'card-refused'],
    ['6A82', '6200', 'card-refused'],
  ])('by AID %s, by FID %s: %s', async (byName, byFile, code) => {
    const { error, sent } = await selecting(byName, byFile);
    expect(error).toMatchObject({
      code,
      details: { step: 'select-application', place: 'SSSE', sw: Number.parseInt(byFile, 16) },
    });
    expect(sent).toBe(2);
  });

  it('permanently blocked: the second way is not tried', async () => {
    const { error, sent } = await selecting('9303', '9000');
    expect(error).toMatchObject({ code: 'application-blocked', details: { sw: 0x9303 } });
    expect(sent).toBe(1);
  });

  it('takes a whole FCI for selected, where the reader fetches it', async () => {
    const whole = cardOf(GOLDEN_VALUES);
    const channel = scriptedChannel({
      chains: true,
      answer: (command) => (command[1] === 0xa4 ? fromHex('6F008400A5009000') : whole.transmit(command)),
    });
    expect((await (await openCard(channel)).social.readBasic()).name).toBe('张三');
  });
});

describe('telling the generation', () => {
  it.each([
    ['4.00', '342E3030'],
    ['a version without a form', '56322E30'],
    ['an empty version', 'FFFFFFFF'],
    ['bytes that are no text', '81818181'],
    ['a short version', '322E30'],
  ])('%s: no guess', async (_, value) => {
    const channel = cardOf({ ...GOLDEN_VALUES, '03': value });
    const card = await openCard(channel);
    await expect(card.social.generation()).rejects.toMatchObject({
      code: 'generation-unknown',
      details: { step: 'read-record', place: 'SSSEEF05|03' },
    });
  });

  it('names the version it does not know', async () => {
    const card = await openCard(cardOf({ ...GOLDEN_VALUES, '03': '342E3030' }));
    await expect(card.social.readBasic()).rejects.toThrow('4.00');
  });
});
