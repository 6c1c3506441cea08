import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { keyCheckValue, withOddParity } from '../../../src/crypto/des-keys.ts';
import {
  applicationCryptogram,
  responseCryptogram,
  responseCryptogramWithStatus,
  scriptMac,
} from '../../../src/crypto/emv-cryptograms.ts';
import { cardMasterKey, commonSessionKey, pbocSessionKey } from '../../../src/crypto/emv-keys.ts';

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../fixtures/vectors/emv/${name}.json`, import.meta.url), 'utf8'));

const KEY = new Uint8Array(16).fill(0x35);
const NOTHING = new Uint8Array(0);

describe('values that an HSM gave for EMV (issuer-crypto-ac-arpc)', () => {
  const [eighty, zeros] = read('issuer-crypto-ac-arpc').cases;
  const masterKey = cardMasterKey('A', fromHex(eighty.imk), eighty.pan, eighty.psn);
  const session = withOddParity(commonSessionKey(masterKey, fromHex(eighty.r)));

  it('card key and session key', () => {
    const check = (key: Uint8Array) => toHex(keyCheckValue('3DES', key).slice(0, 2));
    expect([check(masterKey), check(session)]).toEqual([eighty.iccMkKcv2, eighty.skKcv2]);
  });

  it('application cryptogram, with either padding', () => {
    expect([
      toHex(applicationCryptogram('3DES', session, fromHex(eighty.data))),
      toHex(applicationCryptogram('3DES', session, fromHex(zeros.data), 1)),
    ]).toEqual([eighty.arqc, zeros.arqc]);
  });

  it.each([eighty, zeros])('response by method 1 to $arqc', ({ arqc, arpc1 }) => {
    const response = responseCryptogram('3DES', masterKey, fromHex(arqc), fromHex(arpc1.arc));
    expect(toHex(response)).toBe(arpc1.arpc);
  });

  it.each(eighty.arpc2 as { csu: string; proprietary: string; arpc: string }[])(
    'response by method 2: $arpc',
    ({ csu, proprietary, arpc }) => {
      const response = responseCryptogramWithStatus(session, fromHex(eighty.arqc), fromHex(csu), fromHex(proprietary));
      expect(toHex(response)).toBe(arpc);
    },
  );
});

it('cryptograms of a real test card under the card key itself (visa-contact-cvn10-arqc)', () => {
  const { imkAc, panUsed, psnUsed, udk, arqcInput, arqc, secondInput, secondCryptogram } =
    read('visa-contact-cvn10-arqc').crypto;
  const key = cardMasterKey('A', fromHex(imkAc), panUsed, psnUsed);
  const made = [arqcInput, secondInput].map((input) => toHex(applicationCryptogram('3DES', key, fromHex(input), 1)));
  expect([toHex(key), ...made]).toEqual([udk, arqc, secondCryptogram]);
});

it('the whole way with SM4, as JR/T 0025.17 computes it (issuer-crypto-sm4)', () => {
  const card = read('issuer-crypto-sm4').cases[1];
  const cardKey = cardMasterKey('SM4', fromHex(card.imk), card.pan, card.psn);
  const session = pbocSessionKey('SM4', cardKey, fromHex(card.atc));
  const arqc = applicationCryptogram('SM4', session, fromHex(card.acInput));
  const script = fromHex(card.script.macInput);
  const mac = scriptMac(
    'SM4',
    session,
    script.subarray(0, 5),
    script.subarray(5, 7),
    script.subarray(7, 15),
    script.subarray(15),
  );
  const arpc = responseCryptogram('SM4', session, arqc, fromHex(card.arc));
  expect([cardKey, session, arqc, arpc, mac].map(toHex)).toEqual([
    card.cardKey,
    card.sessionKey,
    card.arqc,
    card.arpc,
    card.script.mac,
  ]);
});

it('session key, cryptogram and response of a UnionPay card (upi-test-card-0031-profile)', () => {
  const { cardKeys, expected } = read('upi-test-card-0031-profile');
  const { arqc, arpc } = expected;
  const session = pbocSessionKey('3DES', fromHex(cardKeys.ac), fromHex(arqc.atc));
  const request = applicationCryptogram('3DES', session, fromHex(arqc.input));
  const response = responseCryptogram('3DES', session, request, fromHex(arpc.arc));
  expect([session, request, response].map(toHex)).toEqual([arqc.sessionKey, arqc.arqc, arpc.arpc]);
});

describe('option B', () => {
  it('is option A for card numbers of sixteen digits', () => {
    const [a, b] = (['A', 'B'] as const).map((option) => cardMasterKey(option, KEY, '6200000000000000', '01'));
    expect(a).toEqual(b);
  });
});

describe('what is a fault of the program', () => {
  it.each([
    ['a filled card number', () => cardMasterKey('A', KEY, '62000000000000F', '01')],
    ['a sequence number of one digit', () => cardMasterKey('A', KEY, '6200000000000000', '1')],
    ['an issuer key of three parts', () => cardMasterKey('A', new Uint8Array(24), '6200000000000000', '01')],
    ['a short diversifier', () => commonSessionKey(KEY, new Uint8Array(2))],
    ['a counter of four bytes', () => pbocSessionKey('3DES', KEY, new Uint8Array(4))],
    ['a session key of eight bytes', () => applicationCryptogram('3DES', new Uint8Array(8), NOTHING)],
    ['padding 1 with SM4', () => applicationCryptogram('SM4', KEY, NOTHING, 1)],
    ['half a cryptogram', () => responseCryptogram('3DES', KEY, new Uint8Array(4), new Uint8Array(2))],
    ['a response code of one byte', () => responseCryptogram('3DES', KEY, new Uint8Array(8), new Uint8Array(1))],
    [
      'nine proprietary bytes',
      () => responseCryptogramWithStatus(KEY, new Uint8Array(8), new Uint8Array(4), new Uint8Array(9)),
    ],
    [
      'a header without Lc',
      () => scriptMac('3DES', KEY, new Uint8Array(4), new Uint8Array(2), new Uint8Array(8), NOTHING),
    ],
  ])('%s', (_, make) => {
    expect(make).toThrow(RangeError);
  });
});
