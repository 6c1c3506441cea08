import type { BerTlv } from '../../../apdu/ber-tlv.ts';
import { toHex } from '../../../apdu/bytes.ts';
import type { RandomBytes } from '../../crypto/random.ts';
import { type CaKeyImage, rsaCaKey, sm2CaKey } from './ca-keys.ts';
import type { FinancialAlgorithm, FinancialImage, RsaPrivateKeyImage } from './image.ts';
import { object } from './objects.ts';
import { makeRsaKey, type RsaExponent, type RsaKeyPair } from './rsa-keys.ts';
import { certifyCard, certifyIssuer, type Flaw, type RsaCertificateObjects, signStatic } from './test-authority-rsa.ts';

/** What a card's certificates are made for, and how. */
export interface CertificateOrder {
  readonly accountNumber: string;
  /** `YYMMDD`. */
  readonly expires: string;
  /** What the AFL marks, and the interchange profile (4.2). */
  readonly staticData: Uint8Array;
  /** Bits of the RSA keys, multiples of 8. Default: 1408, 1152 and 1024, and 896 of the key for PINs; null: it has none. */
  readonly lengths?: { readonly authority: number; readonly issuer: number; readonly card: number };
  readonly pinKey?: number | null;
  readonly exponent?: RsaExponent;
  /** What is wrong on purpose; `expired` ended in December 2019. */
  readonly flaws?: {
    readonly issuer?: Flaw | 'expired';
    readonly card?: Flaw | 'expired';
    readonly static?: Flaw;
  };
}

/** What one algorithm puts on a card, and the public key that a terminal needs for it. */
export interface Certified {
  /** For records: 8F, 90, 93, 9F46 and what belongs to them. */
  readonly objects: readonly BerTlv[];
  readonly privateKeys: FinancialImage['privateKeys'];
  readonly caKey: CaKeyImage;
}

const RID = 'A000000333';
/** Tag 8F: indexes that no published key of the RID has. */
const INDEX = { '3DES': 0xf1, SM4: 0xf2 };
const LENGTHS = { authority: 1408, issuer: 1152, card: 1024 };
const PIN_KEY = 896;
/** The number of the issuer is the first six digits of the account (4.2: three to eight). */
const ISSUER_DIGITS = 6;
const LONG_AGO = '1219';

/** Keys of an authority, an issuer and the card, and what they certify; the same for the same random bytes. */
export async function certificatesOf(
  algorithm: FinancialAlgorithm,
  order: CertificateOrder,
  random: RandomBytes,
): Promise<Certified> {
  return algorithm === '3DES' ? rsaCertificates(order, random) : sm2Certificates(order, random);
}

function rsaCertificates(order: CertificateOrder, random: RandomBytes): Certified {
  const { staticData, flaws = {}, lengths = LENGTHS, pinKey = PIN_KEY, exponent = 3 } = order;
  const make = (bits: number) => makeRsaKey(random, bits, exponent);
  const [authority, issuer, card] = [make(lengths.authority), make(lengths.issuer), make(lengths.card)];
  const pin = pinKey === null ? undefined : make(pinKey);
  const ofIssuer = certifyIssuer(authority, subjectOf(order, 'issuer', random), issuer, signing(flaws.issuer));
  const ofCard = certifyCard(issuer, subjectOf(order, 'card', random), card, staticData, signing(flaws.card));
  const ofPin = pin && certifyCard(issuer, subjectOf({ ...order, flaws: {} }, 'card', random), pin, new Uint8Array(0));
  const signature = signStatic(issuer, random(2), staticData, flaws.static);
  return {
    objects: [
      object(0x8f, Uint8Array.of(INDEX['3DES'])),
      ...certificateObjects([0x90, 0x92, 0x9f32], ofIssuer),
      object(0x93, signature),
      ...certificateObjects([0x9f46, 0x9f48, 0x9f47], ofCard),
      ...(ofPin ? certificateObjects([0x9f2d, 0x9f2e, 0x9f2f], ofPin) : []),
    ],
    privateKeys: { rsa: privateKey(card), ...(pin && { rsaPin: privateKey(pin) }) },
    caKey: rsaCaKey(RID, INDEX['3DES'], authority),
  };
}

async function sm2Certificates(order: CertificateOrder, random: RandomBytes): Promise<Certified> {
  const { certifySm2Card, certifySm2Issuer, makeSm2Key, signSm2Static } = await import('./test-authority-sm2.ts');
  const { staticData, flaws = {} } = order;
  const [authority, issuer, card] = [makeSm2Key(random), makeSm2Key(random), makeSm2Key(random)];
  const issuerSubject = subjectOf(order, 'issuer', random);
  const cardSubject = subjectOf(order, 'card', random);
  return {
    objects: [
      object(0x8f, Uint8Array.of(INDEX.SM4)),
      object(0x90, certifySm2Issuer(authority, issuerSubject, issuer.publicKey, random, signing(flaws.issuer))),
      object(0x93, signSm2Static(issuer, random(2), staticData, random, flaws.static)),
      object(0x9f46, certifySm2Card(issuer, cardSubject, card.publicKey, staticData, random, signing(flaws.card))),
    ],
    privateKeys: { sm2: toHex(card.privateKey) },
    caKey: sm2CaKey(RID, INDEX.SM4, authority.publicKey),
  };
}

/** Certificates end with the month the card ends in. */
function subjectOf({ accountNumber, expires, flaws }: CertificateOrder, whose: 'issuer' | 'card', random: RandomBytes) {
  const expiry = flaws?.[whose] === 'expired' ? LONG_AGO : expires.slice(2, 4) + expires.slice(0, 2);
  const number = whose === 'issuer' ? accountNumber.slice(0, ISSUER_DIGITS) : accountNumber;
  return { number, expiry, serial: random(3) };
}

const signing = (flaw: Flaw | 'expired' | undefined) => (flaw === 'expired' ? undefined : flaw);

/** Certificate, remainder if there is one, exponent. */
function certificateObjects(
  [certificate, remainder, exponent]: readonly [number, number, number],
  made: RsaCertificateObjects,
): readonly BerTlv[] {
  const rest = made.remainder.length === 0 ? [] : [object(remainder, made.remainder)];
  return [object(certificate, made.certificate), ...rest, object(exponent, made.exponent)];
}

function privateKey({ p, q, exponent }: RsaKeyPair): RsaPrivateKeyImage {
  return { p: toHex(p), q: toHex(q), exponent: toHex(exponent) };
}
