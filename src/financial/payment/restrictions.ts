import { equalBytes } from '../../../apdu/bytes.ts';
import { type Bit, hasBit, TVR } from '../bits.ts';
import { readDate } from '../dates.ts';
import type { Rule } from '../rules.ts';
import type { Session } from '../session.ts';
import type { Service } from './request.ts';
import { isAtm, type TerminalConfig } from './terminal.ts';

const VERSIONS = {
  id: 'versions-differ',
  clause: 'E3 10.4.1',
  effect: { tvr: TVR.versionsDiffer },
} as const satisfies Rule;
const NOT_ALLOWED = {
  id: 'service-not-allowed',
  clause: 'E3 10.4.2',
  effect: { tvr: TVR.serviceNotAllowed },
} as const satisfies Rule;
const NOT_YET = {
  id: 'not-yet-effective',
  clause: 'E3 10.4.3',
  effect: { tvr: TVR.notYetEffective },
} as const satisfies Rule;
const EXPIRED = { id: 'expired', clause: 'E3 10.4.3', effect: { tvr: TVR.expired } } as const satisfies Rule;

const AT_ATM: Bit = [1, 2];
const ELSEWHERE: Bit = [1, 1];
/** Bits of the application usage control, 9F07, that a service needs in the issuer's country, and abroad. */
const ALLOWED: Readonly<Record<Service, readonly { readonly domestic: Bit; readonly international: Bit }[]>> = {
  cash: [{ domestic: [1, 8], international: [1, 7] }],
  goods: [{ domestic: [1, 6], international: [1, 5] }],
  services: [{ domestic: [1, 4], international: [1, 3] }],
  cashback: [
    { domestic: [1, 6], international: [1, 5] },
    { domestic: [2, 8], international: [2, 7] },
  ],
};

/** Processing restrictions (4.3): versions, usage, dates. Sends nothing. */
export function checkRestrictions(session: Session, terminal: TerminalConfig, service: Service): Promise<void> {
  return session.during('processing-restrictions', () => {
    const { card } = session;
    const version = card.get(0x9f08);
    if (version && !equalBytes(version, session.value(0x9f09) ?? version)) session.decide(VERSIONS, '9F08');
    const usage = card.get(0x9f07);
    if (usage && !isAllowed(session, usage, terminal, service)) session.decide(NOT_ALLOWED, '9F07');
    const today = dateAt(session, 0x9a);
    const effective = dateAt(session, 0x5f25);
    const expires = dateAt(session, 0x5f24);
    if (today && effective && effective > today) session.decide(NOT_YET, '5F25');
    // The whole last day counts.
    if (today && expires && expires < today) session.decide(EXPIRED, '5F24');
  });
}

function isAllowed(session: Session, usage: Uint8Array, terminal: TerminalConfig, service: Service): boolean {
  if (!hasBit(usage, isAtm(terminal) ? AT_ATM : ELSEWHERE)) return false;
  const country = session.card.get(0x5f28);
  if (country === undefined) return true;
  const place = equalBytes(country, session.value(0x9f1a) ?? country) ? 'domestic' : 'international';
  return ALLOWED[service].every((bits) => hasBit(usage, bits[place]));
}

/** Years 00 to 49 are 20xx. */
function dateAt(session: Session, tag: number): string | undefined {
  const value = session.value(tag);
  return value && readDate(value);
}
