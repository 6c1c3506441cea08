import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { Pin } from '../../../src/crypto/pin.ts';
import { CaKeys } from '../../../src/financial/ca-keys.ts';
import { enterAtPad } from '../../../src/financial/payment/pad.ts';
import type { EnterPin, PaymentState } from '../../../src/financial/payment/pauses.ts';
import type { FinancialImage } from '../../../src/simulator/financial/image.ts';
import { SimulatedPinPad } from '../../../src/simulator/pin-pad.ts';
import {
  CAPABILITIES,
  cvmResults,
  enter,
  lastTvr,
  OTHER_PIN,
  ofKind,
  PIN,
  paymentRig,
  payThrough,
  type RigOptions,
  toldAs,
  typing,
} from './payment-rig.ts';

const PLAIN: RigOptions = { terminal: { capabilities: fromHex(CAPABILITIES.plainPin) } };
const ENCIPHERED: RigOptions = { terminal: { capabilities: fromHex(CAPABILITIES.encipheredPin) } };
const ONLINE_PIN: RigOptions = { terminal: { capabilities: fromHex(CAPABILITIES.onlinePin) } };

/** One rule only, without a next one. */
const only = (rule: string) => (bank: FinancialImage) => ({
  ...bank,
  records: {
    ...bank.records,
    '4.3': bank.records['4.3']?.replace(/8E14[0-9A-F]{40}/, `8E0A0000000000000000${rule}`) ?? '',
  },
});

/** The record is shorter then: its length, too. */
const fitted = (change: (bank: FinancialImage) => FinancialImage) => (bank: FinancialImage) => {
  const changed = change(bank);
  const { '4.3': record = '' } = changed.records;
  const body = record.slice(4);
  const length = toHex(Uint8Array.of(body.length / 2));
  return { ...changed, records: { ...changed.records, '4.3': `70${length}${body}` } };
};

const withTries = (triesLeft: number) => (bank: FinancialImage) => ({ ...bank, pin: { ...bank.pin, triesLeft } });

