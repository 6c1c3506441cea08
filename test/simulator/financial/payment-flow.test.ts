import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import type { FinancialImage } from '../../../src/simulator/financial/image.ts';
import {
  CAPABILITIES,
  lastTvr,
  ofKind,
  paymentRig,
  payThrough,
  type RigOptions,
  smSide,
  toldAs,
  wantsIssuer,
} from './payment-rig.ts';

/** The cardholder signs: no PIN in these. */
const SIGNED: RigOptions = { terminal: { capabilities: fromHex(CAPABILITIES.signature) } };
/** The merchant wants the host's word. */
const ONLINE: RigOptions = { ...SIGNED, request: { forceOnline: true } };

/** P1 of every GENERATE AC: 10 AAC, 40 TC, 80 ARQC; 10 more asks for a combined signature. */
const asked = (sent: readonly string[]) => ofKind(sent, 'AE').map((command) => command.slice(4, 6));

const numberOf = (bank: FinancialImage) => bank.records['3.1']?.match(/5A0A(\d{19})F/)?.[1] ?? '';

describe('a payment offline', () => {
  it('is approved by the card with a combined signature', async () => {
    const rig = await paymentRig(SIGNED);
    const end = await payThrough(rig);
    expect([toldAs(end), asked(rig.sent)]).toEqual(['approved offline Y1 TC', ['50']]);
  });

  it('gives a certificate that the issuer finds right', async () => {
    const rig = await paymentRig(SIGNED);
    const { outcome } = await payThrough(rig);
    const data = outcome.kind === 'approved' ? outcome.data : new Uint8Array();
    expect(rig.issuer.examine(data, { pan: numberOf(rig.bank()), sequence: '01' })).toBe('right');
  });

  it('stands in the log of the card', async () => {
    const rig = await paymentRig(SIGNED);
    await payThrough(rig);
    expect(rig.bank().state.log[0]).toMatch(/^260315101112000000010000/);
  });

  it('over what the terminal may decide is denied where its action codes say so', async () => {
    const rig = await paymentRig({
      ...SIGNED,
      application: { actionCodes: { denial: fromHex('0000008000'), online: none(), default: none() }, floorLimit: 0 },
    });
    const end = await payThrough(rig);
    expect([toldAs(end), asked(rig.sent)]).toEqual(['declined by terminal offline Z1 AAC', ['00']]);
    expect(end.outcome).toMatchObject({ rule: { rule: { id: 'denied-by-action-code' }, place: 'TVR 4.8' } });
  });

  it('is declined by a card whose application is at its own limits', async () => {
    const blockedPin = (bank: FinancialImage) => ({ ...bank, pin: { ...bank.pin, triesLeft: 0 } });
    const rig = await paymentRig({ ...SIGNED, bank: blockedPin });
    expect(toldAs(await payThrough(rig))).toBe('declined by card offline Z1 AAC');
  });

  it('goes online at the word of the card, which lowers a TC to an ARQC', async () => {
    const rig = await paymentRig({ ...SIGNED, bank: wantsIssuer });
    expect([toldAs(await payThrough(rig)), asked(rig.sent)]).toEqual(['approved online 00 TC', ['50', '50']]);
  });
});

const none = () => new Uint8Array(5);

