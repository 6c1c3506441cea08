import { fromHex, toHex } from '../../apdu/bytes.ts';
import { SimulatedCard, type SimulatedCardOptions } from '../../src/simulator/card.ts';
import type { CardImage } from '../../src/simulator/image.ts';
import { goldenChallenges, goldenImage } from './golden-cards.ts';

export const SELECT_SSSE = '00A404000F7378312E73682EC9E7BBE1B1A3D5CF';

/** The golden 2.0 card with power, changed before it is made if a test asks. */
export async function poweredCard(
  change: (image: CardImage) => CardImage = (image) => image,
  options: SimulatedCardOptions = {},
): Promise<SimulatedCard> {
  const id = 'zhang-san-2.0';
  const card = new SimulatedCard(change(await goldenImage(id)), { random: goldenChallenges(id), ...options });
  card.powerOn();
  return card;
}

/** Sends hex, gives hex: the answers one after the other. */
export function talk(card: SimulatedCard, ...commands: string[]): string[] {
  return commands.map((command) => toHex(card.process(fromHex(command))));
}

/** The worked answer of 6.7 to the challenge 1122334455667788, as EXTERNAL AUTHENTICATION with any key of the card. */
export function authenticate(keyId: string): string {
  return `008200${keyId}10A13148FB7CFDD8B9A1A2A3A4A5A6A7A8`;
}

export const GET_CHALLENGE = '0084000008';
