import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import type { SscardError } from '../../../apdu/errors.ts';
import {
  CAPABILITIES,
  lastTvr,
  ofKind,
  PIN,
  paymentRig,
  payThrough,
  type RigOptions,
  toldAs,
  typing,
  wantsIssuer,
} from './payment-rig.ts';

const SIGNED: RigOptions = { terminal: { capabilities: fromHex(CAPABILITIES.signature) } };
const PLAIN: RigOptions = { terminal: { capabilities: fromHex(CAPABILITIES.plainPin) } };
const ONLINE: RigOptions = { ...SIGNED, request: { forceOnline: true } };
const SCRIPT = { commands: [{ command: 'put-data', tag: 0x9f6d, value: fromHex('000000002000') }] } as const;
const SCRIPTED: RigOptions = { ...ONLINE, orders: [{ before: [SCRIPT], after: [SCRIPT] }] };

/** What became of it in one line, however it ended. */
async function ending(options: RigOptions): Promise<{ readonly told: string; readonly sent: readonly string[] }> {
  const rig = await paymentRig(options);
  const told = await payThrough(rig, { 'enter-pin': typing(PIN) }).then(toldAs, (error: SscardError) => error.code);
  return { told, sent: rig.sent };
}

/** The place of a command on the line, from 1: of the first with this instruction, or of a later one. */
async function placeOf(options: RigOptions, ins: string, which = 1): Promise<number> {
  const { sent } = await ending(options);
  const places = sent.flatMap((command, at) => (command.slice(2, 4) === ins ? [at + 1] : []));
  return places.at(which - 1) ?? expect.fail(`no ${ins}`);
}

describe('a card that is pulled before the answer', () => {
  it.each<[string, RigOptions, string, number, string]>([
    ['to GET PROCESSING OPTIONS', SIGNED, 'A8', 1, 'card-removed'],
    ['to READ RECORD', SIGNED, 'B2', 3, 'card-removed'],
    ['to VERIFY', PLAIN, '20', 1, 'card-removed'],
    ['to the first GENERATE AC, of a TC', SIGNED, 'AE', 1, 'unknown first-generate-ac'],
    ['to the first GENERATE AC, of an ARQC', ONLINE, 'AE', 1, 'card-removed'],
    ['to EXTERNAL AUTHENTICATE, after the host approved', ONLINE, '82', 1, 'unknown issuer-authentication'],
    ['to a script before, after the host approved', SCRIPTED, 'DA', 1, 'unknown issuer-scripts'],
    ['to the second GENERATE AC, of a TC', ONLINE, 'AE', 2, 'unknown second-generate-ac'],
    ['to a script after: the payment is done', SCRIPTED, 'DA', 2, 'approved online 00 TC'],
    ['to the second GENERATE AC, of an AAC', { ...ONLINE, orders: [{ decision: 'decline' }] }, 'AE', 2, 'card-removed'],
    [
      'to the second GENERATE AC, of a TC without the host',
      { ...SIGNED, bank: wantsIssuer, orders: [{ decision: 'unable' }] },
      'AE',
      2,
      'unknown second-generate-ac',
    ],
  ])('%s', async (_, options, ins, which, told) => {
    const command = await placeOf(options, ins, which);
    const came = await ending({ ...options, faults: [{ kind: 'removed-after', command }] });
    expect([came.told, came.sent.length]).toEqual([told, command]);
  });

  it('before a first GENERATE AC that never left moved nothing', async () => {
    const command = await placeOf(SIGNED, 'AE');
    const { told, sent } = await ending({ ...SIGNED, faults: [{ kind: 'removed-before', command }] });
    expect([told, ofKind(sent, 'AE')]).toEqual(['card-removed', []]);
  });

  it('before a second GENERATE AC that never left is unknown once the host approved: that is to be reversed', async () => {
    const command = await placeOf(ONLINE, 'AE', 2);
    const rig = await paymentRig({ ...ONLINE, faults: [{ kind: 'removed-before', command }] });
    expect((await payThrough(rig)).outcome).toMatchObject({
      kind: 'unknown',
      step: 'second-generate-ac',
      hostApproved: true,
      error: { code: 'card-removed' },
    });
  });

  it('to a script after: the result says where, and the next script is not begun', async () => {
    const scripts: RigOptions = { ...ONLINE, orders: [{ after: [SCRIPT, SCRIPT] }] };
    const command = await placeOf(scripts, 'DA');
    const rig = await paymentRig({ ...scripts, faults: [{ kind: 'removed-after', command }] });
    const { outcome } = await payThrough(rig);
    const results = outcome.kind === 'approved' ? outcome.scripts : [];
    expect(results.map(({ result, cut }) => [toHex(result), cut?.code])).toEqual([
      ['1100000000', 'card-removed'],
      ['0000000000', undefined],
    ]);
  });
});

describe('at every command of a payment', () => {
  it.each<[string, RigOptions]>([
    ['offline with a PIN', PLAIN],
    ['online with scripts', SCRIPTED],
  ])('%s: pulled there, nothing is sent again, and the end is never an approval that is none', async (_, options) => {
    const { sent: whole } = await ending(options);
    for (let command = 1; command <= whole.length; command++) {
      const { told, sent } = await ending({ ...options, faults: [{ kind: 'removed-after', command }] });
      expect(sent).toHaveLength(command);
      const last = whole.findLastIndex((one) => one.slice(2, 4) === 'AE' || one.slice(2, 4) === 'C0');
      if (command - 1 <= last && !told.startsWith('approved')) expect(told).toMatch(/^(?:card-removed|unknown )/);
    }
  });
});

describe('a combined signature that is wrong', () => {
  const bent = (answer: Uint8Array) => answer.map((byte, at) => (at === 60 ? byte ^ 1 : byte));

  /** The GET RESPONSE behind a GENERATE AC brings the signature. */
  async function withBent(options: RigOptions, which: number) {
    const command = (await placeOf(options, 'AE', which)) + 1;
    const rig = await paymentRig({ ...options, faults: [{ kind: 'answer', command, answer: bent }] });
    const end = await payThrough(rig);
    return { told: toldAs(end), tvr: lastTvr(end), asked: ofKind(rig.sent, 'AE').map((one) => one.slice(4, 6)) };
  }

  it('on a TC: declined, though the card approved', async () => {
    expect(await withBent(SIGNED, 1)).toEqual({
      told: 'declined by terminal offline Y1 TC',
      tvr: '0400000000',
      asked: ['50'],
    });
  });

  it('on an ARQC: not taken online, and the card is asked to decline', async () => {
    expect(await withBent(ONLINE, 1)).toEqual({
      told: 'declined by terminal offline Z1 AAC',
      tvr: '0400000800',
      asked: ['90', '00'],
    });
  });

  it('on the second TC: declined, and the host is to be reversed', async () => {
    expect(await withBent(ONLINE, 2)).toEqual({
      told: 'declined by terminal online 00 TC',
      tvr: '0400000800',
      asked: ['90', '50'],
    });
  });
});
