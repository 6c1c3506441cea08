import { type Decision, Termination } from '../rules.ts';
import { writeText } from '../text.ts';
import { type Action, analyseAction, analyseUnable } from './action.ts';
import { checkCombined } from './combined.ts';
import { completed, type Ending } from './completion.ts';
import type { Course } from './course.ts';
import { verifyCardholder } from './cvm.ts';
import { type AcAnswer, cryptogramOf, generateAc } from './generate-ac.ts';
import type { HostMessage } from './host-message.ts';
import { goOnline } from './online.ts';
import type { Abandoned, Approved, Declined, ScriptResult } from './outcome.ts';
import { checkRestrictions } from './restrictions.ts';
import { manageRisk } from './risk.ts';
import { runScripts } from './scripts.ts';
import { isOfflineOnly } from './terminal.ts';

/** Codes that a terminal makes itself, tag 8A (4.8). */
const OFFLINE = { TC: 'Y1', AAC: 'Z1' } as const;
const UNABLE = { TC: 'Y3', AAC: 'Z3' } as const;
const RESPONSE_CODE = 0x8a;

const CDA_FAILED: Decision = { rule: { id: 'declined-after-cda-failed', clause: 'E2 6.6', effect: 'note' } };
const CARD_DECIDED: Decision = { rule: { id: 'card-lowered-the-request', clause: 'E3 9.2', effect: 'note' } };

/** The first cryptogram, and what a second command needs of it. */
interface First {
  readonly answer: AcAnswer;
  /** The combined signature held, where one was asked for. */
  readonly proven: boolean;
}

/** All steps from the processing restrictions to the end (4.3 to 4.8). */
export async function transact(course: Course): Promise<Approved | Declined> {
  const { session, settings, request } = course;
  await checkRestrictions(session, settings.terminal, request.service);
  const { signature } = await verifyCardholder(course);
  await manageRisk(course);
  const action = await analyseAction(course);
  const first = await firstCryptogram(course, action);
  const { kind } = first.answer;
  if (kind === 'ARQC') return afterRequest(course, first, signature);
  const rule = offlineRule(action, first);
  const by = action.asks === 'AAC' || !first.proven ? 'terminal' : 'card';
  return completed(course, { answer: first.answer, proven: first.proven, rule, by, online: false, signature });
}

function offlineRule({ asks, decision }: Action, { answer, proven }: First): Decision {
  if (!proven) return CDA_FAILED;
  return asks === answer.kind ? decision : CARD_DECIDED;
}

async function firstCryptogram(course: Course, { asks }: Action): Promise<First> {
  const { session, parameters, money } = course;
  if (asks !== 'ARQC') session.terminal.set(RESPONSE_CODE, writeText(OFFLINE[asks]));
  const combined = course.authentication.result === 'pending' && asks !== 'AAC';
  const first = await session.during('first-generate-ac', async () => {
    money.tcAsked = asks === 'TC';
    const answer = await generateAc(session, { which: 'first', asks, combined, ...tdolOf(parameters) });
    money.tcAsked = false;
    money.requestOpen = answer.kind === 'ARQC';
    const signed = combined && answer.kind !== 'AAC';
    return { answer, proven: signed ? await checkCombined(course, answer) : true };
  });
  if (first.answer.kind === 'AAC') session.terminal.set(RESPONSE_CODE, writeText(OFFLINE.AAC));
  return first;
}

/** The card asked for its issuer. A card that did not prove its request is not taken online (4.2). */
async function afterRequest(course: Course, first: First, signature: boolean): Promise<Approved | Declined> {
  const { session, settings } = course;
  if (!first.proven) {
    session.terminal.set(RESPONSE_CODE, writeText(OFFLINE.AAC));
    return second(course, first, { asks: 'AAC', decision: CDA_FAILED }, { online: false, signature });
  }
  const online = isOfflineOnly(settings.terminal) ? undefined : await goOnline(course);
  if (online !== undefined) return second(course, first, online.action, { ...online, online: true, signature });
  const action = await session.during('action-analysis', () => analyseUnable(course));
  session.terminal.set(RESPONSE_CODE, writeText(action.asks === 'TC' ? UNABLE.TC : UNABLE.AAC));
  return second(course, first, action, { online: false, signature });
}

interface Background {
  readonly online: boolean;
  readonly signature: boolean;
  readonly message?: HostMessage;
  readonly scripts?: readonly ScriptResult[];
}

async function second(
  course: Course,
  first: First,
  { asks, decision }: Action,
  { online, signature, message, scripts = [] }: Background,
): Promise<Approved | Declined> {
  const { session, money } = course;
  const combined = course.authentication.result === 'pending' && first.proven && asks === 'TC';
  const came = await session.during('second-generate-ac', async () => {
    money.tcAsked = asks === 'TC';
    const answer = await generateAc(session, { which: 'second', asks, combined, ...tdolOf(course.parameters) });
    money.tcAsked = false;
    money.requestOpen = false;
    const signed = combined && answer.kind !== 'AAC';
    return { answer, proven: signed ? await checkCombined(course, answer, first.answer.cdolValues) : true };
  });
  const by = declinedBy(asks, online, came.proven);
  const rule = came.proven ? (asks === came.answer.kind ? decision : CARD_DECIDED) : CDA_FAILED;
  const ending: Ending = { ...came, rule, by, online, signature };
  const outcome = await completed(course, ending);
  const after = await runScripts(session, message?.after ?? [], 'after', 'keep');
  return { ...outcome, scripts: [...scripts, ...after] };
}

function declinedBy(asks: Action['asks'], online: boolean, proven: boolean): Declined['by'] {
  if (!proven) return 'terminal';
  if (asks === 'TC') return 'card';
  return online ? 'issuer' : 'terminal';
}

/** Given up: a card that gave an ARQC is told, so that it does not keep "online not completed" (8, 5). */
export async function giveUp(course: Course | undefined): Promise<Abandoned> {
  if (!course?.money.requestOpen) return { kind: 'abandoned' };
  const { session, parameters } = course;
  if (!session.terminal.has(RESPONSE_CODE)) session.terminal.set(RESPONSE_CODE, writeText(UNABLE.AAC));
  try {
    await session.during('second-generate-ac', () =>
      generateAc(session, { which: 'second', asks: 'AAC', combined: false, ...tdolOf(parameters) }),
    );
  } catch (error) {
    if (error instanceof Termination) return { kind: 'abandoned' };
    throw error;
  }
  return { kind: 'abandoned', cryptogram: cryptogramOf(session, 'AAC') };
}

function tdolOf({ defaultTdol }: Course['parameters']): { readonly defaultTdol?: Uint8Array } {
  return defaultTdol === undefined ? {} : { defaultTdol };
}
