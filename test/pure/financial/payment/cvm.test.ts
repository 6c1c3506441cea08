import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../../apdu/bytes.ts';
import { Pin } from '../../../../src/crypto/pin.ts';
import { verifyCardholder } from '../../../../src/financial/payment/cvm.ts';
import type { PaymentState } from '../../../../src/financial/payment/pauses.ts';
import type { PaymentRequest } from '../../../../src/financial/payment/request.ts';
import type { TerminalConfig } from '../../../../src/financial/payment/terminal.ts';
import type { Exchange } from '../vectors.ts';
import { decided, loneStep } from './courses.ts';
import { PURCHASE, TERMINAL } from './terminals.ts';

/** Amounts X and Y, minor units, then the rules. */
const list = (rules: string, x = 0, y = 0) => hex8(x) + hex8(y) + rules;
const hex8 = (value: number) => value.toString(16).padStart(8, '0');

interface Situation {
  readonly card?: Record<string, string>;
  readonly request?: Partial<PaymentRequest>;
  readonly terminal?: Partial<TerminalConfig>;
  readonly exchanges?: readonly Exchange[];
  readonly isPboc?: boolean;
}

/** Results 9F34, TVR byte 3, TSI byte 1; a pause is answered by `answer`. */
async function verified(
  rules: string,
  situation: Situation = {},
  answer?: (state: PaymentState) => Promise<PaymentState>,
) {
  const { card = {}, request = {}, terminal = {}, exchanges = [], isPboc = true } = situation;
  const { run, session } = await loneStep({
    card: { '8E': rules, ...card },
    request: { ...PURCHASE, ...request },
    settings: { terminal: { ...TERMINAL, ...terminal } },
    exchanges,
    isPboc,
  });
  let state = await run(verifyCardholder);
  while (state.kind !== 'finished') state = answer ? await answer(state) : expect.fail(state.kind);
  const results = toHex(session.terminal.get(0x9f34) ?? new Uint8Array());
  return `${results} ${String(session.tvr).slice(4, 6)} ${String(session.tsi).slice(0, 2)}`;
}

const CAPABILITIES = { nothing: 'E000C8', signature: 'E020C8', plain: 'E080C8', plainAndSignature: 'E0A0C8' } as const;
const capable = (of: keyof typeof CAPABILITIES) => ({ terminal: { capabilities: fromHex(CAPABILITIES[of]) } });

describe('conditions', () => {
  const OWN = { '9F42': '0156' };
  it.each<[string, string, Situation, string]>([
    ['always', list('1F00'), {}, '1F0002 00 40'],
    [
      'unattended cash, unattended',
      list('1F01'),
      { request: { service: 'cash' }, terminal: { type: 25 } },
      '1F0102 00 40',
    ],
    ['unattended cash, attended', list('1F01'), { request: { service: 'cash' } }, '3F0000 80 40'],
    ['no cash of any kind, goods', list('1F02'), {}, '1F0202 00 40'],
    ['no cash of any kind, cash', list('1F02'), { request: { service: 'cash' } }, '3F0000 80 40'],
    ['no cash of any kind, cash back', list('1F02'), { request: { service: 'cashback', cashback: 1 } }, '3F0000 80 40'],
    ['terminal supports it, and does', list('1F03'), {}, '1F0302 00 40'],
    ['terminal supports it, and does not', list('1F031E03'), capable('signature'), '1E0300 00 40'],
    ['manual cash, attended', list('1F04'), { request: { service: 'cash' } }, '1F0402 00 40'],
    ['manual cash, unattended', list('1F04'), { request: { service: 'cash' }, terminal: { type: 25 } }, '3F0000 80 40'],
    ['cash back', list('1F05'), { request: { service: 'cashback', cashback: 1 } }, '1F0502 00 40'],
    ['cash back, goods', list('1F05'), {}, '3F0000 80 40'],
    ['under X', list('1F06', 10_001), { card: OWN }, '1F0602 00 40'],
    ['under X, equal', list('1F06', 10_000), { card: OWN }, '3F0000 80 40'],
    ['over X', list('1F07', 9_999), { card: OWN }, '1F0702 00 40'],
    ['over X, equal', list('1F07', 10_000), { card: OWN }, '3F0000 80 40'],
    ['under Y', list('1F08', 0, 10_001), { card: OWN }, '1F0802 00 40'],
    ['over Y', list('1F09', 0, 9_999), { card: OWN }, '1F0902 00 40'],
    ['under X, in another currency', list('1F06', 99_999), { card: { '9F42': '0840' } }, '3F0000 80 40'],
    ['under X, of a card without a currency', list('1F06', 99_999), {}, '3F0000 80 40'],
    ['one that nobody knows', list('1F0A1F00'), {}, '1F0002 00 40'],
  ])('%s', async (_, rules, situation, expected) => expect(await verified(rules, situation)).toBe(expected));
});

