import { readFileSync } from 'node:fs';
import {
  type DataSetImage,
  type FinancialImage,
  type FinancialKeysImage,
  NEW_TRANSACTIONS,
} from '../../../src/simulator/financial/image.ts';

const fixtures = new URL('../../../fixtures/', import.meta.url);
const read = (path: string) => JSON.parse(readFileSync(new URL(path, fixtures), 'utf8'));

/** What is different on a card of bank-cards.json. */
interface BankCard {
  readonly fci?: string;
  readonly dataSets?: readonly DataSetImage[];
  readonly balance?: string;
  readonly sm?: FinancialKeysImage & { readonly scalar: string };
}

interface Profile {
  readonly pse: { readonly fci: string; readonly records: Readonly<Record<string, string>> };
  readonly application: {
    readonly aid: string;
    readonly fciContact: string;
    readonly debitCredit: { readonly aip: string; readonly afl: string };
    readonly eCash: { readonly aip: string; readonly afl: string };
    readonly records: Readonly<Record<string, string>>;
    readonly getData: Readonly<Record<string, string>>;
    readonly issuerApplicationDataTemplate: string;
    readonly pin: string;
    readonly pinTryLimit: number;
  };
  readonly cardKeys: FinancialKeysImage;
  readonly iccPrivateKey: { readonly p: string; readonly q: string; readonly publicExponent: string };
}

/** The bank side of a golden exchange: the published laboratory profile, changed as bank-cards.json says. */
export function laboratoryBank(id = 'laboratory'): FinancialImage {
  const { cards, profile }: { cards: Record<string, BankCard>; profile: string } = read('golden/bank-cards.json');
  const card = cards[id];
  if (card === undefined) throw new Error(`no golden bank card ${id}`);
  return withProfile(read(`vectors/emv/${profile}`), card);
}

function withProfile({ pse, application, cardKeys, iccPrivateKey }: Profile, card: BankCard): FinancialImage {
  const { debitCredit, eCash, getData, pin, pinTryLimit } = application;
  const { '9F36': atc = '', '9F13': lastOnlineAtc = '', '9F17': tries = '', '9F79': balance = '', ...data } = getData;
  const { p, q, publicExponent: exponent } = iccPrivateKey;
  const { ac, mac, enc } = cardKeys;
  const { sm } = card;
  return {
    directory: { fci: pse.fci, sfi: 1, records: Object.values(pse.records) },
    aid: application.aid,
    fci: card.fci ?? application.fciContact,
    dataSets: card.dataSets ?? [
      { algorithm: '3DES', eCash: false, ...debitCredit },
      { algorithm: '3DES', eCash: true, ...eCash },
    ],
    records: application.records,
    data,
    internal: [],
    keys: { '3DES': { ac, mac, enc }, ...(sm && { SM4: { ac: sm.ac, mac: sm.mac, enc: sm.enc } }) },
    privateKeys: { rsa: { p, q, exponent }, ...(sm && { sm2: sm.scalar }) },
    pin: { digits: pin, tries: pinTryLimit, triesLeft: Number.parseInt(tries, 16) },
    issuerData: application.issuerApplicationDataTemplate,
    state: {
      ...NEW_TRANSACTIONS,
      atc: Number.parseInt(atc, 16),
      lastOnlineAtc,
      blocked: false,
      balance: card.balance ?? balance,
    },
  };
}
