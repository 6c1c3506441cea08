import { describe, expect, it } from 'vitest';
import { decodeBerTlv, findTag } from '../../../apdu/ber-tlv.ts';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { isLuhnNumber } from '../../../src/crypto/check-digits.ts';
import { cardMasterKey } from '../../../src/crypto/emv-keys.ts';
import {
  type RsaCertificate,
  recoverCardKey,
  recoverIssuerKey,
  verifyStatic,
} from '../../../src/crypto/rsa-offline.ts';
import { sm2PublicKey } from '../../../src/crypto/sm2.ts';
import { readCardKey, readIssuerKey, verifyStaticSm2 } from '../../../src/crypto/sm2-offline.ts';
import type { CaKeyImage } from '../../../src/simulator/financial/ca-keys.ts';
import { type BankKind, inventBank } from '../../../src/simulator/financial/invent-bank.ts';
import { keyOf } from '../../../src/simulator/financial/rsa-keys.ts';
import { seededRandom } from '../../../src/simulator/random.ts';
import { type ReadBank, readBank } from './bank-records.ts';

const HOLDER = {
  name: '张三',
  citizenNumber: '320499189001010017',
  issueDate: '20210803',
  expiryDate: '20310802',
};
const TODAY = { year: 2026, month: 11 };
const invented = (kind: BankKind, order?: Parameters<typeof inventBank>[2]) =>
  inventBank({ ...HOLDER, kind }, seededRandom(11), order);

/** The account number, digits. */
function panOf({ objects }: ReadBank): string {
  return toHex(objects.get(0x5a) ?? new Uint8Array(0)).replace(/F$/, '');
}

const bytes = ({ objects }: ReadBank, tag: number) => objects.get(tag) ?? new Uint8Array(0);

/** Certificate, remainder, exponent. */
function rsaCertificate(read: ReadBank, [certificate, remainder, exponent]: readonly [number, number, number]) {
  const made: RsaCertificate = {
    certificate: bytes(read, certificate),
    remainder: bytes(read, remainder),
    exponent: bytes(read, exponent),
  };
  return made;
}

function rsaAuthority(keys: readonly CaKeyImage[]) {
  const key = keys.find(({ algorithm }) => algorithm === 'rsa');
  if (key?.algorithm !== 'rsa') throw new Error('no RSA key');
  return { modulus: fromHex(key.modulus), exponent: fromHex(key.exponent) };
}

/** Every RSA step of the reference, with the terminal's own code: reasons where it does not hold. */
function rsaChain(read: ReadBank, caKeys: readonly CaKeyImage[]) {
  const pan = panOf(read);
  const issuer = recoverIssuerKey(rsaAuthority(caKeys), rsaCertificate(read, [0x90, 0x92, 0x9f32]), pan, TODAY);
  if (issuer.kind === 'invalid') return { issuer: issuer.reason };
  const { key } = issuer.value;
  const card = recoverCardKey(key, rsaCertificate(read, [0x9f46, 0x9f48, 0x9f47]), pan, TODAY, read.staticData);
  const pin = rsaCertificate(read, [0x9f2d, 0x9f2e, 0x9f2f]);
  return {
    issuer: 'valid',
    card: card.kind === 'valid' ? card.value.key.modulus : card.reason,
    pin: pin.certificate.length > 0 ? recoverCardKey(key, pin, pan, TODAY, new Uint8Array(0)).kind : 'absent',
    static: verifyStatic(key, bytes(read, 0x93), read.staticData).kind,
  };
}

