import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../../apdu/bytes.ts';
import type { Service } from '../../../../src/financial/payment/request.ts';
import { checkRestrictions } from '../../../../src/financial/payment/restrictions.ts';
import { sessionOver } from '../card-script.ts';
import { TERMINAL } from './terminals.ts';

const ATM = { ...TERMINAL, type: 14 };

/** TVR byte 2 for these data of the card; the terminal is in China, version 0030, on 2026-03-15. */
async function restricted(card: Record<string, string>, service: Service = 'goods', terminal = TERMINAL) {
  const { session } = await sessionOver([], { '9F09': '0030', '9F1A': '0156', '9A': '260315' });
  for (const [tag, value] of Object.entries(card)) session.card.set(Number.parseInt(tag, 16), fromHex(value));
  await checkRestrictions(session, terminal, service);
  return String(session.tvr).slice(2, 4);
}

describe('versions', () => {
  it.each([
    ['are the same', { '9F08': '0030' }, '00'],
    ['differ', { '9F08': '0020' }, '80'],
    ['of a card that has none are taken as equal', {}, '00'],
  ])('that %s', async (_, card, bits) => expect(await restricted(card)).toBe(bits));
});

describe('dates', () => {
  it.each([
    ['that begin tomorrow', { '5F25': '260316' }, '20'],
    ['that begin today', { '5F25': '260315' }, '00'],
    ['that ended yesterday', { '5F24': '260314' }, '40'],
    ['that end today', { '5F24': '260315' }, '00'],
    ['of the century before', { '5F24': '991231', '5F25': '500101' }, '40'],
    ['of the end of this half century', { '5F24': '491231' }, '00'],
  ])('%s', async (_, card, bits) => expect(await restricted(card)).toBe(bits));
});

describe('usage control', () => {
  const HOME = '0156';
  const ABROAD = '0344';
  it.each<[string, string, string | undefined, Service, typeof TERMINAL, string]>([
    ['of other places than machines, here', '0100', undefined, 'goods', TERMINAL, '00'],
    ['of machines only, here', 'FE00', undefined, 'goods', TERMINAL, '10'],
    ['of machines only, at one', '0200', undefined, 'cash', ATM, '00'],
    ['of other places only, at a machine', 'FD00', undefined, 'cash', ATM, '10'],
    ['of cash at home', '8100', HOME, 'cash', TERMINAL, '00'],
    ['of cash at home, abroad', '8100', ABROAD, 'cash', TERMINAL, '10'],
    ['of cash abroad', '4100', ABROAD, 'cash', TERMINAL, '00'],
    ['of goods at home', '2100', HOME, 'goods', TERMINAL, '00'],
    ['of goods at home, for services', '2100', HOME, 'services', TERMINAL, '10'],
    ['of goods abroad', '1100', ABROAD, 'goods', TERMINAL, '00'],
    ['of services at home', '0900', HOME, 'services', TERMINAL, '00'],
    ['of services abroad', '0500', ABROAD, 'services', TERMINAL, '00'],
    ['of goods and cash back at home', '2180', HOME, 'cashback', TERMINAL, '00'],
    ['of goods only, for cash back', '2100', HOME, 'cashback', TERMINAL, '10'],
    ['of goods and cash back abroad', '1140', ABROAD, 'cashback', TERMINAL, '00'],
  ])('%s', async (_, usage, country, service, terminal, bits) => {
    const card = { '9F07': usage, ...(country && { '5F28': country }) };
    expect(await restricted(card, service, terminal)).toBe(bits);
  });
});
