import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../apdu/bytes.ts';
import { CAPABILITIES, lastTvr, ofKind, paymentRig, payThrough, type RigOptions, toldAs } from './payment-rig.ts';

/** The cardholder signs: no PIN in these. */
const SIGNED: RigOptions = { terminal: { capabilities: fromHex(CAPABILITIES.signature) } };
/** The merchant wants the host's word. */
const ONLINE: RigOptions = { ...SIGNED, request: { forceOnline: true } };

describe('a payment offline', () => {
  it('is approved by the card with a combined signature', async () => {
    const rig = await paymentRig(SIGNED);
    const end = await payThrough(rig);
    expect([toldAs(end), ofKind(rig.sent, 'AE').map((one) => one.slice(4, 6))]).toEqual([
      'approved offline Y1 TC',
      ['50'],
    ]);
  });

  it('gives a certificate that the issuer finds right', async () => {
    const rig = await paymentRig(SIGNED);
    const { outcome } = await payThrough(rig);
    const data = outcome.kind === 'approved' ? outcome.data : new Uint8Array();
    const pan = rig.bank().records['3.1']?.match(/5A0A(\d{19})F/)?.[1] ?? '';
    expect(rig.issuer.examine(data, { pan, sequence: '01' })).toBe('right');
  });

  it('stands in the log of the card', async () => {
    const rig = await paymentRig(SIGNED);
    await payThrough(rig);
    expect(rig.bank().state.log[0]).toMatch(/^260315101112000000010000/);
  });
});

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
});
