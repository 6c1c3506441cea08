import { packedNumber } from '../numbers.ts';
import type { Decision } from '../rules.ts';
import type { Course } from './course.ts';
import { type AcAnswer, cryptogramOf } from './generate-ac.ts';
import { field55 } from './host-message.ts';
import type { Approved, Declined } from './outcome.ts';

/** How a transaction ended, before it is told. */
export interface Ending {
  readonly answer: AcAnswer;
  /** The combined signature held, where one was asked for. */
  readonly proven: boolean;
  readonly rule: Decision;
  /** Who declined, should it not be approved. */
  readonly by: Declined['by'];
  readonly online: boolean;
  readonly signature: boolean;
}

/** Tag 9F27, bit 4, and what bits 3 to 1 say. */
const ADVICE = 0x08;
const REASONS: Readonly<Record<number, NonNullable<Declined['reason']>>> = {
  1: 'service-not-allowed',
  2: 'pin-try-limit',
  3: 'issuer-authentication-failed',
};

/** Completion (4.8): the card's last cryptogram is the outcome. Data for the clearing are taken as they are now. */
export function completed(course: Course, ending: Ending): Promise<Approved | Declined> {
  const { session, eCash, money } = course;
  const { answer, proven, rule, by, online, signature } = ending;
  return session.during('completion', () => {
    session.decide(rule.rule, rule.place);
    const common = {
      online,
      responseCode: String.fromCharCode(...(session.value(0x8a) ?? [])),
      cryptogram: cryptogramOf(session, answer.kind),
      rule,
      data: field55(session, eCash !== undefined),
      scripts: [],
    };
    if (answer.kind === 'TC' && proven) {
      const balance = eCash && { balance: balanceInIssuerData(common.cryptogram.issuerData) ?? null };
      return { kind: 'approved', ...common, signature, ...(balance && { eCash: balance }) };
    }
    const reason = REASONS[answer.information & 0x07];
    const advice = (answer.information & ADVICE) !== 0;
    return { kind: 'declined', ...common, by, advice, reverse: money.hostApproved, ...(reason && { reason }) };
  });
}

const OWN_LENGTH = 7;
const BALANCE = 0x01;
const BALANCE_BYTES = 5;

/** Issuer's own part of 9F10: length, `01`, five bytes of balance, MAC (5). @returns minor units */
export function balanceInIssuerData(data: Uint8Array | undefined): number | undefined {
  if (data?.[0] !== OWN_LENGTH) return undefined;
  const [length = 0, id] = data.subarray(1 + OWN_LENGTH);
  const balance = data.subarray(3 + OWN_LENGTH, 3 + OWN_LENGTH + BALANCE_BYTES);
  if (id !== BALANCE || length < 1 + BALANCE_BYTES || balance.length < BALANCE_BYTES) return undefined;
  return packedNumber(balance);
}