describe('a payment online', () => {
  it('is approved by the issuer, which proves itself to the card', async () => {
    const rig = await paymentRig(ONLINE);
    const end = await payThrough(rig);
    expect([toldAs(end), lastTvr(end), ofKind(rig.sent, '82')]).toEqual([
      'approved online 00 TC',
      '0000000800',
      [expect.stringMatching(/^008200000A/)],
    ]);
  });

  it('with an issuer that does not say who it is: the card decides', async () => {
    const rig = await paymentRig({ ...ONLINE, orders: [{ authentication: 'none' }] });
    expect([toldAs(await payThrough(rig)), ofKind(rig.sent, '82')]).toEqual(['approved online 00 TC', []]);
  });

  it('is declined by the issuer', async () => {
    const rig = await paymentRig({ ...ONLINE, orders: [{ decision: 'decline' }] });
    expect([toldAs(await payThrough(rig)), asked(rig.sent)]).toEqual([
      'declined by issuer online 05 AAC',
      ['90', '00'],
    ]);
  });

  it.each([
    ['approve', 'approved online 01 TC'],
    ['decline', 'declined by issuer online 01 AAC'],
  ] as const)('is referred, and the call says %s', async (say, told) => {
    const rig = await paymentRig({ ...ONLINE, orders: [{ decision: 'refer' }] });
    const end = await payThrough(rig, { referral: (pause) => pause[say]() });
    expect(toldAs(end)).toBe(told);
  });

  it('with an issuer that fails to prove itself is decided by the card, whose next one goes online', async () => {
    const rig = await paymentRig({ ...ONLINE, orders: [{ authentication: 'wrong' }] });
    const end = await payThrough(rig);
    expect([toldAs(end), lastTvr(end)]).toEqual(['approved online 00 TC', '0000000840']);
    expect(rig.bank().state.last.issuerAuthenticationFailed).toBe(true);
  });

  it('with such an issuer is declined by a card that insists: the host is to be reversed', async () => {
    const insists = (bank: FinancialImage) => ({ ...bank, data: { ...bank.data, '9F52': 'C040' } });
    const rig = await paymentRig({ ...ONLINE, bank: insists, orders: [{ authentication: 'wrong' }] });
    const end = await payThrough(rig);
    expect(toldAs(end)).toBe('declined by card online 00 AAC');
    expect(end.outcome).toMatchObject({ reverse: true, rule: { rule: { id: 'card-lowered-the-request' } } });
  });

  it('with an answer of the host that cannot be read counts as a host that was not reached', async () => {
    const rig = await paymentRig({ ...SIGNED, bank: wantsIssuer });
    const end = await payThrough(rig, {
      'go-online': (pause) => pause.proceed({ kind: 'answered', data: fromHex('8A03303030') }),
    });
    expect(toldAs(end)).toBe('approved offline Y3 TC');
  });

  it('sends the request that the issuer finds right, and no account number in field 55', async () => {
    const rig = await paymentRig(ONLINE);
    const seen: string[] = [];
    await payThrough(rig, {
      'go-online': (pause) => {
        seen.push(toHex(pause.request.field55));
        return pause.proceed(rig.host(pause.request));
      },
    });
    expect(rig.issuer.requests.map(({ finding }) => finding)).toEqual(['right']);
    expect(seen.join('')).not.toContain(numberOf(rig.bank()).slice(0, 12));
  });
});

describe('a host that is not reached', () => {
  const unable: RigOptions = { ...SIGNED, bank: wantsIssuer, orders: [{ decision: 'unable' }] };

  it('leaves the decision to the default action codes: approved', async () => {
    const rig = await paymentRig(unable);
    expect([toldAs(await payThrough(rig)), asked(rig.sent)]).toEqual(['approved offline Y3 TC', ['50', '50']]);
  });

  it('leaves the decision to the default action codes: declined', async () => {
    const floorLimit = 0;
    const rig = await paymentRig({ ...unable, application: { floorLimit } });
    expect(toldAs(await payThrough(rig))).toBe('declined by terminal offline Z3 AAC');
  });

  it('is a no at a terminal that is only online', async () => {
    const rig = await paymentRig({ ...unable, terminal: { ...SIGNED.terminal, type: 21 } });
    expect([toldAs(await payThrough(rig)), asked(rig.sent)]).toEqual([
      'declined by terminal offline Z3 AAC',
      ['90', '00'],
    ]);
  });

  it('is what an offline terminal has: a card that wants its issuer gets the default codes, and nobody is asked', async () => {
    const rig = await paymentRig({ ...SIGNED, bank: wantsIssuer, terminal: { ...SIGNED.terminal, type: 23 } });
    const end = await payThrough(rig, { 'go-online': () => expect.fail('asked the host') });
    expect(toldAs(end)).toBe('approved offline Y3 TC');
  });
});

describe('a card of SM2, SM3 and SM4', () => {
  const terminal = { ...SIGNED.terminal, sm: true };

  it('pays offline with a combined signature', async () => {
    const rig = await paymentRig({ terminal, side: await smSide() });
    const end = await payThrough(rig);
    expect([toldAs(end), asked(rig.sent), lastTvr(end)]).toEqual(['approved offline Y1 TC', ['50'], '0000000000']);
  });

  it('pays online: the issuer finds the cryptogram right', async () => {
    const rig = await paymentRig({ ...ONLINE, terminal, side: await smSide() });
    expect(toldAs(await payThrough(rig))).toBe('approved online 00 TC');
    expect(rig.issuer.requests).toMatchObject([{ finding: 'right' }]);
  });
});
