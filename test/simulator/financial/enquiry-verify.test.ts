import { beforeAll, describe, expect, it } from 'vitest';
import { fromHex } from '../../../apdu/bytes.ts';
import { openCard } from '../../../src/card.ts';
import type { CaKeys } from '../../../src/financial/ca-keys.ts';
import { parseCaKeys } from '../../../src/financial/ca-keys-file.ts';
import { SimulatedCard } from '../../../src/simulator/card.ts';
import type { CardFile } from '../../../src/simulator/card-file-check.ts';
import { describeBank } from '../../../src/simulator/financial/describe.ts';
import type { FinancialImage } from '../../../src/simulator/financial/image.ts';
import { inventFile } from '../../../src/simulator/invent.ts';
import { simReaders } from '../../../src/simulator/readers.ts';

type Kind = 'rsa' | 'sm2' | 'dual';

const files = new Map<Kind, CardFile>();
beforeAll(async () => {
  for (const bank of ['rsa', 'sm2', 'dual'] as const) {
    files.set(bank, await inventFile({ generation: '3.0', seed: 44, bank }));
  }
});

function fileOf(kind: Kind): CardFile & { readonly card: { readonly financial: FinancialImage } } {
  const file = files.get(kind);
  if (file?.card.financial === undefined) throw new Error(`no ${kind} card`);
  return file as CardFile & { readonly card: { readonly financial: FinancialImage } };
}

async function keysOf(kind: Kind, more: object = {}): Promise<CaKeys> {
  const keys = await parseCaKeys(JSON.stringify({ keys: fileOf(kind).bank?.caKeys ?? [], ...more }), 'keys');
  return keys.withTestKeys(true);
}

/** Verifies a card of this kind. @param change what is different on its debit side */
async function verify(kind: Kind, change: (bank: FinancialImage) => FinancialImage = (bank) => bank, caKeys?: CaKeys) {
  const { card } = fileOf(kind);
  const simulated = new SimulatedCard({ ...card, financial: change(card.financial) });
  await using readers = simReaders(undefined, { card: simulated });
  const financial = { caKeys: caKeys ?? (await keysOf(kind)) };
  await using opened = await openCard(await readers.waitForCard({ interface: 'contact' }), { financial });
  return await opened.financial.verify();
}

/** Another tag in the place of this one, of the same length: the object is missing. */
const without = (tag: string, length: string, other: string) => (bank: FinancialImage) => ({
  ...bank,
  records: Object.fromEntries(
    Object.entries(bank.records).map(([place, record]) => [place, record.replace(tag + length, other + length)]),
  ),
});

const withAip = (aip: string) => (bank: FinancialImage) => ({
  ...bank,
  dataSets: bank.dataSets.map((set) => ({ ...set, aip })),
});

/** Serial number of the issuer's certificate as it stands in clear in an SM2 one. */
function sm2IssuerSerial(bank: FinancialImage): string {
  const record = Object.values(bank.records).find((one) => /9081[0-9A-F]{2}12/.test(one)) ?? '';
  const start = record.search(/9081[0-9A-F]{2}12/) + 6;
  return record.slice(start + 2 + 8 + 4, start + 2 + 8 + 4 + 6);
}

describe('a card is genuine', () => {
  it.each([
    ['rsa', 'rsa'],
    ['sm2', 'sm2'],
    ['dual', 'sm2'],
  ] as const)('%s: by %s', async (kind, algorithm) => {
    expect(await verify(kind)).toMatchObject({ method: 'dda', result: 'verified', algorithm, testKey: true });
  });

  it.each(['rsa', 'sm2'] as const)('%s: also by its static signature', async (kind) => {
    expect(await verify(kind, withAip('4C00'))).toMatchObject({ method: 'sda', result: 'failed', object: 0x93 });
    const { aip } = fileOf(kind).card.financial.dataSets[0] ?? { aip: '' };
    expect(aip).toBe('7D00');
  });
});

describe('a chain that does not hold', () => {
  it.each([
    ['8F', '01F1', 'C1', 0x8f],
    ['9F32', '01', '9F31', 0x9f32],
    ['9F47', '01', '9F45', 0x9f47],
    ['9F46', '8190', '9F5F', 0x9f46],
  ])('without %s the data are missing', async (tag, length, other, object) => {
    const bank = fileOf('rsa').card.financial;
    expect(
      Object.values(bank.records).some((one) => one.includes(tag + length)),
      'the card has it',
    ).toBe(true);
    const came = await verify('rsa', without(tag, length, other)).catch((error: unknown) => error);
    expect(came).toMatchObject({ result: 'failed', reason: 'card-data-missing', object });
  });

  it('a revoked certificate', async () => {
    const serial = sm2IssuerSerial(fileOf('sm2').card.financial);
    const [key] = fileOf('sm2').bank?.caKeys ?? [];
    const revoked = [{ rid: key?.rid, index: key?.index, serial }];
    const came = await verify('sm2', undefined, await keysOf('sm2', { revoked }));
    expect(came).toMatchObject({ result: 'failed', reason: 'certificate-revoked', object: 0x90 });
  });

  it('the key of another card: each candidate is tried, and none fits', async () => {
    const other = await inventFile({ generation: '3.0', seed: 45, bank: 'rsa' });
    const keys = await parseCaKeys(JSON.stringify({ keys: other.bank?.caKeys ?? [] }), 'keys');
    const came = await verify('rsa', undefined, keys.withTestKeys(true));
    expect(came).toMatchObject({ result: 'failed', reason: 'certificate-damaged', object: 0x90 });
  });

  it('of several keys with one index the right one is found', async () => {
    const other = await inventFile({ generation: '3.0', seed: 45, bank: 'rsa' });
    const keys = await parseCaKeys(JSON.stringify({ keys: other.bank?.caKeys ?? [] }), 'keys');
    const came = await verify('rsa', undefined, keys.with(await keysOf('rsa')).withTestKeys(true));
    expect(came).toMatchObject({ result: 'verified' });
  });

  it('a test key that does not count', async () => {
    const came = await verify('rsa', undefined, (await keysOf('rsa')).withTestKeys(false));
    expect(came).toMatchObject({ result: 'not-possible', reason: 'ca-key-test', object: 0x8f });
  });
});

