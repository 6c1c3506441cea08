import { expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { applicationCryptogram, responseCryptogram } from '../../../src/crypto/emv-cryptograms.ts';
import { pbocSessionKey } from '../../../src/crypto/emv-keys.ts';
import type { FinancialImage } from '../../../src/simulator/financial/image.ts';
import { last, poweredBank, transaction } from './bank.ts';
import { laboratoryBank } from './laboratory.ts';

const key = fromHex(laboratoryBank().keys['3DES']?.ac ?? '');
const ATC = '0001';
const TERMINAL = `000000010000${'00'.repeat(6)}0156000000000001562603150011223344`;

function withIssuerData(issuerData: string) {
  return (bank: FinancialImage): FinancialImage => ({ ...bank, issuerData });
}

it('version 17 is made over amount, unpredictable number, ATC and one byte of the CVR (5)', async () => {
  const card = await poweredBank(withIssuerData('0701170300000001'));
  const { cryptogram, issuerData } = transaction(card, '80');
  const session = pbocSessionKey('3DES', key, fromHex(ATC));
  const expected = applicationCryptogram('3DES', session, fromHex(`00000001000011223344${ATC}A0`));
  expect([cryptogram, issuerData]).toEqual([toHex(expected), '07011703A0000001']);
});

it('version 10 is made with the card key itself, and so is its answer (7.2, 7.4)', async () => {
  const card = await poweredBank(withIssuerData('06010A03000000'));
  const { cryptogram, issuerData } = transaction(card, '80');
  const expected = applicationCryptogram('3DES', key, fromHex(`${TERMINAL}7C00${ATC}03A00000`), 1);
  expect([cryptogram, issuerData]).toEqual([toHex(expected), '06010A03A00000']);
  const response = toHex(responseCryptogram('3DES', key, expected, fromHex('3030')));
  expect(last(card, `008200000A${response}3030`)).toBe('9000');
});

it.each([
  ['no room for a balance', '07010103000000010601000000', '07010103A00000010601000000'],
  ['another id', '07010103000000010A02000000000000000000', '07010103A00000010A02000000000000000000'],
])('what the issuer put behind stays: %s (5)', async (_, issuerData, expected) => {
  expect(transaction(await poweredBank(withIssuerData(issuerData)), '80').issuerData).toBe(expected);
});

it('a card without e-cash tells no balance (5)', async () => {
  const card = await poweredBank(({ state: { balance: _, ...state }, ...bank }) => ({ ...bank, state }));
  expect(transaction(card, '80').issuerData).toBe('07010103A00000010A01000000000000000000');
  expect(last(card, '80CA9F7900')).toBe('6A88');
});
