import { describe, expect, it } from 'vitest';
import {
  ask,
  bankWith,
  first,
  type Given,
  initiate,
  last,
  poweredBank,
  RIGHT_PIN,
  readAnswer,
  SELECT_BANK,
  second,
  shown,
  transaction,
  WRONG_PIN,
  WRONG_RESPONSE,
} from './bank.ts';

const NO_LIMITS = { '9F58': 'FF', '9F59': 'FF', '9F53': 'FF', '9F72': 'FF' };
const RANGE = { atc: 10, lastOnlineAtc: '0008' };

describe('what the card approves offline before it wants to be online (6)', () => {
  it.each<[string, Record<string, string>, Given, string]>([
    ['9F58 reached', { '9F58': '03' }, {}, '40 03900000'],
    ['9F58 passed', { '9F58': '02' }, {}, '80 03A02000'],
    ['9F53, own currency', { '9F53': '00' }, {}, '40 03900000'],
    ['9F53, foreign currency', { '9F53': '00' }, { currency: '0840' }, '80 03A02000'],
    ['9F72, own country', { '9F72': '00' }, {}, '40 03900000'],
    ['9F72, foreign country', { '9F72': '00' }, { country: '0840' }, '80 03A02000'],
    ['9F54 reached', { '9F54': '000000010000' }, {}, '40 03900000'],
    ['9F54 passed', { '9F54': '000000009999' }, {}, '80 03A02000'],
    ['9F54, foreign currency', { '9F54': '000000009999' }, { currency: '0840' }, '40 03900000'],
  ])('%s', async (_, limits, given, expected) => {
    const card = await poweredBank(bankWith({ ...NO_LIMITS, ...limits }, RANGE));
    expect(shown(transaction(card, '40', given))).toBe(expected);
  });

  it('counts what it approved, and counts anew once it was online', async () => {
    const card = await poweredBank(bankWith({ ...NO_LIMITS, '9F53': '02', '9F56': '00', '9F54': '000000020000' }));
    const abroad = { currency: '0840' };
    const kinds = () => shown(transaction(card, '40', abroad)).slice(0, 2);
    expect([kinds(), kinds(), kinds()]).toEqual(['40', '40', '80']);
    expect(readAnswer(last(card, second('40', '3030', abroad))).information).toBe('40');
    expect([kinds(), transaction(card, '40').information, transaction(card, '40').information]).toEqual([
      '40',
      '40',
      '40',
    ]);
    expect(transaction(card, '40').information).toBe('80');
  });

  it('counts nothing that it declined', async () => {
    const card = await poweredBank(bankWith({ ...NO_LIMITS, '9F54': '000000010000' }));
    expect(transaction(card, '00').information).toBe('00');
    expect(transaction(card, '40').information).toBe('40');
  });

  it('a register of one byte counts in one byte', async () => {
    const card = await poweredBank(bankWith({ ...NO_LIMITS, '9F58': '03' }, { atc: 0x0101, lastOnlineAtc: 'FF' }));
    expect(shown(transaction(card, '40'))).toBe('40 03900000');
    expect(shown(transaction(card, '40'))).toBe('80 03A02000');
  });

  it.each<[string, Record<string, string>, string]>([
    ['9F59 reached', { '9F59': '03' }, '40 03610000'],
    ['9F59 passed', { '9F59': '02' }, '00 03212000'],
    ['9F5C reached', { '9F5C': '000000010000' }, '40 03610000'],
    ['9F5C passed', { '9F5C': '000000009999' }, '00 03212000'],
  ])('unable to go online: %s', async (_, limits, expected) => {
    const card = await poweredBank(bankWith({ ...NO_LIMITS, ...limits }, RANGE));
    transaction(card, '80');
    expect(shown(readAnswer(last(card, second('40', '5933'))))).toBe(expected);
  });
});

