import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBerTlv } from '../../../apdu/ber-tlv.ts';
import { concat, fromHex, toHex } from '../../../apdu/bytes.ts';
import { invalid, type Month, type OfflineResult } from '../../../src/crypto/offline.ts';
import {
  recoverCardKey,
  recoverIssuerKey,
  verifyCombined,
  verifyDynamic,
  verifyStatic,
} from '../../../src/crypto/rsa-offline.ts';
import { authorityKeyDigest, type RsaPublicKey } from '../../../src/crypto/rsa-recovery.ts';
import { staticDataToAuthenticate } from '../../../src/crypto/static-data.ts';
import { rsaKeyPair, signContent, signPlain, signStatic } from './rsa-signing.ts';

const read = (path: string) =>
  JSON.parse(readFileSync(new URL(`../../../fixtures/vectors/${path}.json`, import.meta.url), 'utf8'));

interface AuthorityKey {
  readonly rid: string;
  readonly index: string;
  readonly modulus: string;
  readonly exponent: string;
  readonly sha1: string;
}

const authorities: AuthorityKey[] = read('emv/authority-keys').keys;

function authority(rid: string, index: string) {
  const found = authorities.find((one) => one.rid === rid && one.index === index);
  if (!found) throw new Error('no such key');
  return { modulus: fromHex(found.modulus), exponent: fromHex(found.exponent) };
}

/** Values by tag in records, as a terminal collects them. */
function tagsOf(records: readonly Uint8Array[]): (tag: number) => Uint8Array {
  const objects = records.flatMap((record) => decodeBerTlv(record)[0]?.children ?? []);
  return (tag) => objects.find((one) => one.tag === tag)?.value ?? NOTHING;
}

function proven<T>(result: OfflineResult<T>): T {
  if (result.kind === 'invalid') throw new Error(`not proven: ${result.reason}`);
  return result.value;
}

/** The bare operation with a small exponent. */
function publicOperation({ modulus, exponent }: RsaPublicKey, input: Uint8Array): Uint8Array {
  return signPlain({ modulus, exponent, private: exponent }, input);
}

const NOTHING = new Uint8Array(0);
const TODAY = { year: 2026, month: 1 };

describe('keys of authorities', () => {
  it.each(authorities)('$rid/$index has the published digest', ({ rid, index, sha1 }) => {
    const digest = authorityKeyDigest(fromHex(rid), Number.parseInt(index, 16), authority(rid, index));
    expect(toHex(digest)).toBe(sha1);
  });
});

describe('a laboratory card of UnionPay (upi-test-card-0031-profile)', () => {
  const { application, expected } = read('emv/upi-test-card-0031-profile');
  const values = tagsOf(['2.1', '2.2'].map((name) => fromHex(application.records[name])));
  const issuer = proven(
    recoverIssuerKey(
      authority('A000000333', '80'),
      { certificate: values(0x90), remainder: values(0x92), exponent: values(0x9f32) },
      expected.pan,
      TODAY,
    ),
  );
  // The AFL marks one record of file 3.
  const records = [{ sfi: 3, record: fromHex(application.records['3.1']) }];
  const staticData = proven(staticDataToAuthenticate(records, values(0x9f4a), fromHex(application.debitCredit.aip)));
  const certificate = { certificate: values(0x9f46), remainder: values(0x9f48), exponent: values(0x9f47) };

  it('has an issuer key under the authority', () => {
    expect(issuer.key.modulus).toHaveLength(expected.issuerModulusBytes);
  });

  it('proves its records and its key', () => {
    const card = proven(recoverCardKey(issuer.key, certificate, expected.pan, TODAY, staticData));
    expect(card.key.modulus).toHaveLength(expected.iccModulusBytes);
    const { signature, ddolData, iccDynamicNumber } = expected.dda;
    expect(toHex(proven(verifyDynamic(card.key, fromHex(signature), fromHex(ddolData))))).toBe(iccDynamicNumber);
  });

  it('proves nothing when a record is left out', () => {
    expect(recoverCardKey(issuer.key, certificate, expected.pan, TODAY, NOTHING)).toEqual(invalid('digest'));
  });
});

