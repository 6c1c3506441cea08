import { fromHex, toHex } from '../../apdu/bytes.ts';
import { CARD_FILE_FORMAT, CARD_FILE_VERSION, type CardFile, type MasterKey } from './card-file-check.ts';
import { inventCard } from './holders.ts';
import type { CardImage } from './image.ts';
import { cardKey } from './keys.ts';
import { personalise } from './personalise.ts';
import { makePsam } from './psam-make.ts';
import { platformRandom, seededRandom } from './random.ts';

interface Order {
  readonly generation?: CardImage['generation'];
  readonly seed?: number;
  readonly algorithm?: CardImage['algorithm'];
}

/** A card nobody holds, with the masters its keys come from; the same for the same seed. */
export async function inventFile({ generation = '2.0', seed, algorithm }: Order): Promise<CardFile> {
  const random = seed === undefined ? platformRandom : seededRandom(seed);
  const card = inventCard(generation, random);
  const rule = algorithm ?? (generation === '3.0' ? 'SM4' : '3DES');
  const city = (card.items['cardIdentificationCode'] ?? '').slice(0, 6);
  const masters: MasterKey[] = [];
  const image = await personalise({
    generation,
    algorithm: rule,
    ...card,
    key: ({ directory, name }) => {
      const value = toHex(random(16));
      masters.push({ directory, key: name, value });
      return toHex(cardKey(rule, fromHex(value), city, card.atr));
    },
  });
  const psam = await makePsam({ generation, algorithm: rule, terminalNumber: `${city}000001`, masters });
  return { format: CARD_FILE_FORMAT, version: CARD_FILE_VERSION, card: image, psam, masters };
}
