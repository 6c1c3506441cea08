import { concat, fromHex } from '../../../apdu/bytes.ts';
import { SscardError } from '../../../apdu/errors.ts';
import { applicationCryptogram, responseCryptogram } from '../../crypto/emv-cryptograms.ts';
import { pbocSessionKey } from '../../crypto/emv-keys.ts';
import { messageMac } from '../../crypto/mac.ts';
import { atcBytes, type FinancialContents } from './contents.ts';
import type { FinancialAlgorithm, FinancialKeysImage } from './image.ts';
import type { AppletInTransaction, Transaction } from './session.ts';

/** Cryptogram versions (5): debit and credit; quick payment; that of another scheme, without session key. */
const QUICK = 0x17;
const CARD_KEY_ITSELF = 0x0a;
/** Code of the algorithm in the issuer data (4.2). */
const ALGORITHM_CODE = { '3DES': 0x01, SM4: 0x04 } as const;
const E_CASH_BALANCE = 0x01;

/** What a cryptogram is made over, in front of AIP, ATC and CVR (7.3). */
const TERMINAL_DATA = [
  [0x9f02, 6],
  [0x9f03, 6],
  [0x9f1a, 2],
  [0x95, 5],
  [0x5f2a, 2],
  [0x9a, 3],
  [0x9c, 1],
  [0x9f37, 4],
] as const;

/** A value that the terminal gave in this transaction; zeros where no list asked for it. */
export function givenValue({ given }: Transaction, tag: number, length: number): Uint8Array {
  const value = new Uint8Array(length);
  value.set((given.get(tag) ?? value).subarray(0, length));
  return value;
}

/** A card key (7.1). @throws SscardError `sim-file-malformed` for a card that has none of this algorithm */
export function cardKey(
  { image }: FinancialContents,
  algorithm: FinancialAlgorithm,
  use: keyof FinancialKeysImage,
): Uint8Array {
  const keys = image.keys[algorithm];
  if (keys === undefined) throw new SscardError('sim-file-malformed', 'no card keys', { place: `keys.${algorithm}` });
  return fromHex(keys[use]);
}

/** The key of this transaction, or of the last one (7.2). */
export function sessionKey(
  contents: FinancialContents,
  algorithm: FinancialAlgorithm,
  use: keyof FinancialKeysImage,
): Uint8Array {
  return pbocSessionKey(algorithm, cardKey(contents, algorithm, use), atcBytes(contents));
}

/** AAC, TC or ARQC: eight bytes (7.3). @param cvr four bytes */
export function cryptogramOf({ contents, transaction }: AppletInTransaction, cvr: Uint8Array): Uint8Array {
  const { algorithm, aip } = transaction.dataSet;
  const value = (tag: number, length: number) => givenValue(transaction, tag, length);
  const atc = atcBytes(contents);
  const key = cryptogramKey(contents, algorithm);
  const version = versionOf(contents);
  if (version === QUICK)
    return applicationCryptogram(algorithm, key, concat([value(0x9f02, 6), value(0x9f37, 4), atc, cvr.subarray(1, 2)]));
  const data = concat([...TERMINAL_DATA.map(([tag, length]) => value(tag, length)), fromHex(aip), atc, cvr]);
  return applicationCryptogram(algorithm, key, data, version === CARD_KEY_ITSELF ? 1 : 2);
}

/** What the issuer answers to this cryptogram with this code: eight bytes (7.4, method 1). */
export function expectedResponse(
  { contents, transaction }: AppletInTransaction,
  cryptogram: Uint8Array,
  responseCode: Uint8Array,
): Uint8Array {
  const { algorithm } = transaction.dataSet;
  return responseCryptogram(algorithm, cryptogramKey(contents, algorithm), cryptogram, responseCode);
}

function versionOf({ image }: FinancialContents): number {
  return fromHex(image.issuerData)[2] ?? 0;
}

function cryptogramKey(contents: FinancialContents, algorithm: FinancialAlgorithm): Uint8Array {
  const itself = versionOf(contents) === CARD_KEY_ITSELF;
  return itself ? cardKey(contents, algorithm, 'ac') : sessionKey(contents, algorithm, 'ac');
}

/** Tag 9F10 with CVR and algorithm, and the e-cash balance with its MAC where the issuer wants it (5). */
export function issuerData({ contents, transaction }: AppletInTransaction, cvr: Uint8Array): Uint8Array {
  const { algorithm } = transaction.dataSet;
  const { image } = contents;
  const data = fromHex(image.issuerData);
  data.set(cvr, 3);
  const length = data[0] ?? 0;
  if (length >= 7) data[7] = ALGORITHM_CODE[algorithm];
  const { balance } = image.state;
  if (data[length + 2] === E_CASH_BALANCE && data.length >= length + 12 && balance !== undefined) {
    const low = fromHex(balance).subarray(1);
    data.set(concat([low, balanceMac(contents, algorithm, low)]), length + 3);
  }
  return data;
}

function balanceMac(contents: FinancialContents, algorithm: FinancialAlgorithm, balance: Uint8Array): Uint8Array {
  const message = concat([atcBytes(contents), balance, Uint8Array.of(0)]);
  return messageMac(algorithm, sessionKey(contents, algorithm, 'mac'), message).subarray(0, 4);
}