describe('a PIN that the card compares', () => {
  it('in plain: right, sent once', async () => {
    const rig = await paymentRig(PLAIN);
    const end = await payThrough(rig, { 'enter-pin': typing(PIN) });
    expect([toldAs(end), cvmResults(end), ofKind(rig.sent, '20').length]).toEqual([
      'approved offline Y1 TC',
      '410302',
      1,
    ]);
  });

  it('enciphered under the key of the card: right, and the PIN is not in the command', async () => {
    const rig = await paymentRig(ENCIPHERED);
    const end = await payThrough(rig, { 'enter-pin': typing(PIN) });
    const [verify = ''] = ofKind(rig.sent, '20');
    expect([toldAs(end), cvmResults(end), verify.slice(0, 8), verify.includes(PIN)]).toEqual([
      'approved offline Y1 TC',
      '440302',
      '00200088',
      false,
    ]);
  });

  it('wrong, then right: asked again with what is left, each with a challenge of its own', async () => {
    const rig = await paymentRig(ENCIPHERED);
    const seen: unknown[] = [];
    const type = typing(OTHER_PIN, PIN);
    const end = await payThrough(rig, {
      'enter-pin': (pause) => {
        if (pause.where === 'card') seen.push([pause.triesLeft, pause.wrong, pause.lastTry]);
        return type(pause);
      },
    });
    expect([toldAs(end), seen, ofKind(rig.sent, '84').length]).toEqual([
      'approved offline Y1 TC',
      [
        [3, false, false],
        [2, true, false],
      ],
      2,
    ]);
  });

  it('wrong to the end: the card blocks it, TVR 3.6, and the next method of the list is taken', async () => {
    const rig = await paymentRig(PLAIN);
    const end = await payThrough(rig, { 'enter-pin': typing(OTHER_PIN, OTHER_PIN, OTHER_PIN) });
    expect([rig.bank().pin.triesLeft, cvmResults(end), end.records.some(({ tvr }) => tvr === '0000200000')]).toEqual([
      0,
      '5E0300',
      true,
    ]);
  });

  it('wrong to the end, with no other method: TVR 3.8 and 3.6', async () => {
    const rig = await paymentRig({ ...PLAIN, bank: fitted(only('0103')) });
    const end = await payThrough(rig, { 'enter-pin': typing(OTHER_PIN, OTHER_PIN, OTHER_PIN) });
    expect([lastTvr(end).slice(4, 6), cvmResults(end)]).toEqual(['A0', '010301']);
  });

  it('blocked before: nobody is asked', async () => {
    const rig = await paymentRig({ ...PLAIN, bank: withTries(0) });
    await payThrough(rig, { 'enter-pin': () => expect.fail('asked') });
    expect(ofKind(rig.sent, '20')).toEqual([]);
  });

  it('is not spent on the last try unless told so', async () => {
    const rig = await paymentRig({ ...PLAIN, bank: withTries(1) });
    const sent: number[] = [];
    const end = await payThrough(rig, {
      'enter-pin': (pause) => {
        sent.push(ofKind(rig.sent, '20').length);
        if (pause.where !== 'card') return expect.fail('host');
        return enter(pause, PIN, sent.length > 1);
      },
    });
    expect([toldAs(end), sent]).toEqual(['approved offline Y1 TC', [0, 0]]);
  });

  it.each(['123', '1234567890123', '12a456'])('%s is no PIN: not sent, asked for again', async (text) => {
    const rig = await paymentRig(PLAIN);
    const end = await payThrough(rig, { 'enter-pin': typing(text, PIN) });
    expect([toldAs(end), ofKind(rig.sent, '20').length]).toEqual(['approved offline Y1 TC', 1]);
  });

  it('is bypassed where the terminal allows it: TVR 3.4, and no other rule asks again', async () => {
    const rig = await paymentRig({ terminal: { ...PLAIN.terminal, pinBypass: true } });
    const asked: EnterPin[] = [];
    const end = await payThrough(rig, {
      'enter-pin': (pause) => {
        asked.push(pause);
        return pause.bypass();
      },
    });
    expect([cvmResults(end), lastTvr(end).slice(4, 6), asked.length]).toEqual(['5E0300', '08', 1]);
  });

  it('is not bypassed elsewhere', async () => {
    const rig = await paymentRig(PLAIN);
    const pause = await rig.payment.start();
    await expect(pause.kind === 'enter-pin' && pause.bypass()).rejects.toThrow(RangeError);
  });

  it('with a pad that does not work: TVR 3.5', async () => {
    const rig = await paymentRig(PLAIN);
    const end = await payThrough(rig, { 'enter-pin': (pause) => pause.padFailed() });
    expect([cvmResults(end), lastTvr(end).slice(4, 6)]).toEqual(['5E0300', '10']);
  });

  it('is not asked for when the card proves no key to encipher it with', async () => {
    const rig = await paymentRig({ ...ENCIPHERED, settings: { caKeys: CaKeys.empty } });
    const end = await payThrough(rig, { 'enter-pin': () => expect.fail('asked') });
    expect(end.records.flatMap(({ decisions }) => decisions.map(({ rule }) => rule.id))).toContain(
      'pin-key-not-proven',
    );
  });

  it('is wiped after use', async () => {
    const digits = new TextEncoder().encode(PIN);
    const rig = await paymentRig(PLAIN);
    await payThrough(rig, {
      'enter-pin': (pause) => (pause.where === 'card' ? pause.enter(Pin.fromDigits(digits)) : expect.fail('host')),
    });
    expect(digits).toEqual(new Uint8Array(digits.length));
  });
});