describe('a test card of Visa (oda-parts-visa94)', () => {
  const { tags, ddolData, signature, expected } = read('emv/oda-parts-visa94');
  const issuerCertificate = {
    certificate: fromHex(tags['90']),
    remainder: fromHex(tags['92']),
    exponent: fromHex(tags['9F32']),
  };
  const recovered = (today: Month) =>
    recoverIssuerKey(authority('A000000003', '94'), issuerCertificate, tags['5A'], today);

  it('is valid through the last month, and not after', () => {
    expect(recovered({ year: 2031, month: 12 }).kind).toBe('valid');
    expect(recovered({ year: 2032, month: 1 })).toEqual(invalid('expired'));
  });

  it('has an issuer key as long as published', () => {
    expect(proven(recovered(TODAY)).key.modulus).toHaveLength(expected.issuerModulusBytes);
  });

  it('has a dynamic signature, under the key that its certificate holds', () => {
    // The signed records are not published: the key is taken out of the certificate unproven.
    const issuer = proven(recovered(TODAY)).key;
    const plain = publicOperation(issuer, fromHex(tags['9F46']));
    const modulus = concat([plain.subarray(21, -21), fromHex(tags['9F48'])]);
    const number = verifyDynamic({ modulus, exponent: fromHex(tags['9F47']) }, fromHex(signature), fromHex(ddolData));
    // Dynamic data 02 00 AE: two bytes of number behind their length.
    expect(toHex(proven(number))).toBe(expected.iccDynamicData.slice(2));
  });
});

/** Certificates of our own under the test keys: each rule broken alone, under a right digest. */
describe('certificates that are signed and wrong', () => {
  const keys = read('crypto/emv-rsa').vectors.find((one: { op: string }) => one.op === 'emv.testKeys').out;
  const parent = rsaKeyPair(keys.ca);
  const child = rsaKeyPair(keys.issuer);
  const room = parent.modulus.length - 36;
  const facts = { identifier: '620000FF', expiry: '1230', hash: 1, algorithm: 1, length: child.modulus.length };

  function issued(changes: Partial<typeof facts> = {}, remainder = child.modulus.subarray(room)) {
    const { identifier, expiry, hash, algorithm, length } = { ...facts, ...changes };
    const content = concat([
      fromHex(`02${identifier}${expiry}000001`),
      Uint8Array.of(hash, algorithm, length, child.exponent.length),
      child.modulus.subarray(0, room),
    ]);
    return {
      certificate: signContent(parent, content, remainder, child.exponent),
      remainder,
      exponent: child.exponent,
    };
  }
  const judge = (certificate: ReturnType<typeof issued>, pan = '6200000000000000') =>
    recoverIssuerKey(parent, certificate, pan, TODAY);

  it('are right as they stand', () => {
    expect(proven(judge(issued())).key.modulus).toEqual(child.modulus);
  });

  it.each([
    ['digest algorithm', { hash: 2 }, 'hash-algorithm'],
    ['key algorithm', { algorithm: 4 }, 'key-algorithm'],
    ['issuer', { identifier: '621111FF' }, 'issuer-identifier'],
    ['issuer of two digits', { identifier: '62FFFFFF' }, 'issuer-identifier'],
    ['issuer that is filled in the middle', { identifier: '62F000FF' }, 'issuer-identifier'],
    ['month', { expiry: '1330' }, 'expired'],
    ['month that is no number', { expiry: 'AA30' }, 'expired'],
    ['last month', { expiry: '1225' }, 'expired'],
    ['year of the last century', { expiry: '1299' }, 'expired'],
    ['length of key', { length: 0 }, 'key-length'],
    ['length of key beyond the remainder', { length: 255 }, 'remainder'],
  ] as const)('by their %s', (_, changes, reason) => {
    expect(judge(issued(changes))).toEqual(invalid(reason));
  });

  it('hold this month, to its last day', () => {
    expect(judge(issued({ expiry: '0126' })).kind).toBe('valid');
  });

  it('hold a key that fits without a remainder, and then a remainder is not part of it', () => {
    const short = proven(judge(issued({ length: room }, Uint8Array.of(1, 2))));
    expect(short.key.modulus).toEqual(child.modulus.slice(0, room));
  });

  it('need the authority that made them', () => {
    expect(recoverIssuerKey(child, issued(), '6200000000000000', TODAY)).toEqual(invalid('length'));
  });
});

