import { toHex } from '../../../apdu/bytes.ts';
import { AIP, hasBit, TSI, TVR } from '../bits.ts';
import type { Rule } from '../rules.ts';
import type { Course } from './course.ts';
import { applies, type CvmList, type CvmRule, type CvmSituation, isOwnCurrency, parseCvmList } from './cvm-list.ts';
import { CVM_METHODS, type CvmMethod, type Performed } from './cvm-methods.ts';
import type { PaymentRequest } from './request.ts';
import { hasPad, isAttended, type TerminalConfig } from './terminal.ts';

const LIST_MISSING = {
  id: 'cvm-list-missing',
  clause: 'E3 7.2',
  effect: { tvr: TVR.cardDataMissing },
} as const satisfies Rule;
const LIST_MALFORMED = { id: 'cvm-list-malformed', clause: 'E3 10.5', effect: 'terminate' } as const satisfies Rule;
const UNKNOWN = {
  id: 'cvm-unknown',
  clause: 'E3 10.5',
  effect: { tvr: TVR.unknownMethod },
} as const satisfies Rule;
const PAD_ABSENT = {
  id: 'pin-pad-absent',
  clause: 'E3 10.5.1',
  effect: { tvr: TVR.padAbsent },
} as const satisfies Rule;
const FAILED = {
  id: 'cardholder-verification-failed',
  clause: 'E3 10.5',
  effect: { tvr: TVR.verificationFailed },
} as const satisfies Rule;
const PERFORMED = {
  id: 'cardholder-verification-performed',
  clause: 'E3 10.5',
  effect: { tsi: TSI.cardholderVerification },
} as const satisfies Rule;
const APPLIED = { id: 'cvm-applied', clause: 'E3 10.5', effect: 'note' } as const satisfies Rule;

/** Tag 9F34: nothing was performed. */
export const NO_CVM_RESULTS = Uint8Array.of(0x3f, 0x00, 0x00);
const CVM_RESULTS = 0x9f34;
const PIN_METHODS = new Set([0x01, 0x02, 0x03, 0x04, 0x05]);
/** Third byte of 9F34: signature and online PIN are judged by others. */
const RESULT: Readonly<Record<Performed, number>> = { unknown: 0x00, failed: 0x01, successful: 0x02 };

/**
 * Cardholder verification (4.4): the rules of the card's list in order, until one succeeds or none may follow. Leaves 9F34
 * in the terminal's data. Pauses for PINs and documents.
 * @returns whether the cardholder has to sign
 * @throws Termination when the list is malformed; SscardError what the channel throws
 */
export function verifyCardholder(course: Course): Promise<{ readonly signature: boolean }> {
  const { session, aip } = course;
  return session.during('cardholder-verification', async () => {
    session.terminal.set(CVM_RESULTS, NO_CVM_RESULTS);
    if (!hasBit(aip, AIP.cardholderVerification)) return { signature: false };
    const value = session.card.get(0x8e);
    if (value === undefined) {
      session.decide(LIST_MISSING, '8E');
      return { signature: false };
    }
    const list = parseCvmList(value);
    if (list === undefined) return session.terminate(LIST_MALFORMED, '8E');
    const done = await walk(course, list);
    session.decide(PERFORMED);
    return { signature: done?.signature ?? false };
  });
}

/** @returns the method that succeeded */
async function walk(course: Course, list: CvmList): Promise<CvmMethod | undefined> {
  const { session } = course;
  const situation = situationOf(course);
  for (const rule of list.rules) {
    const method = knownMethod(course, rule);
    const supported = method?.supported(course.settings.terminal) ?? false;
    if (!applies(rule, list, situation, supported)) continue;
    const place = placeOf(rule);
    if (method === undefined) session.decide(UNKNOWN, place);
    else if (!supported) noteUnsupported(course, rule, place);
    else {
      const performed = await method.perform(course);
      session.terminal.set(CVM_RESULTS, Uint8Array.of(rule.code, rule.condition, RESULT[performed]));
      session.decide(APPLIED, place);
      if (performed !== 'failed') return method;
    }
    if (!rule.nextIfUnsuccessful) break;
  }
  session.decide(FAILED);
  return undefined;
}

function noteUnsupported({ session, settings }: Course, { method }: CvmRule, place: string): void {
  if (PIN_METHODS.has(method) && !hasPad(settings.terminal)) session.decide(PAD_ABSENT, place);
}

/** Methods from 20 on belong to a scheme. */
function knownMethod({ isPboc }: Course, { method }: CvmRule): CvmMethod | undefined {
  const known = CVM_METHODS[method];
  return known?.pbocOnly === true && !isPboc ? undefined : known;
}

const placeOf = ({ code, condition }: CvmRule): string => `8E ${toHex(Uint8Array.of(code, condition))}`;

function situationOf({ session, request, settings }: Course): CvmSituation {
  const ownCurrency = isOwnCurrency(session.card.get(0x9f42), session.value(0x5f2a));
  return { kind: kindOf(request, settings.terminal), amount: request.amount, ownCurrency };
}

function kindOf({ service }: PaymentRequest, terminal: TerminalConfig): CvmSituation['kind'] {
  if (service === 'cashback') return 'cashback';
  if (service !== 'cash') return 'other';
  return isAttended(terminal) ? 'cash-attended' : 'cash-unattended';
}
