import { fromHex, toHex } from '../../apdu/bytes.ts';
import { platformRandom, type RandomBytes } from '../crypto/random.ts';
import { CARD_FILE_FORMAT, CARD_FILE_VERSION, type CardFile, type MasterKey } from './card-file-check.ts';
import type { BankFileImage } from './financial/bank-file.ts';
import type { FinancialImage } from './financial/image.ts';
import type { BankKind } from './financial/invent-bank.ts';
import { drawn, type InventedCard, inventCard } from './holders.ts';
import type { CardImage } from './image.ts';
import { cardKey } from './keys.ts';
import { inventLife } from './life.ts';
import { personalise } from './personalise.ts';
import { makePsam } from './psam-make.ts';
import { seededRandom } from './random.ts';

interface Order {
  readonly generation?: CardImage['generation'];
  readonly seed?: number;
  readonly algorithm?: CardImage['algorithm'];
  readonly bank?: BankKind | 'none' | FinancialImage;
}

/**
 * A card nobody holds, with the masters its keys come from; the same for the same seed. The social side is the same
 * whatever bank side is ordered.
 */
export async function inventFile({ generation = '2.0', seed, algorithm, bank }: Order): Promise<CardFile> {
  const random = seed === undefined ? platformRandom : seededRandom(seed);
  const { atr, items } = inventCard(generation, random);
  const rule = algorithm ?? (generation === '3.0' ? 'SM4' : '3DES');
  const city = (items['cardIdentificationCode'] ?? '').slice(0, 6);
  const terminalNumber = `${city}000001`;
  const [birthYear, issueYear] = [yearIn(items['birthDate']), yearIn(items['issueDate'])];
  const life = await inventLife({
    generation,
    city,
    birthYear,
    issueYear,
    terminalNumber,
    number: drawn(random, 1000),
  });
  const publicKey = generation === '3.0' ? await inventPublicKey(random) : undefined;
  const masters: MasterKey[] = [];
  const image = await personalise({
    generation,
    algorithm: rule,
    atr,
    ...life,
    items: { ...life.items, ...items },
    ...(publicKey !== undefined && { publicKey }),
    key: ({ directory, name }) => {
      const value = toHex(random(16));
      masters.push({ directory, key: name, value });
      return toHex(cardKey(rule, fromHex(value), city, atr));
    },
  });
  const psam = await makePsam({ generation, algorithm: rule, terminalNumber, masters });
  const kind = bank ?? (generation === '3.0' ? 'dual' : 'rsa');
  const side = await bankSide(kind, items, random);
  return {
    format: CARD_FILE_FORMAT,
    version: CARD_FILE_VERSION,
    card: { ...image, ...(side.image && { financial: side.image }) },
    psam,
    masters,
    ...(side.bank && { bank: side.bank }),
  };
}

interface BankSide {
  readonly image?: FinancialImage;
  readonly bank?: BankFileImage;
}

async function bankSide(
  kind: BankKind | 'none' | FinancialImage,
  items: InventedCard['items'],
  random: RandomBytes,
): Promise<BankSide> {
  if (kind === 'none') return {};
  // Of a profile nobody here knows the masters.
  if (typeof kind === 'object') return { image: kind };
  const { inventBank } = await import('./financial/invent-bank.ts');
  const { name = '', socialSecurityNumber: citizenNumber = '', issueDate = '', expiryDate = '' } = items;
  return inventBank({ kind, name, citizenNumber, issueDate, expiryDate }, random);
}

function yearIn(date = ''): number {
  return Number(date.slice(0, 4));
}

/** A point on the curve of SM2 whose private key is thrown away. */
async function inventPublicKey(random: RandomBytes): Promise<string> {
  const { sm2PublicKey } = await import('../crypto/sm2.ts');
  const privateKey = random(32);
  // Below the order of the curve, whatever was drawn.
  privateKey[0] = (privateKey[0] ?? 0) & 0x7f;
  return toHex(sm2PublicKey(privateKey));
}
