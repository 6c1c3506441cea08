import { fromHex } from '../../../../apdu/bytes.ts';
import { Conversation } from '../../../../src/financial/payment/conversation.ts';
import type { Course } from '../../../../src/financial/payment/course.ts';
import type { Finished } from '../../../../src/financial/payment/outcome.ts';
import type { PaymentState } from '../../../../src/financial/payment/pauses.ts';
import { requestData } from '../../../../src/financial/payment/request.ts';
import { applicationData, terminalData } from '../../../../src/financial/payment/terminal.ts';
import type { Session } from '../../../../src/financial/session.ts';
import { sessionOver } from '../card-script.ts';
import type { Exchange } from '../vectors.ts';
import { PURCHASE, TERMINAL, UNIONPAY } from './terminals.ts';

const AID = fromHex('A000000333010101');
/** A step that ended without a transaction behind it: what it left is in the session. */
const OVER: Finished = { kind: 'finished', outcome: { kind: 'abandoned' }, records: [] };

/** A step of a payment on its own, over a card that knows these exchanges only. */
export interface LoneStep {
  readonly course: Course;
  readonly session: Session;
  readonly left: () => number;
  /** Runs it to its first pause, or to its end. */
  run(step: (course: Course) => Promise<unknown>): Promise<PaymentState>;
}

/** What a test changes. `card`: tag → value, hex. */
export interface StepOptions extends Partial<Omit<Course, 'session' | 'ask' | 'aip'>> {
  readonly card?: Readonly<Record<string, string>>;
  readonly exchanges?: readonly Exchange[];
  readonly aip?: string;
}

/** An application that asks for all of verification, risk management and issuer authentication. */
export async function loneStep({
  card = {},
  exchanges = [],
  aip = '7C00',
  ...rest
}: StepOptions = {}): Promise<LoneStep> {
  const { session, left } = await sessionOver(exchanges);
  const { settings = { terminal: TERMINAL }, request = PURCHASE, parameters = UNIONPAY } = rest;
  const data = [...terminalData(settings.terminal), ...requestData(request), ...applicationData(parameters, AID)];
  for (const [tag, value] of data) session.terminal.set(tag, value);
  for (const [tag, value] of Object.entries(card)) session.card.set(Number.parseInt(tag, 16), fromHex(value));
  const conversation = new Conversation();
  const course: Course = {
    session,
    settings,
    request,
    parameters,
    ask: conversation.ask,
    random: (length) => new Uint8Array(length),
    today: { year: 2026, month: 3, day: 15 },
    aid: AID,
    isPboc: true,
    aip: fromHex(aip),
    pdolValues: new Uint8Array(),
    account: { number: '6200000000000000006', sequence: '01' },
    authentication: { method: 'none', result: 'not-possible', testKey: false },
    staticData: undefined,
    eCash: undefined,
    pin: { bypassed: false },
    money: { tcAsked: false, hostApproved: false, requestOpen: false },
    ...rest,
  };
  const run: LoneStep['run'] = (step) => conversation.begin(async () => step(course).then(() => OVER));
  return { course, session, left, run };
}

/** Rules that decided, in order, with their places where they have one. */
export function decided({ records }: Pick<Session, 'records'>): string[] {
  return records.flatMap(({ decisions }) =>
    decisions.map(({ rule, place }) => (place === undefined ? rule.id : `${rule.id} ${place}`)),
  );
}
