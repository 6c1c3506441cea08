import { afterEach, beforeEach, expect, test } from 'vitest';
import { fromHex, toHex } from '../../apdu/bytes.ts';
import { SimulatedCard } from '../../src/simulator/card.ts';
import { contactless } from '../../src/simulator/contactless.ts';
import { asVpcdCard } from '../../src/simulator/serve.ts';
import { goldenImage } from '../simulator/golden-cards.ts';
import { type Lab, openLab } from './lab.ts';
import { requireNamespace, until } from './rig.ts';

/** A card of generation 3.0 in the air and one in the contact slot, in the real service. */

requireNamespace();
const SELECT = '00A404000F7378312E73682EC9E7BBE1B1A3D5CF00';
let lab: Lab;

beforeEach(async () => {
  lab = await openLab('koffi');
});
afterEach(() => lab[Symbol.asyncDispose]());

/** In the air in slot 0, with contacts in slot 1; resolves when the service has seen both. */
async function both(): Promise<void> {
  const image = await goldenImage('wang-wu-3.0');
  lab.insert(0, asVpcdCard(contactless(new SimulatedCard(image))));
  lab.insert(1, asVpcdCard(new SimulatedCard(image)));
  await until('both cards are seen', async () => (await lab.readers.list()).every(({ state }) => state === 'present'));
}

test('slots tell the interface by the answer to reset', async () => {
  await both();
  expect((await lab.readers.list()).map((slot) => slot.interface)).toEqual(['contactless', 'contact']);
});

test.each([
  [undefined, 1],
  ['auto', 1],
  ['contact', 1],
  ['contactless', 0],
] as const)('interface %s takes the card in slot %i', async (face, at) => {
  await both();
  await using channel = await lab.readers.waitForCard(face === undefined ? {} : { interface: face });
  expect(channel.slot).toBe(lab.slot(at).name);
});

test('a card in the air answers in one piece, over the protocol it offers', async () => {
  await both();
  await using channel = await lab.readers.waitForCard({ interface: 'contactless' });
  expect(toHex(channel.atr)).toBe('3B8D80010090543100869732049900000344');
  expect(toHex(await channel.transmit(fromHex(SELECT)))).toMatch(/^6F1C840F.*9000$/);
  expect(toHex(await channel.transmit(fromHex('00B2032800')))).toBe('0304332E30309000');
});

test('auto takes the card in the air when the contact slot is empty', async () => {
  const image = await goldenImage('wang-wu-3.0');
  lab.insert(0, asVpcdCard(contactless(new SimulatedCard(image))));
  await using channel = await lab.readers.waitForCard({ interface: 'auto', timeout: 10_000 });
  expect(channel.slot).toBe(lab.slot(0).name);
});