describe('the application default action (3.5)', () => {
  const FAILED = { issuerAuthenticationFailed: true };
  it.each<[string, string, Parameters<typeof bankWith>[2], string]>([
    ['1.8: issuer authentication failed', '8000', FAILED, '80 03A00800'],
    ['without it', '0000', FAILED, '40 03900800'],
    ['2.4: a script failed', '0008', { scriptFailed: true }, '80 03A00008'],
    ['without it', '0000', { scriptFailed: true }, '40 03900008'],
    ['last transaction not completed: always', '0000', { onlineNotCompleted: true }, '80 03A08000'],
  ])('%s', async (_, ada, before, expected) => {
    const card = await poweredBank(bankWith({ ...NO_LIMITS, '9F52': ada }, {}, before));
    expect(shown(transaction(card, '40'))).toBe(expected);
  });

  it.each([
    ['1.2', '0200', '80 03A01000'],
    ['without it', '0000', '40 03901000'],
  ])('%s: a new card goes online', async (_, ada, expected) => {
    const card = await poweredBank(bankWith({ ...NO_LIMITS, '9F52': ada }, { lastOnlineAtc: '0000' }));
    expect(shown(transaction(card, '40'))).toBe(expected);
  });

  it.each([
    ['1.1', '0100', '00 03211000'],
    ['without it', '0000', '40 03611000'],
  ])('%s: a new card that cannot go online is declined', async (_, ada, expected) => {
    const card = await poweredBank(bankWith({ ...NO_LIMITS, '9F52': ada }, { lastOnlineAtc: '0000' }));
    transaction(card, '80');
    expect(shown(readAnswer(last(card, second('40', '5933'))))).toBe(expected);
  });

  it.each([
    ['1.7', '4000', '00 03280000'],
    ['1.7 and 1.3: with advice and reason', '4400', '0B 03280000'],
    ['without it', '0000', '40 03680000'],
  ])('%s: issuer authentication failed', async (_, ada, expected) => {
    const card = await poweredBank(bankWith({ ...NO_LIMITS, '9F52': ada }));
    transaction(card, '80');
    expect(shown(readAnswer(last(card, WRONG_RESPONSE, second('40'))))).toBe(expected);
  });

  it.each([
    ['1.6, required', '2000', '80', '00 03200400'],
    ['1.6, not required', '2000', '00', '40 03600400'],
    ['without it', '0000', '80', '40 03600400'],
  ])('%s: no issuer authentication', async (_, ada, indicator, expected) => {
    const card = await poweredBank(bankWith({ ...NO_LIMITS, '9F52': ada, '9F56': indicator }));
    transaction(card, '80');
    expect(shown(readAnswer(last(card, second('40'))))).toBe(expected);
  });

  it('1.5: declined with advice', async () => {
    const card = await poweredBank(bankWith({ '9F52': '1000' }));
    expect(transaction(card, '00').information).toBe('08');
  });

  it('no advice for what was approved', async () => {
    const card = await poweredBank(bankWith({ '9F52': '1000' }));
    expect(transaction(card, '40').information).toBe('40');
  });

  it('1.4: declined with advice, the tries having been used up', async () => {
    const card = await poweredBank(bankWith({ '9F52': '0800' }));
    expect(transaction(card, '00', {}, WRONG_PIN, WRONG_PIN, WRONG_PIN).information).toBe('0A');
  });

  const spent = (ada: string) => (bank: Parameters<ReturnType<typeof bankWith>>[0]) => ({
    ...bankWith({ ...NO_LIMITS, '9F52': ada })(bank),
    pin: { ...bank.pin, triesLeft: 0 },
  });

  it.each([
    ['2.7: decline', '0040', '00 03804000'],
    ['2.6: online', '0020', '80 03A04000'],
    ['none of them', '0000', '40 03904000'],
  ])('the tries were used up earlier, %s', async (_, ada, expected) => {
    const card = await poweredBank(spent(ada));
    expect(shown(transaction(card, '40'))).toBe(expected);
  });

  it.each([
    ['2.5: decline', '0010', '00 03214000'],
    ['without it', '0000', '40 03614000'],
  ])('the tries were used up earlier, unable to go online, %s', async (_, ada, expected) => {
    const card = await poweredBank(spent(ada));
    transaction(card, '80');
    expect(shown(readAnswer(last(card, second('40', '5933'))))).toBe(expected);
  });

  it('2.3: the tries were used up earlier, decline and block', async () => {
    const card = await poweredBank(spent('0004'));
    expect(shown(transaction(card, '40'))).toBe('00 03804200');
    expect(card.image().financial?.state.blocked).toBe(true);
  });

  it('2.8: the last try blocks the application', async () => {
    const card = await poweredBank(bankWith({ '9F52': '0080' }));
    ask(card, SELECT_BANK, initiate(), WRONG_PIN, WRONG_PIN, WRONG_PIN);
    expect(card.image().financial?.state.blocked).toBe(true);
    expect(shown(readAnswer(last(card, first('40'))))).toBe('00 03864200');
  });

  it('without 2.8 the last try blocks only the PIN', async () => {
    const card = await poweredBank(bankWith({ '9F52': '0000' }));
    ask(card, SELECT_BANK, initiate(), WRONG_PIN, WRONG_PIN, WRONG_PIN);
    expect(card.image().financial?.state.blocked).toBe(false);
  });
});

describe('what the card may answer (4.7)', () => {
  it.each([
    ['00', '00'],
    ['40', '40'],
    ['80', '80'],
  ])('asked for %s it gives no more', async (asked, given) => {
    expect(transaction(await poweredBank(), asked).information).toBe(given);
  });

  it('a blocked application declines at the second cryptogram, too', async () => {
    const card = await poweredBank(bankWith({}, { blocked: true }));
    expect(transaction(card, '40').information).toBe('00');
    expect(last(card, second('40'))).toBe('6985');
  });

  it('the second one is no request', async () => {
    const card = await poweredBank();
    transaction(card, '80');
    expect(last(card, second('80'))).toBe('6A86');
  });

  it.each(['5933', '5A33'])('%s: only what the terminal made is unable to go online', async (code) => {
    const card = await poweredBank();
    transaction(card, '80');
    expect(readAnswer(last(card, second('00', code))).cvr.slice(2, 4)).toBe('21');
    expect(shown(transaction(card, '40'))).toBe('40 03900000');
  });
});

it('an ATC at its end begins no transaction (6)', async () => {
  const card = await poweredBank(bankWith({}, { atc: 0xfffe }));
  expect(ask(card, SELECT_BANK, initiate()).at(-1)?.slice(-4)).toBe('9000');
  expect(ask(card, SELECT_BANK, initiate(), '80CA9F3600').slice(1)).toEqual(['6985', '9F3602FFFF9000']);
});

it('the right PIN after a wrong one counts as right (3.5)', async () => {
  expect(transaction(await poweredBank(), '80', {}, WRONG_PIN, RIGHT_PIN).cvr).toBe('03A40000');
});