describe('rules of the list', () => {
  it.each<[string, string, Situation, string]>([
    ['an unknown method ends it: TVR 3.7 and 3.8', list('06001F00'), {}, '3F0000 C0 40'],
    ['an unknown method with a next one: TVR 3.7', list('46001F00'), {}, '1F0002 40 40'],
    ['an unknown method whose condition is not met sets nothing', list('06051F00'), {}, '1F0002 00 40'],
    ['a method that is not supported ends it', list('1E001F00'), capable('nothing'), '3F0000 80 40'],
    ['a method that is not supported, with a next one', list('5F001E00'), capable('signature'), '1E0000 00 40'],
    ['a PIN where there is no pad: TVR 3.5', list('41001E00'), capable('signature'), '1E0000 10 40'],
    ['an online PIN where there is no pad: TVR 3.5', list('02001E00'), capable('signature'), '3F0000 90 40'],
    [
      'a PIN of another kind than the pad takes sets no TVR 3.5',
      list('44001E00'),
      capable('plainAndSignature'),
      '1E0000 00 40',
    ],
    ['fail', list('00001F00'), {}, '000001 80 40'],
    ['fail, with a next one', list('40001F00'), {}, '1F0002 00 40'],
    ['PIN and signature at a terminal that has no signature', list('03001F00'), capable('plain'), '3F0000 80 40'],
    ['an identity document where nobody compares it', list('60001F00'), {}, '1F0002 00 40'],
    [
      'an identity document of which the card says nothing',
      list('60001F00'),
      { terminal: { comparesIdentity: true } },
      '1F0002 00 40',
    ],
    [
      'an identity document outside of the Chinese schemes is a method nobody knows',
      list('60001F00'),
      { terminal: { comparesIdentity: true }, isPboc: false },
      '1F0002 40 40',
    ],
    ['an empty end of the list', list('1F05'), {}, '3F0000 80 40'],
  ])('%s', async (_, rules, situation, expected) => expect(await verified(rules, situation)).toBe(expected));

  it('a card that wants no verification: nothing is done', async () => {
    const { run, session } = await loneStep({ aip: '6C00', card: { '8E': list('1F00') } });
    await run(verifyCardholder);
    expect([toHex(session.terminal.get(0x9f34) ?? new Uint8Array()), String(session.tsi)]).toEqual(['3F0000', '0000']);
  });

  it('a card that wants it and has no list: TVR 1.6', async () => {
    const { run, session } = await loneStep();
    await run(verifyCardholder);
    expect([String(session.tvr), decided(session)]).toEqual(['2000000000', ['cvm-list-missing 8E']]);
  });
});

describe('an offline PIN', () => {
  const TRIES: Exchange = { c: '80CA9F1700', r: '9F1701039000' };
  const verify = (r: string): Exchange => ({ c: '0020008008241234FFFFFFFFFF', r });
  const situation = (...exchanges: Exchange[]): Situation => ({ exchanges, ...capable('plainAndSignature') });
  const type = (state: PaymentState) =>
    state.kind === 'enter-pin' && state.where === 'card'
      ? state.enter(Pin.fromDigits(fromHex('31323334')), { lastTry: true })
      : expect.fail(state.kind);

  it.each<[string, string, Exchange[], string]>([
    ['right', '0100', [TRIES, verify('9000')], '010002 00 40'],
    ['right, and a signature: nobody knows of that yet', '0300', [TRIES, verify('9000')], '030000 00 40'],
    ['wrong, then right', '0100', [TRIES, verify('63C2'), verify('9000')], '010002 00 40'],
    ['wrong for the last time', '0100', [TRIES, verify('63C0')], '010001 A0 40'],
    ['wrong, and a signature: failed', '0300', [TRIES, verify('6983')], '030001 A0 40'],
    ['blocked in this transaction', '0100', [TRIES, verify('6983')], '010001 A0 40'],
    ['blocked in an earlier one', '0100', [TRIES, verify('6984')], '010001 A0 40'],
    ['refused with another word', '0100', [TRIES, verify('6A80')], '010001 80 40'],
    ['without a try left: nobody is asked', '0100', [{ c: TRIES.c, r: '9F1701009000' }], '010001 A0 40'],
    ['of a card that does not tell its tries', '0100', [{ c: TRIES.c, r: '6A88' }, verify('9000')], '010002 00 40'],
  ])('%s', async (_, rules, exchanges, expected) => {
    expect(await verified(list(rules), situation(...exchanges), type)).toBe(expected);
  });

  it('of a card that never counts down is sent fifteen times at most', async () => {
    const exchanges = [TRIES, ...Array.from({ length: 15 }, () => verify('63C2'))];
    expect(await verified(list('0100'), situation(...exchanges), type)).toBe('010001 A0 40');
  });
});
