import type { Rule } from '../rules.ts';
import type { Action } from './action.ts';
import type { Course } from './course.ts';
import { AuthorisationRequest, type HostAnswer } from './host.ts';
import { field55, type HostMessage, readHostMessage } from './host-message.ts';
import { authenticateIssuer } from './issuer-authentication.ts';
import type { ScriptResult } from './outcome.ts';
import { runScripts } from './scripts.ts';

const UNABLE = { id: 'unable-to-go-online', clause: 'E3 10.8', effect: 'note' } as const satisfies Rule;
const MALFORMED = { id: 'host-answer-malformed', clause: 'E3 10.8', effect: 'note' } as const satisfies Rule;
const APPROVED = { id: 'issuer-approved', clause: 'E3 10.8', effect: 'note' } as const satisfies Rule;
const DECLINED = { id: 'issuer-declined', clause: 'E3 10.8', effect: 'note' } as const satisfies Rule;
const REFERRAL = {
  approved: { id: 'referral-approved', clause: 'E3 10.8', effect: 'note' },
  declined: { id: 'referral-declined', clause: 'E3 10.8', effect: 'note' },
} as const satisfies Readonly<Record<string, Rule>>;

/** Tag 8A. */
const RESPONSE_CODE = 0x8a;
const APPROVALS = new Set(['00', '10', '11']);
const REFERRALS = new Set(['01', '02']);

/** The host answered: what is asked of the card now, and what the host sent along. */
export interface Online {
  readonly action: Action;
  readonly message: HostMessage;
  /** Results of the scripts 71. */
  readonly scripts: readonly ScriptResult[];
}

/** Hands over to the host, authenticates its answer, and runs the scripts 71 (4.8). @returns `undefined`: it was not reached */
export async function goOnline(course: Course): Promise<Online | undefined> {
  const { session, money } = course;
  const message = await askHost(course);
  if (message === undefined) return undefined;
  session.terminal.set(RESPONSE_CODE, message.responseCode);
  const code = String.fromCharCode(...message.responseCode);
  money.hostApproved = APPROVALS.has(code);
  if (message.authentication) await authenticateIssuer(course, message.authentication);
  const scripts = message.before.length > 0 ? await runScripts(session, message.before, 'before', 'throw') : [];
  return { action: await judge(course, code), message, scripts };
}

function askHost(course: Course): Promise<HostMessage | undefined> {
  const { session, account, pin } = course;
  return session.during('online', async () => {
    const request = new AuthorisationRequest(field55(session, course.eCash !== undefined), account, pin.block);
    const answer = await course
      .ask<HostAnswer>((resume) => ({ kind: 'go-online', request, proceed: resume }))
      .finally(() => pin.block?.fill(0));
    if (answer.kind === 'unable') {
      session.decide(UNABLE);
      return undefined;
    }
    const message = readHostMessage(answer.data);
    // Nothing in it can be relied on: as if it had not come.
    if (message === undefined) session.decide(MALFORMED);
    return message;
  });
}

/** A referral is decided by a call; everything but an approval is a no. */
function judge({ session, ask, money }: Course, code: string): Promise<Action> {
  return session.during('online', async () => {
    const place = `8A ${code}`;
    const called = REFERRALS.has(code)
      ? await ask<boolean>((resume) => ({
          kind: 'referral',
          responseCode: code,
          approve: () => resume(true),
          decline: () => resume(false),
        }))
      : undefined;
    if (called !== undefined) money.hostApproved = called;
    const rule =
      called === undefined
        ? money.hostApproved
          ? APPROVED
          : DECLINED
        : called
          ? REFERRAL.approved
          : REFERRAL.declined;
    session.decide(rule, place);
    return { asks: money.hostApproved ? 'TC' : 'AAC', decision: { rule, place } };
  });
}
