import { type BerTlv, decodeBerTlv } from '../../../apdu/ber-tlv.ts';
import { concat, equalBytes } from '../../../apdu/bytes.ts';
import { SscardError } from '../../../apdu/errors.ts';
import type { CardCipher } from '../../crypto/blocks.ts';
import { applicationCryptogram, responseCryptogram } from '../../crypto/emv-cryptograms.ts';
import { type CardIdentity, cardKeysOf, type IssuerKeys, type KeySet, sessionKeysOf } from './issuer-keys.ts';

/** What field 55 of an online request says about one cryptogram. */
export interface OnlineRequest {
  readonly cryptogram: Uint8Array;
  /** By tag 9F27, where it is there: the card asked, it has not decided. */
  readonly isRequest: boolean;
  /** Tag 9F36, two bytes. */
  readonly counter: Uint8Array;
  readonly cipher: CardCipher;
  /** Third byte of tag 9F10. */
  readonly version: number;
  /** What the cryptogram is made over, by its version. */
  readonly input: Uint8Array;
}

/** The cryptogram versions of emv-pboc.md 5 and 7.3. */
const DEBIT_CREDIT = 0x01;
const QUICK = 0x17;
/** Another scheme's: under the card key itself, filled with zeros (7.2, 7.3). */
const CARD_KEY_ITSELF = 0x0a;
const SM4 = 0x04;
/** Of tag 9F27: the bits of the kind, and an ARQC in them. */
const KIND = 0xc0;
const REQUEST = 0x80;

/** In front of application profile, counter and verification results; lengths as the CDOLs of the reference ask for. */
const TERMINAL_DATA: readonly (readonly [tag: number, length: number])[] = [
  [0x9f02, 6],
  [0x9f03, 6],
  [0x9f1a, 2],
  [0x95, 5],
  [0x5f2a, 2],
  [0x9a, 3],
  [0x9c, 1],
  [0x9f37, 4],
  [0x82, 2],
];
const QUICK_DATA: typeof TERMINAL_DATA = [
  [0x9f02, 6],
  [0x9f37, 4],
];

/** Reads field 55; `undefined`: it does not parse, something is missing, or the cryptogram version is another one. */
export function readOnlineRequest(field55: Uint8Array): OnlineRequest | undefined {
  const objects = objectsOf(field55);
  const [cryptogram, counter, issuerData] = [0x9f26, 0x9f36, 0x9f10].map((tag) => objects?.get(tag));
  if (objects === undefined || cryptogram?.length !== 8 || counter?.length !== 2) return undefined;
  if (issuerData === undefined || issuerData.length < 7) return undefined;
  const version = issuerData[2] ?? 0;
  const results = issuerData.subarray(3, 7);
  const quick = version === QUICK;
  if (!quick && version !== DEBIT_CREDIT && version !== CARD_KEY_ITSELF) return undefined;
  const terminal = (quick ? QUICK_DATA : TERMINAL_DATA).map(([tag, length]) => sized(objects.get(tag), length));
  if (!terminal.every((value) => value !== undefined)) return undefined;
  const input = concat([...terminal, counter, quick ? results.subarray(1, 2) : results]);
  // Version 10 has no byte for the algorithm: what stands there is the issuer's own.
  const cipher = version !== CARD_KEY_ITSELF && issuerData[7] === SM4 ? 'SM4' : '3DES';
  const isRequest = ((objects.get(0x9f27)?.[0] ?? REQUEST) & KIND) === REQUEST;
  return { cryptogram, isRequest, counter, cipher, version, input };
}

/** Keys of a transaction, and the one its cryptograms are made with. */
export interface TransactionKeys {
  readonly card: KeySet;
  readonly session: KeySet;
  readonly cryptogramKey: Uint8Array;
}

/** `undefined`: the issuer has no keys of that algorithm. */
export function transactionKeys(
  keys: IssuerKeys,
  { cipher, counter, version }: OnlineRequest,
  identity: CardIdentity,
): TransactionKeys | undefined {
  const card = cardKeysOf(keys, cipher, identity);
  if (card === undefined) return undefined;
  const session = sessionKeysOf(cipher, card, counter);
  return { card, session, cryptogramKey: version === CARD_KEY_ITSELF ? card.ac : session.ac };
}

/** Whether the card made that cryptogram over what field 55 says. */
export function isRight({ cipher, version, input, cryptogram }: OnlineRequest, keys: TransactionKeys): boolean {
  const padding = version === CARD_KEY_ITSELF ? 1 : 2;
  return equalBytes(applicationCryptogram(cipher, keys.cryptogramKey, input, padding), cryptogram);
}

/** Tag 91 by method 1: response cryptogram, then the response code (7.4). */
export function issuerAuthenticationData(
  { cipher, cryptogram }: OnlineRequest,
  keys: TransactionKeys,
  responseCode: Uint8Array,
): Uint8Array {
  return concat([responseCryptogram(cipher, keys.cryptogramKey, cryptogram, responseCode), responseCode]);
}

function sized(value: Uint8Array | undefined, length: number): Uint8Array | undefined {
  return value?.length === length ? value : undefined;
}

function objectsOf(field55: Uint8Array): ReadonlyMap<number, Uint8Array> | undefined {
  try {
    return new Map(decodeBerTlv(field55).map(({ tag, value }: BerTlv) => [tag, value]));
  } catch (error) {
    // What a terminal sent is wrong: that is an answer of a host, not a fault of ours.
    if (error instanceof SscardError) return undefined;
    throw error;
  }
}
