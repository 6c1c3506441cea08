import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, fromHex, toHex } from '../../../apdu/bytes.ts';
import { invalid } from '../../../src/crypto/offline.ts';
import { sm2PublicKey, sm2Sign } from '../../../src/crypto/sm2.ts';
import {
  readCardKey,
  readIssuerKey,
  verifyCombinedSm2,
  verifyDynamicSm2,
  verifyStaticSm2,
} from '../../../src/crypto/sm2-offline.ts';

const card = JSON.parse(
  readFileSync(new URL('../../../fixtures/vectors/emv/pboc3-sm2-static-authentication.json', import.meta.url), 'utf8'),
);
const TODAY = { year: 2026, month: 1 };
const NOTHING = new Uint8Array(0);
const PAN = '6200000000000000';

describe('a dual-algorithm card of PBOC 3.0', () => {
  const issuer = fromHex(card.tag90Parsed.publicKey);
  const staticData = fromHex(card.staticDataToBeAuthenticated);

  it('has a static signature that is right', () => {
    expect(verifyStaticSm2(issuer, fromHex(card.tag93), staticData)).toEqual({
      kind: 'valid',
      value: fromHex(card.tag93Parsed.dataAuthenticationCode),
    });
  });

  it('is found out when its data differ', () => {
    expect(verifyStaticSm2(issuer, fromHex(card.tag93), staticData.subarray(1))).toEqual(invalid('signature'));
  });
});

describe('objects that are signed and wrong', () => {
  const parentKey = new Uint8Array(32).fill(0x35);
  const parent = sm2PublicKey(parentKey);
  const child = sm2PublicKey(new Uint8Array(32).fill(0x36));
  const signed = (data: Uint8Array, ...appended: readonly Uint8Array[]) =>
    concat([data, sm2Sign(parentKey, concat([data, ...appended]))]);

  const facts = {
    format: '12',
    identifier: '620000FF',
    expiry: '1230',
    algorithms: '0400',
    parameter: '11',
    length: '40',
  };
  const issued = (changes: Partial<typeof facts> = {}) => {
    const { format, identifier, expiry, algorithms, parameter, length } = { ...facts, ...changes };
    return signed(concat([fromHex(`${format}${identifier}${expiry}000001${algorithms}${parameter}${length}`), child]));
  };

  it('are right as they stand, with any curve parameter', () => {
    const keys = ['11', '00'].map((parameter) => readIssuerKey(parent, issued({ parameter }), PAN, TODAY));
    const value = { key: child, expiry: { year: 2030, month: 12 }, serial: fromHex('000001') };
    expect(keys).toEqual([
      { kind: 'valid', value },
      { kind: 'valid', value },
    ]);
  });

  it.each([
    ['format', { format: '02' }, 'format'],
    ['issuer', { identifier: '621111FF' }, 'issuer-identifier'],
    ['expiry', { expiry: '1225' }, 'expired'],
    ['algorithm', { algorithms: '0100' }, 'key-algorithm'],
    ['length of key', { length: '20' }, 'key-length'],
  ] as const)('by their %s', (_, changes, reason) => {
    expect(readIssuerKey(parent, issued(changes), PAN, TODAY)).toEqual(invalid(reason));
  });

  it('by another card number', () => {
    const data = concat([fromHex('146200000000000001FFFF123000000104001140'), child]);
    const certificate = signed(data, fromHex('5A'));
    expect(readCardKey(parent, certificate, PAN, TODAY, fromHex('5A'))).toEqual(invalid('card-number'));
    expect(toHex(certificate)).toHaveLength(2 * 148);
  });

  it('by their length', () => {
    expect([
      readIssuerKey(parent, issued().subarray(1), PAN, TODAY),
      verifyStaticSm2(parent, new Uint8Array(66), NOTHING),
      verifyDynamicSm2(parent, concat([fromHex('1509'), new Uint8Array(70)]), NOTHING),
      verifyDynamicSm2(parent, NOTHING, NOTHING),
    ]).toEqual(Array(4).fill(invalid('length')));
  });

  it('by the format of a signature', () => {
    expect([
      verifyStaticSm2(parent, signed(fromHex('03DAC1')), NOTHING),
      verifyDynamicSm2(parent, signed(fromHex('050201FF')), NOTHING),
    ]).toEqual([invalid('format'), invalid('format')]);
  });

  it('by their dynamic data', () => {
    const combined = {
      signature: signed(fromHex('15020801'), new Uint8Array(4)),
      unpredictableNumber: new Uint8Array(4),
      pdolValues: NOTHING,
      cdol1Values: NOTHING,
      cdol2Values: NOTHING,
      response: NOTHING,
      cryptogramInformation: 0x80,
    };
    expect([
      verifyDynamicSm2(parent, signed(fromHex('15020801')), NOTHING),
      verifyDynamicSm2(parent, signed(fromHex('1500')), NOTHING),
      verifyCombinedSm2(parent, combined),
    ]).toEqual(Array(3).fill(invalid('dynamic-data')));
  });
});

describe('anything a card may send', () => {
  it('is judged, and nothing throws', () => {
    const anything = fc.uint8Array({ maxLength: 160 });
    fc.assert(
      fc.property(anything, anything, anything, (key, object, data) => {
        const results = [
          readIssuerKey(key, object, PAN, TODAY),
          readCardKey(key, object, PAN, TODAY, data),
          verifyStaticSm2(key, object, data),
          verifyDynamicSm2(key, object, data),
        ];
        expect(results.map(({ kind }) => kind)).toEqual(Array(4).fill('invalid'));
      }),
      { numRuns: 200 },
    );
  });
});