describe('signatures that are signed and wrong', () => {
  const key = rsaKeyPair(
    read('crypto/emv-rsa').vectors.find((one: { op: string }) => one.op === 'emv.testKeys').out.icc,
  );
  const number = fromHex('085CA1137893F31DCE');

  function dynamic(data: Uint8Array, length = data.length) {
    const filling = new Uint8Array(key.modulus.length - 25 - data.length).fill(0xbb);
    return concat([Uint8Array.of(0x05, 0x01, length), data, filling]);
  }
  const frame = (plain: Uint8Array) => verifyDynamic(key, signPlain(key, plain), NOTHING);
  const block = (first: number, last: number) =>
    concat([Uint8Array.of(first), new Uint8Array(key.modulus.length - 2), Uint8Array.of(last)]);

  it('have a frame, which is looked at from the outside in', () => {
    expect([frame(block(0x6b, 0xbb)), frame(block(0x6a, 0xbb)), frame(block(0x6a, 0xbc))]).toEqual(
      ['header', 'trailer', 'format'].map((reason) => invalid(reason as 'header')),
    );
  });

  it('are not below the modulus', () => {
    expect(verifyDynamic(key, new Uint8Array(key.modulus.length).fill(0xff), NOTHING)).toEqual(invalid('recovery'));
  });

  it.each([
    ['a number without end', dynamic(Uint8Array.of(0xff, 1, 2))],
    ['no number', dynamic(Uint8Array.of(0, 1, 2))],
    ['dynamic data without end', dynamic(number, 0xff)],
    ['no dynamic data', dynamic(NOTHING)],
  ])('have %s', (_, content) => {
    expect(verifyDynamic(key, signContent(key, content), NOTHING)).toEqual(invalid('dynamic-data'));
  });

  it.each([
    ['no room for a cryptogram', concat([number, Uint8Array.of(0x80)]), 'dynamic-data'],
    ['no number', new Uint8Array(40), 'dynamic-data'],
    ['another cryptogram information', concat([number, new Uint8Array(29)]), 'cryptogram-information'],
    ['another digest', concat([number, Uint8Array.of(0x80), new Uint8Array(28)]), 'transaction-digest'],
  ] as const)('are combined and have %s', (_, data, reason) => {
    const combined = {
      signature: signContent(key, dynamic(data), new Uint8Array(4)),
      unpredictableNumber: new Uint8Array(4),
      pdolValues: NOTHING,
      cdol1Values: NOTHING,
      cdol2Values: NOTHING,
      response: NOTHING,
      cryptogramInformation: 0x80,
    };
    expect(verifyCombined(key, combined)).toEqual(invalid(reason));
  });

  it('are right under a modulus with a zero in front', () => {
    const padded = { modulus: concat([Uint8Array.of(0), key.modulus]), exponent: key.exponent };
    expect(verifyStatic(padded, signStatic(key, fromHex('DAC1'), number), number)).toEqual({
      kind: 'valid',
      value: fromHex('DAC1'),
    });
  });
});

describe('anything a card may send', () => {
  const anything = fc.uint8Array({ maxLength: 160 });

  it('is judged, and nothing throws', () => {
    const cases = fc.record({ modulus: anything, exponent: anything, certificate: anything, remainder: anything });
    fc.assert(
      fc.property(cases, ({ modulus, exponent, certificate, remainder }) => {
        const key = { modulus, exponent };
        const sized = certificate.length > modulus.length ? certificate.slice(0, modulus.length) : certificate;
        const pan = '6200000000000000';
        const results = [
          recoverIssuerKey(key, { certificate: sized, remainder, exponent }, pan, TODAY),
          recoverCardKey(key, { certificate: sized, remainder, exponent }, pan, TODAY, remainder),
          verifyStatic(key, sized, remainder),
          verifyDynamic(key, sized, remainder),
        ];
        expect(results.map(({ kind }) => kind)).toEqual(Array(4).fill('invalid'));
      }),
      { numRuns: 300 },
    );
  });
});
