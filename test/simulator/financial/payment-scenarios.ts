import { expect } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import type { Finished } from '../../../src/financial/payment/outcome.ts';
import { type Answers, CAPABILITIES, PIN, type Rig, type RigOptions, typing } from './payment-rig.ts';

/** A whole payment: what is different, what persons and host do, and how it has to end. */
export interface Scenario {
  readonly name: string;
  readonly options: RigOptions;
  readonly answers?: Answers;
  /** See `toldAs`. */
  readonly ends: string;
  /** What else has to be true afterwards. */
  readonly check?: (end: Finished, rig: Rig) => void;
}

const SIGNED: RigOptions = { terminal: { capabilities: fromHex(CAPABILITIES.signature) } };
const ONLINE: RigOptions = { ...SIGNED, request: { forceOnline: true } };
/** TVR 4.4, the merchant wants the host, is reason enough to decline here. */
const DENIED = {
  denial: fromHex('0000000800'),
  online: fromHex('D84004F800'),
  default: fromHex('D84000A800'),
};

/** The host is wanted, but not needed. */
const LENIENT = { ...DENIED, denial: fromHex('0010000000'), default: fromHex('D84000A000') };

function scriptsOf({ outcome }: Finished): readonly string[] {
  return 'scripts' in outcome ? outcome.scripts.map(({ when, result }) => `${when} ${toHex(result)}`) : [];
}

/** Every way a payment may end (the list), over any reader. */
export const scenarios: readonly Scenario[] = [
  { name: 'approved offline', options: SIGNED, ends: 'approved offline Y1 TC' },
  {
    name: 'approved offline after a plain PIN',
    options: { terminal: { capabilities: fromHex(CAPABILITIES.plainPin) } },
    answers: { 'enter-pin': typing(PIN) },
    ends: 'approved offline Y1 TC',
  },
  {
    name: 'approved offline after an enciphered PIN',
    options: { terminal: { capabilities: fromHex(CAPABILITIES.encipheredPin) } },
    answers: { 'enter-pin': typing(PIN) },
    ends: 'approved offline Y1 TC',
  },
  {
    name: 'declined offline by the terminal',
    options: { ...ONLINE, application: { actionCodes: DENIED } },
    ends: 'declined by terminal offline Z1 AAC',
  },
  {
    name: 'approved online',
    options: ONLINE,
    ends: 'approved online 00 TC',
    check: (_end, rig) => expect(rig.issuer.requests.map(({ finding }) => finding)).toEqual(['right']),
  },
  {
    name: 'declined online by the issuer',
    options: { ...ONLINE, orders: [{ decision: 'decline' }] },
    ends: 'declined by issuer online 05 AAC',
  },
  {
    name: 'referred, and approved on the telephone',
    options: { ...ONLINE, orders: [{ decision: 'refer' }] },
    answers: { referral: (pause) => pause.approve() },
    ends: 'approved online 01 TC',
  },
  {
    name: 'referred, and declined on the telephone',
    options: { ...ONLINE, orders: [{ decision: 'refer' }] },
    answers: { referral: (pause) => pause.decline() },
    ends: 'declined by issuer online 01 AAC',
  },
  {
    name: 'declined, as the host was not reached',
    options: { ...ONLINE, orders: [{ decision: 'unable' }] },
    ends: 'declined by terminal offline Z3 AAC',
  },
  {
    name: 'approved, although the host was not reached',
    options: { ...ONLINE, application: { actionCodes: LENIENT }, orders: [{ decision: 'unable' }] },
    ends: 'approved offline Y3 TC',
  },
  {
    name: 'approved with scripts before and after the second cryptogram',
    options: {
      ...ONLINE,
      orders: [
        {
          before: [
            { identifier: fromHex('00000001'), commands: [{ command: 'put-data', tag: 0x9f58, value: fromHex('05') }] },
          ],
          after: [{ identifier: fromHex('00000002'), commands: [{ command: 'pin-unblock' }] }],
        },
      ],
    },
    ends: 'approved online 00 TC',
    check: (end, rig) => {
      expect(scriptsOf(end)).toEqual(['before 2000000001', 'after 2000000002']);
      expect(rig.bank().data['9F58']).toBe('05');
    },
  },
  {
    name: 'approved with a script that the card refuses',
    options: {
      ...ONLINE,
      orders: [{ after: [{ commands: [{ command: 'pin-unblock', bent: true }] }] }],
    },
    ends: 'approved online 00 TC',
    check: (end) => expect(scriptsOf(end)).toEqual(['after 1100000000']),
  },
];