describe('an invented bank side', () => {
  it.each([
    ['rsa', ['3DES', '3DES']],
    ['sm2', ['SM4', 'SM4']],
    ['dual', ['3DES', '3DES', 'SM4', 'SM4']],
  ] as const)('%s: its data sets, keys of each algorithm, and a key of the authority for each', async (kind, sets) => {
    const { image, bank } = await invented(kind);
    const algorithms = [...new Set<string>(sets)];
    expect(image.dataSets.map(({ algorithm }) => algorithm)).toEqual(sets);
    expect([Object.keys(image.keys), Object.keys(bank.masters), bank.caKeys.length]).toEqual([
      algorithms,
      algorithms,
      algorithms.length,
    ]);
  });

  it('has an account number of 19 digits that is valid in form', async () => {
    const { image } = await invented('rsa');
    const [set] = image.dataSets;
    const pan = set ? panOf(readBank(image, set)) : '';
    expect([pan.length, pan.startsWith('620000'), isLuhnNumber(pan)]).toEqual([19, true, true]);
  });

  it('has what a terminal must find, in every data set, once, and track 2 agrees', async () => {
    const { image } = await invented('dual');
    for (const set of image.dataSets) {
      const read = readBank(image, set);
      const mandatory = [0x5a, 0x5f24, 0x8c, 0x8d, 0x8e, 0x8f, 0x90, 0x93, 0x9f46, 0x9f4a, 0x9f0d, 0x9f0e, 0x9f0f];
      expect(mandatory.filter((tag) => !read.objects.has(tag))).toEqual([]);
      expect(read.objects.has(0x9f74)).toBe(set.eCash);
      expect(toHex(bytes(read, 0x57)).split('D')[0]).toBe(panOf(read));
    }
  });

  it('is valid through the last day of the month in which the card ends', async () => {
    const { image } = await invented('rsa');
    expect(findTag(decodeBerTlv(fromHex(image.records['3.1'] ?? '')), 0x5f24)?.value).toEqual(fromHex('310831'));
  });

  it('its card keys come from its masters', async () => {
    const { image, bank } = await invented('dual');
    const [set] = image.dataSets;
    const pan = set ? panOf(readBank(image, set)) : '';
    const derived = (rule: 'A' | 'SM4', master = '') => toHex(cardMasterKey(rule, fromHex(master), pan, '01'));
    expect([image.keys['3DES']?.mac, image.keys.SM4?.ac]).toEqual([
      derived('A', bank.masters['3DES']?.mac),
      derived('SM4', bank.masters.SM4?.ac),
    ]);
  });

  it('is the same for the same seed', async () => {
    expect(await invented('dual')).toEqual(await invented('dual'));
  });

  it('tells of SM2 in its list only where it has it (DF69)', async () => {
    const lists = (['rsa', 'sm2', 'dual'] as const).map(async (kind) => {
      const { image } = await invented(kind);
      return toHex(findTag(decodeBerTlv(fromHex(image.fci)), 0x9f38)?.value ?? new Uint8Array(0)).slice(0, 6);
    });
    expect(await Promise.all(lists)).toEqual(['9F1A02', 'DF6901', 'DF6901']);
  });
});

describe('certificates of an invented bank side', () => {
  it.each([
    [{ authority: 1408, issuer: 1152, card: 1024 }, 896, 3],
    [{ authority: 1984, issuer: 1984, card: 1984 }, 1984, 3],
    [{ authority: 1152, issuer: 1024, card: 768 }, null, 65537],
    [{ authority: 1408, issuer: 1000, card: 640 }, 512, 3],
  ] as const)('RSA keys of %o bits verify in every data set', async (lengths, pinKey, exponent) => {
    const { image, bank } = await invented('rsa', { lengths, pinKey, exponent });
    const { p = '', q = '', exponent: e = '' } = image.privateKeys.rsa ?? {};
    const card = keyOf(fromHex(p), fromHex(q), fromHex(e)).modulus;
    const pin = pinKey === null ? 'absent' : 'valid';
    for (const set of image.dataSets) {
      const chain = rsaChain(readBank(image, set), bank.caKeys);
      expect(chain).toEqual({ issuer: 'valid', card, pin, static: 'valid' });
    }
  });

  it('SM2 verifies in both data sets', async () => {
    const { image, bank } = await invented('sm2');
    const [key] = bank.caKeys;
    const point = key?.algorithm === 'sm2' ? key.point : '';
    for (const set of image.dataSets) {
      const read = readBank(image, set);
      const issuer = readIssuerKey(fromHex(point), bytes(read, 0x90), panOf(read), TODAY);
      if (issuer.kind === 'invalid') throw new Error(issuer.reason);
      const { key: issuerKey } = issuer.value;
      const card = readCardKey(issuerKey, bytes(read, 0x9f46), panOf(read), TODAY, read.staticData);
      expect(card).toMatchObject({ value: { key: sm2PublicKey(fromHex(image.privateKeys.sm2 ?? '')) } });
      expect(verifyStaticSm2(issuerKey, bytes(read, 0x93), read.staticData).kind).toBe('valid');
    }
  });

  it.each([
    [{ issuer: 'bent' }, { issuer: 'header' }],
    [{ issuer: 'wrong-hash' }, { issuer: 'digest' }],
    [{ issuer: 'expired' }, { issuer: 'expired' }],
    [{ card: 'wrong-hash' }, { card: 'digest', static: 'valid', pin: 'valid' }],
    [{ card: 'expired' }, { card: 'expired', static: 'valid', pin: 'valid' }],
    [{ static: 'wrong-hash' }, { static: 'invalid', pin: 'valid' }],
  ] as const)('ordered bad: %o', async (flaws, found) => {
    const { image, bank } = await invented('rsa', { flaws });
    const [set] = image.dataSets;
    expect(set && rsaChain(readBank(image, set), bank.caKeys)).toMatchObject(found);
  });
});
