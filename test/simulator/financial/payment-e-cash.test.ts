import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { CAPABILITIES, cvmResults, lastTvr, paymentRig, payThrough, type RigOptions, toldAs } from './payment-rig.ts';

const TAKES: RigOptions = { terminal: { capabilities: fromHex(CAPABILITIES.all), eCash: true } };
const BALANCE = 7650;

const paying = (amount: number): RigOptions => ({ ...TAKES, request: { amount } });

describe('e-cash', () => {
  it('pays without PIN and host, and the card proves the balance after it', async () => {
    const rig = await paymentRig(paying(650));
    const end = await payThrough(rig);
    expect([toldAs(end), cvmResults(end), rig.bank().state.balance]).toEqual([
      'approved offline Y1 TC',
      '1F0002',
      '000000007000',
    ]);
    expect(end.outcome).toMatchObject({ eCash: { balance: 7000 } });
  });

  it('down to the threshold is offline', async () => {
    const rig = await paymentRig(paying(BALANCE - 1000));
    expect(toldAs(await payThrough(rig))).toBe('approved offline Y1 TC');
  });

  it('below the threshold goes online with a PIN, so that it is loaded again', async () => {
    const rig = await paymentRig(paying(BALANCE - 999));
    const pins: string[] = [];
    const end = await payThrough(rig, {
      'enter-pin': (pause) => {
        pins.push(pause.where);
        return pause.where === 'host' ? pause.enter(new Uint8Array(8)) : expect.fail('card');
      },
      'go-online': (pause) => {
        expect(toHex(pause.request.field55)).toContain('9F7406');
        return pause.proceed(rig.host(pause.request));
      },
    });
    expect([toldAs(end), pins, lastTvr(end).slice(4, 6)]).toEqual(['approved online 00 TC', ['host'], '04']);
  });

  it('below the threshold at an offline terminal is paid', async () => {
    const rig = await paymentRig({ ...paying(BALANCE - 999), terminal: { ...TAKES.terminal, type: 23 } });
    expect(toldAs(await payThrough(rig))).toBe('approved offline Y1 TC');
  });

  it.each<[string, RigOptions]>([
    ['a terminal that does not take it', { request: { amount: 650 } }],
    ['cash', { ...TAKES, request: { amount: 650, service: 'cash' } }],
    ['the word of the merchant', { ...TAKES, request: { amount: 650, forceOnline: true } }],
    ['an amount at the limit of the terminal', { ...paying(650), application: { eCashLimit: 650 } }],
    ['an amount over the balance', paying(BALANCE + 1)],
  ])('is not used for %s', async (_, options) => {
    const capabilities = fromHex(CAPABILITIES.signature);
    const rig = await paymentRig({ ...options, terminal: { ...options.terminal, capabilities } });
    const { outcome } = await payThrough(rig);
    expect([outcome.kind, 'eCash' in outcome]).toEqual(['approved', false]);
  });
});
