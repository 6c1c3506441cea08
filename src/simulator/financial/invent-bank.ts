import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { luhnCheckDigit } from '../../crypto/check-digits.ts';
import { cardMasterKey } from '../../crypto/emv-keys.ts';
import type { RandomBytes } from '../../crypto/random.ts';
import { encodeItem } from '../encode.ts';
import { drawn } from '../holders.ts';
import type { BankFileImage } from './bank-file.ts';
import type { FinancialAlgorithm, FinancialImage, FinancialKeysImage, FinancialState } from './image.ts';
import { type BankPersonalisation, personaliseBank } from './personalise-bank.ts';

/** Which sets of data an invented bank side has. */
export type BankKind = 'rsa' | 'sm2' | 'dual';

/** The holder of the social side, and the life of the card. Dates `YYYYMMDD`. */
export interface BankFacts {
  readonly kind: BankKind;
  readonly name: string;
  readonly citizenNumber: string;
  readonly issueDate: string;
  readonly expiryDate: string;
}

/** No bank has this number; tests use it as well. */
const BIN = '620000';
const ACCOUNT_DIGITS = 19;
const SEQUENCE = '01';
/** Not the first PIN of the social side: who tries the wrong one sees that it is. */
const PINS = ['735190', '482615'];
const ALGORITHMS = { rsa: ['3DES'], sm2: ['SM4'], dual: ['3DES', 'SM4'] } as const;
const PREFERRED_NAME = '银联借记卡';
const CHINA = '0156';

/**
 * A bank side that belongs to nobody: an account number that is valid in form, keys from random masters, certificates of a
 * private test authority. Others than `facts` say may be ordered for tests.
 */
export async function inventBank(
  facts: BankFacts,
  random: RandomBytes,
  order: Partial<BankPersonalisation> = {},
): Promise<{ readonly image: FinancialImage; readonly bank: BankFileImage }> {
  const body = BIN + Array.from({ length: ACCOUNT_DIGITS - BIN.length - 1 }, () => drawn(random, 10)).join('');
  const accountNumber = body + luhnCheckDigit(body);
  const algorithms = order.algorithms ?? ALGORITHMS[facts.kind];
  const masters = algorithms.map((algorithm) => [algorithm, drawnKeys(random)] as const);
  const keys = masters.map(([algorithm, key]) => [algorithm, cardKeys(algorithm, key, accountNumber)] as const);
  const made = await personaliseBank(
    {
      algorithms,
      accountNumber,
      sequence: SEQUENCE,
      effective: facts.issueDate.slice(2),
      expires: lastDay(facts.expiryDate),
      name: await text(facts.name, 26),
      identity: facts.citizenNumber,
      preferredName: await text(PREFERRED_NAME, 16),
      pin: PINS[drawn(random, PINS.length)] ?? '',
      keys: Object.fromEntries(keys),
      state: await life(Number(facts.issueDate.slice(0, 4)) + 1),
      ...order,
    },
    random,
  );
  return { image: made.image, bank: { masters: Object.fromEntries(masters), caKeys: made.caKeys } };
}

function drawnKeys(random: RandomBytes): FinancialKeysImage {
  return { ac: toHex(random(16)), mac: toHex(random(16)), enc: toHex(random(16)) };
}

/** By option A or its form for SM4 (7.1). */
function cardKeys(algorithm: FinancialAlgorithm, masters: FinancialKeysImage, pan: string): FinancialKeysImage {
  const rule = algorithm === 'SM4' ? 'SM4' : 'A';
  const derive = (master: string) => toHex(cardMasterKey(rule, fromHex(master), pan, SEQUENCE));
  return { ac: derive(masters.ac), mac: derive(masters.mac), enc: derive(masters.enc) };
}

/** `YYMMDD` of the last day of a month: bank cards are valid through it. */
function lastDay(date: string): string {
  const end = new Date(Date.UTC(Number(date.slice(0, 4)), Number(date.slice(4, 6)), 0));
  return end.toISOString().slice(2, 10).replaceAll('-', '');
}

/** GBK without filling. */
async function text(value: string, most: number): Promise<Uint8Array> {
  const field = await encodeItem('an', most, value);
  const end = field.indexOf(0);
  return end < 0 ? field : field.subarray(0, end);
}

/** An account that was used: loaded once, then two payments with e-cash, and one online. */
async function life(year: number): Promise<Partial<FinancialState>> {
  const yy = String(year % 100).padStart(2, '0');
  const merchant = async (name: string) => toHex(await encodeItem('an', 20, name));
  const paid = (date: string, fen: string, shop: string, counter: string) =>
    `${yy}${date}${fen}000000000000${CHINA}${CHINA}${shop}00${counter}`;
  const [market, tea, bank] = [await merchant('子虚超市'), await merchant('海市蜃楼茶社'), await merchant('乌有银行')];
  return {
    atc: 4,
    lastOnlineAtc: '0004',
    balance: '000000007650',
    log: [
      paid('0309184502', '000000012800', market, '0004'),
      paid('0305120716', '000000000850', tea, '0003'),
      paid('0302083011', '000000001500', market, '0002'),
    ],
    loadLog: [`9F79000000000000000000010000${yy}0301100000${CHINA}${bank}0001`],
  };
}
