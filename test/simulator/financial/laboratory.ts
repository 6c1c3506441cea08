import { readFileSync } from 'node:fs';
import { fromProfile } from '../../../src/simulator/financial/from-profile.ts';
import type { DataSetImage, FinancialImage, FinancialKeysImage } from '../../../src/simulator/financial/image.ts';

const fixtures = new URL('../../../fixtures/', import.meta.url);
const read = (path: string) => JSON.parse(readFileSync(new URL(path, fixtures), 'utf8'));

/** What is different on a card of bank-cards.json. */
interface BankCard {
  readonly fci?: string;
  readonly dataSets?: readonly DataSetImage[];
  readonly balance?: string;
  readonly sm?: FinancialKeysImage & { readonly scalar: string };
}

/** The bank side of a golden exchange: the published laboratory profile, changed as bank-cards.json says. */
export function laboratoryBank(id = 'laboratory'): FinancialImage {
  const { cards, profile }: { cards: Record<string, BankCard>; profile: string } = read('golden/bank-cards.json');
  const card = cards[id];
  if (card === undefined) throw new Error(`no golden bank card ${id}`);
  return changed(fromProfile(read(`vectors/emv/${profile}`), profile), card);
}

function changed(image: FinancialImage, { sm, balance, ...members }: BankCard): FinancialImage {
  const { keys, privateKeys, state } = image;
  return {
    ...image,
    ...members,
    ...(sm && { keys: { ...keys, SM4: { ac: sm.ac, mac: sm.mac, enc: sm.enc } } }),
    ...(sm && { privateKeys: { ...privateKeys, sm2: sm.scalar } }),
    ...(balance !== undefined && { state: { ...state, balance } }),
  };
}
