import { fromHex, toHex } from '../../apdu/bytes.ts';
import { diversify } from '../crypto/diversify.ts';
import {
  CARD_FILE_FORMAT,
  CARD_FILE_VERSION,
  type CardFile,
  type FirstCardFile,
  type MasterKey,
} from './card-file-check.ts';
import type { CardImage } from './image.ts';
import { cityFactor, provinceFactor } from './keys.ts';
import { type ProfileKey, profileOf } from './profile.ts';
import type { PsamImage, PsamKeyImage } from './psam-image.ts';
import type { Cipher } from './session-keys.ts';

/** "PSAMSIM1" in the historical bytes; T=0. */
const ATR = '3B6800005053414D53494D31';
/** Three levels, kind 2 (6.2), key version 01: the table of 6.1 has no numbers for it (ASSUMED). */
const PURCHASE = { usage: '62', id: '01' } as const;
const MAC2_TRIES = 15;

/** What a PSAM is made for. */
export interface PsamOrder {
  readonly generation: CardImage['generation'];
  readonly algorithm: CardImage['algorithm'];
  /** Twelve digits; the first six are the city it serves. */
  readonly terminalNumber: string;
  /** National masters. */
  readonly masters: readonly MasterKey[];
}

/** A PSAM with every key that the profile places in one, each at the level its usage byte begins with (6.2, 6.3). */
export async function makePsam({ generation, algorithm, terminalNumber, masters }: PsamOrder): Promise<PsamImage> {
  const { keys } = await profileOf(generation, true);
  const cipher = algorithm === '3DES' ? '3DES' : 'SM4';
  const city = terminalNumber.slice(0, 6);
  const issuer = `${city}0000000001`;
  return {
    atr: ATR,
    algorithm: cipher,
    derive: ['vendor', 'standard'],
    terminalNumber,
    publicInformation: `00000000${terminalNumber}01000000`,
    applicationInformation: `01${issuer}${issuer}2020010120491231`,
    terminalSerial: 0,
    mac2: { tries: MAC2_TRIES, triesLeft: MAC2_TRIES },
    keys: masters.flatMap((master) => {
      const known = keys.find(({ directory, name }) => directory === master.directory && name === master.key);
      const place = placeOf(known);
      return place === undefined ? [] : [psamKey(master, place, cipher, city)];
    }),
  };
}

function placeOf(key: ProfileKey | undefined): { readonly usage: string; readonly id: string } | undefined {
  if (key?.name === 'DPK') return PURCHASE;
  return key?.psam ?? undefined;
}

function psamKey(
  { directory, key, value }: MasterKey,
  place: { readonly usage: string; readonly id: string },
  cipher: Cipher,
  city: string,
): PsamKeyImage {
  const levels = Number.parseInt(place.usage, 16) >> 5;
  const above = [provinceFactor(city), cityFactor(city)].slice(0, 3 - levels);
  const parent = above.reduce((master, factor) => diversify(cipher, master, factor), fromHex(value));
  return { directory, key, usage: place.usage, id: place.id, value: toHex(parent) };
}

/** A file of version 1 in the form of today. */
export async function upgradeCardFile({ card, psam: { terminalNumber, masters } }: FirstCardFile): Promise<CardFile> {
  const psam = await makePsam({ generation: card.generation, algorithm: card.algorithm, terminalNumber, masters });
  return { format: CARD_FILE_FORMAT, version: CARD_FILE_VERSION, card, psam, masters };
}