describe('a PIN that the host compares', () => {
  it('goes there as the block that the pad made, and is wiped then', async () => {
    const rig = await paymentRig({ ...ONLINE_PIN, request: { forceOnline: true } });
    const block = fromHex('0102030405060708');
    const seen: string[] = [];
    const end = await payThrough(rig, {
      'enter-pin': (pause) => (pause.where === 'host' ? pause.enter(block) : expect.fail('card')),
      'go-online': (pause) => {
        seen.push(toHex(pause.request.pinBlock() ?? new Uint8Array()));
        return pause.proceed(rig.host(pause.request));
      },
    });
    expect([toldAs(end), cvmResults(end), lastTvr(end).slice(4, 6), seen, toHex(block)]).toEqual([
      'approved online 00 TC',
      '420300',
      '04',
      ['0102030405060708'],
      '0000000000000000',
    ]);
  });

  it('shows neither account nor block when the request is printed', async () => {
    const rig = await paymentRig({ ...ONLINE_PIN, request: { forceOnline: true } });
    const pin = await rig.payment.start();
    const state: PaymentState =
      pin.kind === 'enter-pin' && pin.where === 'host' ? await pin.enter(new Uint8Array(8)) : pin;
    const { inspect } = process.getBuiltinModule('node:util');
    const printed = state.kind === 'go-online' ? inspect(state, { depth: 9, showHidden: true }) : '';
    const account = state.kind === 'go-online' ? state.request.account().number : 'none';
    expect(printed).toContain('field55');
    expect([printed.includes(account), JSON.stringify(state).includes(account)]).toEqual([false, false]);
  });
});

describe('at a pad', () => {
  const workingKey = fromHex('0123456789ABCDEFFEDCBA9876543210');

  async function atPad(rigOptions: RigOptions, pad: SimulatedPinPad, options = {}): Promise<string> {
    const rig = await paymentRig(rigOptions);
    let state = await rig.payment.start();
    while (state.kind === 'enter-pin') {
      const came = await enterAtPad(state, pad, options);
      state = came.kind === 'entered' ? came.state : await rig.payment.abandon();
    }
    return state.kind === 'finished' ? toldAs(state) : state.kind;
  }

  it('digits for the card', async () => {
    const pad = new SimulatedPinPad();
    pad.act(OTHER_PIN, PIN);
    expect(await atPad(PLAIN, pad)).toBe('approved offline Y1 TC');
    expect(pad.entries.map(({ prompt }) => prompt)).toEqual(['pin', 'pin-wrong']);
  });

  it('a block for the host', async () => {
    const pad = new SimulatedPinPad({ workingKey, givesDigits: false });
    pad.act(PIN);
    expect(await atPad({ ...ONLINE_PIN, request: { forceOnline: true } }, pad)).toBe('go-online');
  });

  it('one that gives no digits does not work for a PIN that the card compares', async () => {
    const pad = new SimulatedPinPad({ workingKey, givesDigits: false });
    expect(await atPad(PLAIN, pad)).toBe('approved offline Y1 TC');
    expect(pad.entries).toEqual([]);
  });

  it('cancelled: the payment is abandoned', async () => {
    const pad = new SimulatedPinPad();
    pad.act({ act: 'cancel' });
    expect(await atPad(PLAIN, pad)).toBe('abandoned');
  });

  it('the last try is kept unless the cardholder agrees', async () => {
    const pad = new SimulatedPinPad();
    expect(await atPad({ ...PLAIN, bank: withTries(1) }, pad)).toBe('abandoned');
    pad.act(PIN);
    const options = { lastTry: async () => true };
    expect(await atPad({ ...PLAIN, bank: withTries(1) }, pad, options)).toBe('approved offline Y1 TC');
    expect(pad.entries.map(({ prompt }) => prompt)).toEqual(['pin-last-try']);
  });
});

describe('an identity document (PBOC method 20)', () => {
  const operator: RigOptions = { terminal: { capabilities: fromHex(CAPABILITIES.signature), comparesIdentity: true } };

  it.each([
    [true, '600302'],
    [false, '5E0300'],
  ])('that fits: %s', async (matches, results) => {
    const rig = await paymentRig(operator);
    const seen: string[] = [];
    const end = await payThrough(rig, {
      'show-identity': (pause) => {
        seen.push(pause.document, pause.number().slice(0, 6));
        return pause.shown(matches);
      },
    });
    expect([toldAs(end), cvmResults(end), seen]).toEqual([
      'approved offline Y1 TC',
      results,
      ['identity-card', '320499'],
    ]);
  });
});
