import { describe, expect, it } from 'vitest';
import type { FinancialImage } from '../../../src/simulator/financial/image.ts';
import {
  bankWith,
  first,
  initiate,
  last,
  poweredBank,
  readAnswer,
  SELECT_BANK,
  second,
  shown,
  transaction,
} from './bank.ts';

const PAY = { eCash: '01', amount: '000000000750' } as const;
const BALANCE = '80CA9F7900';
const E_CASH_AFL = '08010100100102001801040120010200';

const bank = (change: (bank: FinancialImage) => FinancialImage = (same) => same) =>
  poweredBank(change, 'laboratory-e-cash');

describe('the card treats a purchase as e-cash only if (4.1)', () => {
  it.each<[string, (bank: FinancialImage) => FinancialImage, boolean]>([
    ['everything is in order', (same) => same, true],
    ['the balance covers it', bankWith({}, { balance: '000000000749' }), false],
    ['the single limit covers it', bankWith({ '9F78': '000000000749' }), false],
    ['its currency is the one of the card', bankWith({ '9F51': '0840' }), false],
    ['issuer authentication did not fail', bankWith({}, {}, { issuerAuthenticationFailed: true }), false],
    ['no script failed', bankWith({}, {}, { scriptFailed: true }), false],
    ['the PIN has tries', (image) => ({ ...image, pin: { ...image.pin, triesLeft: 0 } }), false],
  ])('%s', async (_, change, expected) => {
    const card = await bank(change);
    expect(last(card, SELECT_BANK, initiate(PAY)).includes(E_CASH_AFL)).toBe(expected);
  });
});

describe('e-cash pays', () => {
  it('the amount of a TC, and nothing of an AAC or ARQC', async () => {
    const card = await bank();
    for (const [p1, left] of [
      ['00', '5000'],
      ['80', '5000'],
      ['40', '4250'],
    ] as const) {
      transaction(card, p1, PAY);
      expect(last(card, BALANCE)).toBe(`9F790600000000${left}9000`);
    }
  });

  it.each([
    ['another amount than begun with', { ...PAY, amount: '000000005001' }],
    ['another currency than begun with', { ...PAY, currency: '0840' }],
  ])('declines %s when it is not covered', async (_, given) => {
    const card = await bank();
    expect(readAnswer(last(card, SELECT_BANK, initiate(PAY), first('40', given))).information).toBe('00');
    expect(last(card, BALANCE)).toBe('9F79060000000050009000');
  });

  it('when it is not able to go online', async () => {
    const card = await bank();
    transaction(card, '80', PAY);
    expect(shown(readAnswer(last(card, second('40', '5933', PAY))))).toBe('40 03610000');
    expect(last(card, BALANCE)).toBe('9F79060000000042509000');
  });

  it('declines what is not covered when it is not able to go online', async () => {
    const card = await bank();
    transaction(card, '80', PAY);
    const given = { ...PAY, amount: '000000005001' };
    expect(readAnswer(last(card, second('40', '5933', given))).information).toBe('00');
    expect(last(card, BALANCE)).toBe('9F79060000000050009000');
  });

  it('counts against no limit of the debit side', async () => {
    const card = await bank(bankWith({ '9F54': '000000000000' }));
    expect(shown(transaction(card, '40', PAY))).toBe('40 03900000');
    expect(card.image().financial?.state.counters.amount).toBe(0);
  });

  it('debit and credit leave the balance alone', async () => {
    const card = await bank();
    transaction(card, '40', { ...PAY, eCash: '00' });
    expect(last(card, BALANCE)).toBe('9F79060000000050009000');
  });
});

it('the log keeps as many entries as the FCI says, the newest first (4.9)', async () => {
  const card = await bank(bankWith({ '9F58': 'FF' }));
  for (let entry = 0; entry < 12; entry++) transaction(card, '40', { eCash: '01', amount: '000000000100' });
  const numbers = Array.from({ length: 11 }, (_, at) =>
    last(card, `00B2${(at + 1).toString(16).padStart(2, '0')}5C00`).slice(-8, -4),
  );
  expect(numbers).toEqual(['000C', '000B', '000A', '0009', '0008', '0007', '0006', '0005', '0004', '0003', '']);
});

it('an empty load log has no record 00 (4.9)', async () => {
  expect(last(await bank(), SELECT_BANK, '00B2006400')).toBe('6A83');
});
