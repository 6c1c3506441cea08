import { describe, expect, it } from 'vitest';
import { encodeBerTlv } from '../../../apdu/ber-tlv.ts';
import { concat, fromHex, toHex } from '../../../apdu/bytes.ts';
import type { Finished } from '../../../src/financial/payment/outcome.ts';
import type { IssuerScript } from '../../../src/simulator/financial/issuer-scripts.ts';
import {
  CAPABILITIES,
  lastTvr,
  ofKind,
  paymentRig,
  payThrough,
  type Rig,
  type RigOptions,
  toldAs,
} from './payment-rig.ts';

const ONLINE: RigOptions = {
  terminal: { capabilities: fromHex(CAPABILITIES.signature) },
  request: { forceOnline: true },
};
const RESET_THRESHOLD: IssuerScript = {
  identifier: fromHex('00000001'),
  commands: [{ command: 'put-data', tag: 0x9f6d, value: fromHex('000000002000') }],
};
const BENT: IssuerScript = {
  identifier: fromHex('00000002'),
  commands: [{ command: 'pin-unblock' }, { command: 'pin-unblock', bent: true }, { command: 'application-block' }],
};

const results = ({ outcome }: Finished) =>
  'scripts' in outcome ? outcome.scripts.map(({ when, result }) => `${when} ${toHex(result)}`) : [];

/** The host's answer with objects of its own behind it. */
async function withObjects(rig: Rig, more: Uint8Array): Promise<Finished> {
  return payThrough(rig, {
    'go-online': (pause) => {
      const answer = rig.host(pause.request);
      const data = answer.kind === 'answered' ? concat([answer.data, more]) : new Uint8Array();
      return pause.proceed({ kind: 'answered', data });
    },
  });
}

describe('issuer scripts', () => {
  it('before the second command change the card, and tell the issuer', async () => {
    const rig = await paymentRig({ ...ONLINE, orders: [{ before: [RESET_THRESHOLD] }] });
    const end = await payThrough(rig);
    expect([toldAs(end), results(end), rig.bank().data['9F6D'], end.records.at(-1)?.tsi]).toEqual([
      'approved online 00 TC',
      ['before 2000000001'],
      '000000002000',
      'FC00',
    ]);
  });

  it('after the second command, as well', async () => {
    const rig = await paymentRig({ ...ONLINE, orders: [{ after: [RESET_THRESHOLD] }] });
    const end = await payThrough(rig);
    expect([toldAs(end), results(end), rig.bank().data['9F6D']]).toEqual([
      'approved online 00 TC',
      ['after 2000000001'],
      '000000002000',
    ]);
  });

  it('after it come after it', async () => {
    const rig = await paymentRig({ ...ONLINE, orders: [{ before: [RESET_THRESHOLD], after: [RESET_THRESHOLD] }] });
    await payThrough(rig);
    expect(rig.sent.map((one) => one.slice(2, 4)).filter((ins) => ['AE', 'DA'].includes(ins))).toEqual([
      'AE',
      'DA',
      'AE',
      'DA',
    ]);
  });

  it('that fail before: the command, TVR 5.6 in the second command, and the ones behind it are not sent', async () => {
    const rig = await paymentRig({ ...ONLINE, orders: [{ before: [BENT] }] });
    const end = await payThrough(rig);
    expect([results(end), lastTvr(end), ofKind(rig.sent, '1E')]).toEqual([['before 1200000002'], '0000000820', []]);
  });

  it('that fail after: TVR 5.5', async () => {
    const rig = await paymentRig({ ...ONLINE, orders: [{ after: [BENT] }] });
    const end = await payThrough(rig);
    expect([toldAs(end), results(end), lastTvr(end)]).toEqual([
      'approved online 00 TC',
      ['after 1200000002'],
      '0000000810',
    ]);
  });

  it('one that fails does not keep the next script back', async () => {
    const rig = await paymentRig({ ...ONLINE, orders: [{ after: [BENT, RESET_THRESHOLD] }] });
    const end = await payThrough(rig);
    expect(results(end)).toEqual(['after 1200000002', 'after 2000000001']);
  });

  const command = { tag: 0x86, value: fromHex('8424000004FFFFFFFF') };
  const identifier = { tag: 0x9f18, value: fromHex('00000009') };
  it.each([
    ['a length that does not fit', fromHex('72099F1804000000098610'), '0000000000'],
    ['no command', encodeBerTlv([{ tag: 0x72, value: new Uint8Array(), children: [identifier] }]), '0000000009'],
    [
      'a command that is none',
      encodeBerTlv([
        { tag: 0x72, value: new Uint8Array(), children: [identifier, { tag: 0x86, value: fromHex('8424') }] },
      ]),
      '0000000009',
    ],
    [
      'another object between its commands',
      encodeBerTlv([
        { tag: 0x72, value: new Uint8Array(), children: [identifier, command, { tag: 0x87, value: fromHex('00') }] },
      ]),
      '0000000009',
    ],
    [
      'over 128 bytes',
      encodeBerTlv([
        { tag: 0x72, value: new Uint8Array(), children: [identifier, ...Array.from({ length: 12 }, () => command)] },
      ]),
      '0000000009',
    ],
  ])('with %s are not begun: result 0, TVR 5.5', async (_, script, result) => {
    const rig = await paymentRig(ONLINE);
    const end = await withObjects(rig, script);
    expect([results(end), lastTvr(end), ofKind(rig.sent, '24')]).toEqual([[`after ${result}`], '0000000810', []]);
  });

  it('of exactly 128 bytes are run', async () => {
    const filler = { tag: 0x86, value: fromHex(`8424000070${'00'.repeat(112)}`) };
    const script = encodeBerTlv([{ tag: 0x72, value: new Uint8Array(), children: [identifier, filler] }]);
    expect(script.length).toBe(128);
    const rig = await paymentRig(ONLINE);
    const end = await withObjects(rig, script);
    expect([results(end), ofKind(rig.sent, '24').length]).toEqual([['after 1100000009'], 1]);
  });
});
