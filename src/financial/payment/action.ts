import type { Decision, Rule } from '../rules.ts';
import type { Session } from '../session.ts';
import type { Course } from './course.ts';
import { enterOnlinePin } from './online-pin.ts';
import { type ActionCodes, actionCodesOf, CAPABILITY, has, isOfflineOnly, isOnlineOnly } from './terminal.ts';

/** What the terminal asks the card for. */
export interface Action {
  readonly asks: 'TC' | 'ARQC' | 'AAC';
  readonly decision: Decision;
}

const DENIED = { id: 'denied-by-action-code', clause: 'E3 10.7', effect: 'note' } as const satisfies Rule;
const ONLINE = { id: 'online-by-action-code', clause: 'E3 10.7', effect: 'note' } as const satisfies Rule;
const ONLINE_ONLY = { id: 'terminal-is-online-only', clause: 'E3 10.7', effect: 'note' } as const satisfies Rule;
const BY_DEFAULT = { id: 'denied-by-default-code', clause: 'E3 10.7', effect: 'note' } as const satisfies Rule;
const OFFLINE = { id: 'offline-by-action-code', clause: 'E3 10.7', effect: 'note' } as const satisfies Rule;
const RELOAD = { id: 'e-cash-under-threshold', clause: 'P13', effect: 'note' } as const satisfies Rule;

const ALL = new Uint8Array(5).fill(0xff);
const NONE = new Uint8Array(5);
/** The issuer's action codes, and what stands for one that is missing (3.4). */
const ISSUER: Readonly<Record<keyof ActionCodes, { readonly tag: number; readonly absent: Uint8Array }>> = {
  denial: { tag: 0x9f0e, absent: NONE },
  online: { tag: 0x9f0f, absent: ALL },
  default: { tag: 0x9f0d, absent: ALL },
};

/**
 * Terminal action analysis (4.6). E-cash that would leave the card under its threshold goes online with a PIN, so that
 * it is loaded again (P13).
 */
export function analyseAction(course: Course): Promise<Action> {
  return course.session.during('action-analysis', async () => {
    const action = firstAction(course);
    if (action.asks === 'TC' && wantsReload(course)) {
      if (has(course.settings.terminal, CAPABILITY.onlinePin)) await enterOnlinePin(course);
      return decided(course.session, 'ARQC', RELOAD);
    }
    return decided(course.session, action.asks, action.decision.rule, action.decision.place);
  });
}

function firstAction({ session, settings: { terminal }, parameters }: Course): Action {
  const codes = actionCodesOf(parameters);
  const denial = match(session, codes, 'denial');
  if (denial) return { asks: 'AAC', decision: { rule: DENIED, place: denial } };
  if (isOnlineOnly(terminal)) return { asks: 'ARQC', decision: { rule: ONLINE_ONLY } };
  if (isOfflineOnly(terminal)) return byDefault(session, codes);
  const online = match(session, codes, 'online');
  if (online) return { asks: 'ARQC', decision: { rule: ONLINE, place: online } };
  return { asks: 'TC', decision: { rule: OFFLINE } };
}

/** After an online attempt that failed, with the default codes. A terminal that is only online cannot decide alone. */
export function analyseUnable({ session, settings: { terminal }, parameters }: Course): Action {
  const { asks, decision } = isOnlineOnly(terminal)
    ? { asks: 'AAC' as const, decision: { rule: ONLINE_ONLY } }
    : byDefault(session, actionCodesOf(parameters));
  return decided(session, asks, decision.rule, 'place' in decision ? decision.place : undefined);
}

function byDefault(session: Session, codes: ActionCodes): Action {
  const place = match(session, codes, 'default');
  if (place) return { asks: 'AAC', decision: { rule: BY_DEFAULT, place } };
  return { asks: 'TC', decision: { rule: OFFLINE } };
}

function decided(session: Session, asks: Action['asks'], rule: Rule, place?: string): Action {
  session.decide(rule, place);
  return { asks, decision: { rule, ...(place !== undefined && { place }) } };
}

/** Bits of the TVR that the issuer or the acquirer cares about: `TVR 3.8 4.8`; `undefined`: none. */
function match(session: Session, codes: ActionCodes, kind: keyof ActionCodes): string | undefined {
  const { tag, absent } = ISSUER[kind];
  const issuer = session.card.get(tag) ?? absent;
  const bits: string[] = [];
  session.tvr.bytes.forEach((byte, at) => {
    const both = byte & ((issuer[at] ?? 0) | (codes[kind][at] ?? 0));
    for (let bit = 8; bit >= 1; bit--) if (both & (1 << (bit - 1))) bits.push(`${at + 1}.${bit}`);
  });
  return bits.length > 0 ? `TVR ${bits.join(' ')}` : undefined;
}

/** What the card does not tell is no reason to let it pay alone. */
function wantsReload({ eCash, request, settings: { terminal } }: Course): boolean {
  if (eCash === undefined || isOfflineOnly(terminal)) return false;
  const { balance, threshold } = eCash;
  return balance === undefined || threshold === undefined || balance - request.amount < threshold;
}
