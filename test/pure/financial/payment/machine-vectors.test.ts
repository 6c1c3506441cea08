import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../../apdu/bytes.ts';
import type { Channel } from '../../../../drivers/reader.ts';
import { replayReaders } from '../../../../drivers/replay/readers.ts';
import { CaKeys } from '../../../../src/financial/ca-keys.ts';
import { Payment } from '../../../../src/financial/payment/machine.ts';
import type { PaymentState } from '../../../../src/financial/payment/pauses.ts';
import type { TerminalConfig } from '../../../../src/financial/payment/terminal.ts';
import { authority } from '../chains.ts';
import { type Exchange, readVector } from '../vectors.ts';
import { TERMINAL } from './terminals.ts';

const AUSTRALIAN = { code: 36, exponent: 2 };

/** A card that plays these exchanges, strictly in order. */
function cardOf(exchanges: readonly Exchange[]): Promise<Channel> {
  return replayReaders(`atr 3B00\n${exchanges.map(({ c, r }) => `> ${c}\n< ${r}\n`).join('')}`).waitForCard();
}

/** The terminal looks for the payment directory first, then for its one name, then selects what it found. */
function found([select, ...rest]: readonly Exchange[]): Exchange[] {
  if (select === undefined) return [];
  return [{ c: '00A404000E315041592E5359532E444446303100', r: '6A82' }, select, select, ...rest];
}

function terminalFor(aid: string, version: string, capabilities: string, data: readonly [number, string][] = []) {
  const actionCodes = { denial: fromHex('0010000000'), online: fromHex('D84004F800'), default: fromHex('D84000A800') };
  const application = {
    aid: fromHex(aid),
    asi: 'exact',
    version: fromHex(version),
    actionCodes,
    floorLimit: 0,
  } as const;
  const terminal: TerminalConfig = {
    ...TERMINAL,
    country: 36,
    capabilities: fromHex(capabilities),
    applications: [application],
    data: new Map(data.map(([tag, value]) => [tag, fromHex(value)])),
  };
  return terminal;
}

describe('the Visa test card (visa-contact-cvn10-arqc)', () => {
  const { exchanges } = readVector('visa-contact-cvn10-arqc');
  // Its terminal asked for the tries of a PIN that it cannot take: no rule asks for that.
  const needed = exchanges.filter(({ c }) => c !== '80CA9F1700');
  const settings = {
    terminal: terminalFor('A0000000031010', '008C', 'E02000'),
    random: () => fromHex('D3173A1F'),
  };
  const request = {
    service: 'goods',
    amount: 1000,
    currency: AUSTRALIAN,
    at: new Date(2012, 2, 16),
    sequence: 1,
  } as const;

  async function atHost(): Promise<Extract<PaymentState, { kind: 'go-online' }>> {
    const payment = new Payment(await cardOf(found(needed)), settings, request);
    const state = await payment.start();
    return state.kind === 'go-online' ? state : expect.fail(JSON.stringify(state));
  }

  it('asks for its issuer with the cryptogram that the issuer key recomputes', async () => {
    const { request: message } = await atHost();
    expect(toHex(message.field55)).toContain('9F26087CB3BA090724C5249F2701809F1017');
  });

  it('is approved with a failed issuer authentication, byte for byte', async () => {
    const state = await atHost();
    const data = fromHex('8A023030' + '91081122334455667788');
    const end = await state.proceed({ kind: 'answered', data });
    const outcome = end.kind === 'finished' ? end.outcome : undefined;
    const { tvr } = (end.kind === 'finished' && end.records.at(-1)) || {};
    expect(outcome).toMatchObject({ kind: 'approved', online: true, responseCode: '00', signature: true });
    expect([outcome?.kind === 'approved' && toHex(outcome.cryptogram.value), tvr]).toEqual([
      'BB31D191BCED0CF2',
      '8000008040',
    ]);
  });
});

describe('the American Express test card (amex-contact-cda)', () => {
  const { exchanges } = readVector('amex-contact-cda');
  const settings = {
    // Its terminal said EA where the type stands: the signature covers it.
    terminal: terminalFor('A000000025010403', '0001', 'E04008', [[0x9f35, 'EA']]),
    caKeys: CaKeys.of([authority('A000000025', 'A1')]).withTestKeys(true),
    random: () => fromHex('327273B9'),
  };
  const request = {
    service: 'goods',
    amount: 12_000,
    currency: AUSTRALIAN,
    at: new Date(2014, 9, 31),
    sequence: 1,
  } as const;
  const block = fromHex('0102030405060708');

  /** @param given the exchanges of the vector without the one for contactless terminals */
  async function withPin(given: readonly Exchange[] = exchanges.slice(1)): Promise<PaymentState> {
    const state = await new Payment(await cardOf(found(given)), settings, request).start();
    if (state.kind !== 'enter-pin' || state.where !== 'host') return expect.fail(JSON.stringify(state));
    return state.enter(block.slice());
  }

  it('proves its request by the combined signature: the cryptogram inside goes to the host', async () => {
    const state = await withPin();
    const message = state.kind === 'go-online' ? state.request : expect.fail(state.kind);
    expect(toHex(message.field55)).toMatch(/^9F260851F4F65DDE43732D9F270180/);
    expect(message.pinBlock()).toEqual(block);
  });

  it('with a bent signature is not taken online: it is told to decline', async () => {
    const last = exchanges.at(-1);
    const bent = { c: last?.c ?? '', r: (last?.r ?? '').replace('A000009000', 'A000019000') };
    const second = {
      c: '80AE00001F5A3100000001200000000000000000360400048000003614103100327273B900',
      r: '800D000002112233445566778899AA9000',
    };
    const end = await withPin([...exchanges.slice(1, -1), bent, second]);
    expect(end.kind === 'finished' && end.outcome).toMatchObject({
      kind: 'declined',
      online: false,
      by: 'terminal',
      responseCode: 'Z1',
      rule: { rule: { id: 'declined-after-cda-failed' } },
    });
  });
});
