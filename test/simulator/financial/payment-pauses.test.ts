import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../apdu/bytes.ts';
import type { FinancialImage } from '../../../src/simulator/financial/image.ts';
import { CAPABILITIES, demoKeys, ofKind, paymentRig, payThrough, type RigOptions, toldAs } from './payment-rig.ts';

const SIGNED: RigOptions = { terminal: { capabilities: fromHex(CAPABILITIES.signature) } };
const ONLINE: RigOptions = { ...SIGNED, request: { forceOnline: true } };

/** 87 in FCI and directory: bit 8, the cardholder has to say yes. */
const confirmed = (bank: FinancialImage): FinancialImage => ({
  ...bank,
  fci: bank.fci.replace('870101', '870181'),
  ...(bank.directory && {
    directory: { ...bank.directory, records: bank.directory.records.map((one) => one.replace('870101', '870181')) },
  }),
});

describe('an application that wants a yes', () => {
  it('is used after it', async () => {
    const rig = await paymentRig({ ...SIGNED, bank: confirmed });
    const names: string[] = [];
    const end = await payThrough(rig, {
      'confirm-application': (pause) => {
        names.push(pause.choice.name);
        return pause.confirm(true);
      },
    });
    expect([toldAs(end), names]).toEqual(['approved offline Y1 TC', ['银联借记卡']]);
  });

  it('is left out after a no, and nothing of it is selected', async () => {
    const rig = await paymentRig({ ...SIGNED, bank: confirmed });
    const end = await payThrough(rig, { 'confirm-application': (pause) => pause.confirm(false) });
    expect([toldAs(end), ofKind(rig.sent, 'A8')]).toEqual(['not-accepted no-application', []]);
  });

  it('is left out at a terminal that cannot ask', async () => {
    const terminal = { ...SIGNED.terminal, choosesApplication: false };
    const rig = await paymentRig({ bank: confirmed, terminal });
    expect(toldAs(await payThrough(rig))).toBe('not-accepted no-application');
  });
});

describe('a card that cannot pay here', () => {
  it.each<[string, RigOptions, string]>([
    ['has another application', { application: { aid: fromHex('A000000999') } }, 'no-application'],
    [
      'has a blocked application',
      { bank: (bank) => ({ ...bank, state: { ...bank.state, blocked: true } }) },
      'application-blocked',
    ],
    [
      'has counted to its end',
      { bank: (bank) => ({ ...bank, state: { ...bank.state, atc: 0xffff } }) },
      'conditions-not-satisfied',
    ],
  ])('%s', async (_, options, reason) => {
    const rig = await paymentRig(options);
    expect(toldAs(await payThrough(rig))).toBe(`not-accepted ${reason}`);
  });

  it('gives a record that is none: terminated, with rule, clause and place', async () => {
    const rig = await paymentRig({ bank: (bank) => ({ ...bank, records: { ...bank.records, '4.2': '7101AA' } }) });
    const { outcome } = await payThrough(rig);
    expect(outcome).toMatchObject({
      kind: 'terminated',
      step: 'read-application-data',
      reverse: false,
      rule: { rule: { id: 'record-malformed', clause: 'E3 10.2' }, place: 'SFI 4 record 2' },
    });
    expect(ofKind(rig.sent, 'AE')).toEqual([]);
  });
});

describe('a pause', () => {
  it('is answered once', async () => {
    const rig = await paymentRig(ONLINE);
    const pause = await rig.payment.start();
    if (pause.kind !== 'go-online') return expect.fail(pause.kind);
    const unable = { kind: 'unable' } as const;
    await pause.proceed(unable);
    await expect(pause.proceed(unable)).rejects.toThrow(RangeError);
    expect(ofKind(rig.sent, 'AE').length).toBe(2);
  });

  it('is answered or abandoned, not both', async () => {
    const rig = await paymentRig(ONLINE);
    const pause = await rig.payment.start();
    await rig.payment.abandon();
    await expect(pause.kind === 'go-online' && pause.proceed({ kind: 'unable' })).rejects.toThrow(RangeError);
    await expect(rig.payment.abandon()).rejects.toThrow(RangeError);
  });

  it('takes no choice that it did not offer', async () => {
    const rig = await paymentRig({ ...SIGNED, bank: confirmed });
    const pause = await rig.payment.start();
    expect(pause.kind).toBe('confirm-application');
    await expect(rig.payment.start()).rejects.toThrow(RangeError);
  });
});

describe('a payment that is abandoned', () => {
  it('before the first cryptogram sends nothing more', async () => {
    const rig = await paymentRig({});
    const pause = await rig.payment.start();
    expect(pause.kind).toBe('enter-pin');
    const end = await rig.payment.abandon();
    expect([end.kind === 'finished' && toldAs(end), ofKind(rig.sent, 'AE')]).toEqual(['abandoned', []]);
  });

  it('at the host tells the card, which keeps nothing open', async () => {
    const rig = await paymentRig(ONLINE);
    await rig.payment.start();
    const end = await rig.payment.abandon();
    expect(end).toMatchObject({ kind: 'finished', outcome: { kind: 'abandoned', cryptogram: { type: 'AAC' } } });
    expect(ofKind(rig.sent, 'AE').map((one) => one.slice(4, 6))).toEqual(['90', '00']);
    expect(rig.bank().state.last.onlineNotCompleted).toBe(false);
  });

  it('at a referral, too', async () => {
    const rig = await paymentRig({ ...ONLINE, orders: [{ decision: 'refer' }] });
    const end = await payThrough(rig, { referral: () => rig.payment.abandon() });
    expect([toldAs(end), ofKind(rig.sent, 'AE').length]).toEqual(['abandoned', 2]);
  });

  it('is not abandoned while it does not wait', async () => {
    const rig = await paymentRig(SIGNED);
    await expect(rig.payment.abandon()).rejects.toThrow(RangeError);
  });
});

describe('what is no terminal or no payment', () => {
  it.each<[string, RigOptions]>([
    ['capabilities of another length', { terminal: { capabilities: fromHex('E0F8') } }],
    ['a type that there is not', { terminal: { type: 27 } }],
    ['no application', { terminal: { applications: [] } }],
    [
      'action codes of another length',
      { application: { actionCodes: { denial: fromHex('00'), online: fromHex('00'), default: fromHex('00') } } },
    ],
    [
      'a threshold over the floor limit',
      { application: { randomSelection: { threshold: 60_000, target: 1, max: 2 } } },
    ],
    ['part of a fen', { request: { amount: 1.5 } }],
    ['more than fits', { request: { amount: 1e12 } }],
    ['cash back from goods', { request: { cashback: 100 } }],
    ['more cash back than is paid', { request: { service: 'cashback', cashback: 10_001 } }],
  ])('%s is a RangeError, before anything is sent', async (_, options) => {
    await expect(paymentRig(options)).rejects.toThrow(RangeError);
  });
});

describe('a test authority', () => {
  it('that does not count proves nothing: TVR 1.3, no combined signature is asked for', async () => {
    const caKeys = (await demoKeys()).withTestKeys(false);
    const rig = await paymentRig({ ...SIGNED, settings: { caKeys } });
    const end = await payThrough(rig);
    expect(end.records.some(({ tvr }) => tvr.startsWith('04'))).toBe(true);
    expect(ofKind(rig.sent, 'AE').map((one) => one.slice(4, 6))).toEqual(['40']);
  });
});
