import { expect, it } from 'vitest';
import { parseAtr } from '../../apdu/atr.ts';
import { fromHex, toHex } from '../../apdu/bytes.ts';
import { contactless } from '../../src/simulator/contactless.ts';
import type { CardImage } from '../../src/simulator/image.ts';
import { poweredCard, SELECT_SSSE } from './cards.ts';

const FCI = '6F1C840F7378312E73682EC9E7BBE1B1A3D5CFA5099F0C06860101000000';
const INTERNAL = '00880000101122334455667788A1A2A3A4A5A6A7A8';

async function talk(commands: string[], change?: (image: CardImage) => CardImage): Promise<string[]> {
  const card = contactless(await poweredCard(change));
  const answers: string[] = [];
  for (const command of commands) answers.push(toHex(await card.process(fromHex(command))));
  return answers;
}

it('has the answer to reset that a PC/SC reader makes of the historical bytes', async () => {
  const { atr } = contactless(await poweredCard());
  expect(toHex(atr)).toBe('3B8D800100875431008660320499000001A6');
  expect(parseAtr(atr)).toMatchObject({ protocols: [0, 1] });
});

it.each([
  ['with its Le', [`${SELECT_SSSE}00`], `${FCI}9000`],
  ['without Le', [SELECT_SSSE], `${FCI}9000`],
  ['with a smaller Le', [`${SELECT_SSSE}02`], '6F1C9000'],
  ['a cryptogram', [SELECT_SSSE, `${INTERNAL}08`], 'A13148FB7CFDD8B99000'],
])('gives the data of a command with data at once: %s', async (_, commands, expected) => {
  expect((await talk(commands)).at(-1)).toBe(expected);
});

it.each([
  ['too large', '00B2032800', '0304322E30309000'],
  ['larger than the record', '00B2032820', '0304322E30309000'],
  ['smaller than the record', '00B2032803', '0304329000'],
  ['exact', '00B2032806', '0304322E30309000'],
  ['of a challenge', '0084000020', '11223344556677889000'],
])('an Le that is %s gets what there is, up to Le', async (_, command, expected) => {
  expect((await talk([SELECT_SSSE, command])).at(-1)).toBe(expected);
});

it.each([
  ['Le', '00B20328000000', '0304322E30309000'],
  ['a smaller Le', '00B20328000003', '0304329000'],
  ['data and Le', `00880000000010${INTERNAL.slice(10)}0008`, 'A13148FB7CFDD8B99000'],
  ['data and the longest Le', `00880000000010${INTERNAL.slice(10)}0000`, 'A13148FB7CFDD8B99000'],
  ['data', '00200000000003123456', '9000'],
  ['more data than a card with T=0 takes', `00200000000100${'00'.repeat(256)}`, '6700'],
  ['no data', '00200000000000123456', '6700'],
])('takes the extended form: %s', async (_, command, expected) => {
  expect((await talk([SELECT_SSSE, command])).at(-1)).toBe(expected);
});

it('tells a blocked application with its FCI', async () => {
  expect(await talk([`${SELECT_SSSE}00`], (image) => ({ ...image, block: 'temporary' }))).toEqual([`${FCI}6283`]);
});

it.each([
  ['without data', '0020000003123456', '9000'],
  ['an error', '00A4020002EF1F', '6A82'],
  ['less data than announced', '00A4020002EF', '6700'],
  ['more data than announced', '0020000003123456FFFF', '6700'],
  ['no parameter', '00200000', '63C6'],
])('leaves the other answers as they are: %s', async (_, command, expected) => {
  expect((await talk([SELECT_SSSE, command])).at(-1)).toBe(expected);
});

it('loses rights with the field', async () => {
  const card = contactless(await poweredCard());
  await card.process(fromHex(SELECT_SSSE));
  card.powerOff();
  card.powerOn();
  expect(toHex(await card.process(fromHex('00B2032806')))).toBe('6A82');
  card.reset();
});
