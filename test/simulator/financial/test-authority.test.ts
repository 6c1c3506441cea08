import { expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { recoverCardKey, recoverIssuerKey, verifyStatic } from '../../../src/crypto/rsa-offline.ts';
import { readCardKey, readIssuerKey, verifyStaticSm2 } from '../../../src/crypto/sm2-offline.ts';
import { makeRsaKey } from '../../../src/simulator/financial/rsa-keys.ts';
import {
  certifyCard,
  certifyIssuer,
  type Flaw,
  signStatic,
} from '../../../src/simulator/financial/test-authority-rsa.ts';
import {
  certifySm2Card,
  certifySm2Issuer,
  makeSm2Key,
  signSm2Static,
} from '../../../src/simulator/financial/test-authority-sm2.ts';
import { seededRandom } from '../../../src/simulator/random.ts';
import { keyOfVector, type VectorKey, vector } from './vector-keys.ts';

const PAN = '6200000000000000006';
const TODAY = { year: 2026, month: 1 };
const SERIAL = fromHex('000001');
const STATIC_DATA = fromHex('5F24033012315A0A6200000000000000006F7C00');
const issuerSubject = { number: '62000000', expiry: '1230', serial: SERIAL };
const cardSubject = { number: PAN, expiry: '1230', serial: SERIAL };

/** Number of the keys, of the certificates and of the static signature: one set with remainders, one without. */
it.each([
  ['006', '001', '002', '003'],
  ['012', '007', '008', '009'],
])('certificates are byte for byte those of the reference: keys of vector %s', (keys, issuer, card, data) => {
  const { ca, issuer: bank, icc } = vector('emv-rsa', keys).out as Record<'ca' | 'issuer' | 'icc', VectorKey>;
  const [caKey, issuerKey, cardKey] = [keyOfVector(ca), keyOfVector(bank), keyOfVector(icc)];
  const [first, second, third] = [issuer, card, data].map((number) => vector('emv-rsa', number));
  const subjectOf = (plain: unknown, bytes: number) => {
    const content = String(plain).slice(4);
    const number = content.slice(0, 2 * bytes).replace(/F+$/, '');
    const rest = content.slice(2 * bytes);
    return { number, expiry: rest.slice(0, 4), serial: fromHex(rest.slice(4, 10)) };
  };
  const staticData = fromHex(second?.in['staticData'] ?? '');
  const ofIssuer = certifyIssuer(caKey, subjectOf(first?.out['plain'], 4), issuerKey);
  const ofCard = certifyCard(issuerKey, subjectOf(second?.out['plain'], 10), cardKey, staticData);
  const signed = signStatic(issuerKey, fromHex(String(third?.out['dataAuthCode'])), staticData);
  expect([ofIssuer.certificate, ofIssuer.remainder, ofCard.certificate, ofCard.remainder, signed].map(toHex)).toEqual([
    first?.in['tag90'],
    first?.in['tag92'],
    second?.in['tag9F46'],
    second?.in['tag9F48'],
    third?.in['tag93'],
  ]);
});

it.each([
  [1408, 1152, 1024],
  [1984, 1984, 1984],
  [1152, 896, 768],
  [1000, 1400, 776],
])('a chain of RSA keys of %i, %i and %i bits holds', (...bits) => {
  const random = seededRandom(1);
  const [authority, issuer, card] = bits.map((length) => makeRsaKey(random, length));
  if (!authority || !issuer || !card) throw new Error('three keys');
  const ofIssuer = certifyIssuer(authority, issuerSubject, issuer);
  const ofCard = certifyCard(issuer, cardSubject, card, STATIC_DATA);
  const signature = signStatic(issuer, fromHex('ABCD'), STATIC_DATA);
  const issuerKey = recoverIssuerKey(authority, ofIssuer, PAN, TODAY);
  const cardKey = recoverCardKey(issuer, ofCard, PAN, TODAY, STATIC_DATA);
  expect([issuerKey, cardKey, verifyStatic(issuer, signature, STATIC_DATA)]).toMatchObject([
    { kind: 'valid', value: { key: { modulus: issuer.modulus }, serial: SERIAL } },
    { kind: 'valid', value: { key: { modulus: card.modulus } } },
    { kind: 'valid', value: fromHex('ABCD') },
  ]);
});

it.each([
  ['bent', 'header'],
  ['wrong-hash', 'digest'],
] as const)('an RSA certificate that is %s fails for that reason (%s)', (flaw: Flaw, reason) => {
  const random = seededRandom(2);
  const [authority, issuer] = [makeRsaKey(random, 1408), makeRsaKey(random, 1152)];
  const bad = certifyIssuer(authority, issuerSubject, issuer, flaw);
  expect(recoverIssuerKey(authority, bad, PAN, TODAY)).toEqual({ kind: 'invalid', reason });
});

it('an SM2 chain holds, and has the lengths of P17', () => {
  const random = seededRandom(3);
  const [authority, issuer, card] = [makeSm2Key(random), makeSm2Key(random), makeSm2Key(random)];
  const ofIssuer = certifySm2Issuer(authority, issuerSubject, issuer.publicKey, random);
  const ofCard = certifySm2Card(issuer, cardSubject, card.publicKey, STATIC_DATA, random);
  const signature = signSm2Static(issuer, fromHex('ABCD'), STATIC_DATA, random);
  expect([ofIssuer.length, ofCard.length, signature.length]).toEqual([142, 148, 67]);
  expect([
    readIssuerKey(authority.publicKey, ofIssuer, PAN, TODAY),
    readCardKey(issuer.publicKey, ofCard, PAN, TODAY, STATIC_DATA),
    verifyStaticSm2(issuer.publicKey, signature, STATIC_DATA),
  ]).toMatchObject([
    { kind: 'valid', value: { key: issuer.publicKey, serial: SERIAL } },
    { kind: 'valid', value: { key: card.publicKey } },
    { kind: 'valid', value: fromHex('ABCD') },
  ]);
});

it.each(['bent', 'wrong-hash'] as const)('an SM2 certificate that is %s is not signed', (flaw) => {
  const random = seededRandom(4);
  const authority = makeSm2Key(random);
  const bad = certifySm2Issuer(authority, issuerSubject, makeSm2Key(random).publicKey, random, flaw);
  expect(readIssuerKey(authority.publicKey, bad, PAN, TODAY)).toEqual({ kind: 'invalid', reason: 'signature' });
});

it('SM2 content is byte for byte that of the reference', () => {
  const { in: given } = vector('emv-sm2', '001');
  const tag90 = given['tag90'] ?? '';
  const subject = {
    number: tag90.slice(2, 10).replace(/F+$/, ''),
    expiry: tag90.slice(10, 14),
    serial: fromHex(tag90.slice(14, 20)),
  };
  const random = seededRandom(5);
  const made = certifySm2Issuer(makeSm2Key(random), subject, fromHex(tag90.slice(28, 156)), random);
  expect(toHex(made).slice(0, 156)).toBe(tag90.slice(0, 156));
});