describe('a chain of SM2 that does not hold', () => {
  const bent = (length: string, at: number) => (bank: FinancialImage) => ({
    ...bank,
    records: Object.fromEntries(
      Object.entries(bank.records).map(([place, record]) => {
        const found = record.indexOf(length);
        if (found < 0) return [place, record];
        const position = found + length.length + 2 * at;
        const byte = Number.parseInt(record.slice(position, position + 2), 16) ^ 1;
        const hex = byte.toString(16).toUpperCase().padStart(2, '0');
        return [place, record.slice(0, position) + hex + record.slice(position + 2)];
      }),
    ),
  });

  it.each([
    ['without the certificate of the card', without('9F46', '8194', '9F5F'), 'card-data-missing', 0x9f46],
    ['without that of the issuer', without('90', '818E12', 'C1'), 'card-data-missing', 0x90],
    ['with a bent certificate of the issuer', bent('90818E', 60), 'signature-wrong', 0x90],
    ['with a bent certificate of the card', bent('9F468194', 60), 'signature-wrong', 0x9f46],
  ])('%s', async (_, change, reason, object) => {
    expect(await verify('sm2', change)).toMatchObject({ result: 'failed', reason, object });
  });
});

describe('a certificate whose remainder is missing', () => {
  it.each([
    ['92', '04', 'C1', 0x92],
    ['9F48', '1A', '9F5F', 0x9f48],
  ])('%s: the data are missing, not wrong', async (tag, length, other, object) => {
    const came = await verify('rsa', without(tag, length, other));
    expect(came).toMatchObject({ result: 'failed', reason: 'card-data-missing', object });
  });
});

describe('what is not possible', () => {
  it.each([
    ['a card that signs only in a payment', withAip('1D00'), 'needs-transaction', 'cda'],
    ['a card without any method', withAip('1C00'), 'no-common-method', 'none'],
    [
      'a blocked application',
      (bank: FinancialImage) => ({ ...bank, state: { ...bank.state, blocked: true } }),
      'application-blocked',
      'none',
    ],
    [
      'a card whose counter has run out',
      (bank: FinancialImage) => ({ ...bank, state: { ...bank.state, atc: 0xffff } }),
      'conditions-not-met',
      'none',
    ],
  ])('%s', async (_, change, reason, method) => {
    expect(await verify('rsa', change)).toMatchObject({ result: 'not-possible', reason, method });
  });
});

describe('the description of a debit side', () => {
  const bank = () => fileOf('rsa').card.financial;

  it('masks the number and tells the rest', () => {
    expect(describeBank(bank())).toMatchObject({
      aid: 'A000000333010101',
      accountNumber: expect.stringMatching(/^620000\*{9}\d{4}$/),
      expiry: expect.stringMatching(/^20\d\d-\d\d-\d\d$/),
      algorithms: ['rsa'],
      blocked: false,
    });
    expect(describeBank(fileOf('dual').card.financial).algorithms).toEqual(['rsa', 'sm2']);
  });

  it.each([
    ['no template', { '1.1': 'FFFF' }, null, null],
    ['a number too short to mask', { '1.1': '70045A021234' }, '****', null],
    ['no digits', { '1.1': '70045A02ABCD' }, null, null],
    ['a year of the last century', { '1.1': '70065F2403991231' }, null, '1999-12-31'],
    ['a date of another length', { '1.1': '70055F24029912' }, null, null],
  ])('with %s', (_, records, accountNumber, expiry) => {
    const { balance: _balance, ...state } = bank().state;
    const described = describeBank({ ...bank(), records, state });
    expect(described).toMatchObject({ accountNumber, expiry, balance: null });
  });

  it('the number is nowhere else in it', () => {
    const [number = ''] = /(?<=5A0A)\d{19}/.exec(Object.values(bank().records).join(' ')) ?? [];
    expect(fromHex(`${number}F`)).toHaveLength(10);
    expect(JSON.stringify(describeBank(bank()))).not.toContain(number.slice(6, -4));
  });
});
