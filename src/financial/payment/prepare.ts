import { toHex } from '../../../apdu/bytes.ts';
import type { Line } from '../../../drivers/exchange.ts';
import { platformRandom } from '../../crypto/random.ts';
import { type AuthenticatedRecord, staticDataToAuthenticate } from '../../crypto/static-data.ts';
import { authenticateOffline } from '../authentication/authenticate.ts';
import { chooseMethod } from '../authentication/method.ts';
import { dayOf } from '../dates.ts';
import { isPboc } from '../dictionary/dictionary.ts';
import { getData } from '../get-data.ts';
import { type Initiated, initiate } from '../initiate.ts';
import { readAmount } from '../numbers.ts';
import { panOf } from '../pan.ts';
import { readApplicationData } from '../read-data.ts';
import type { Rule } from '../rules.ts';
import { Session } from '../session.ts';
import type { ChosenApplication } from './choose.ts';
import type { Ask } from './conversation.ts';
import { type Course, type ECash, trustOf } from './course.ts';
import { NO_CVM_RESULTS } from './cvm.ts';
import { type PaymentRequest, requestData } from './request.ts';
import type { PaymentSettings } from './settings.ts';
import { applicationData, terminalData } from './terminal.ts';

const NUMBER_MISSING = { id: 'account-number-missing', clause: 'E3 7.2', effect: 'terminate' } as const satisfies Rule;
const E_CASH = { id: 'e-cash-chosen-by-card', clause: 'P13', effect: 'note' } as const satisfies Rule;

const UNPREDICTABLE_LENGTH = 4;

/** What a payment is begun with, before an application is chosen. */
export interface Plan {
  readonly line: Line;
  readonly settings: PaymentSettings;
  readonly request: PaymentRequest & { readonly at: Date };
  readonly ask: Ask;
}

/** A session for the application that was chosen: TVR and TSI are zero, the terminal's data are there. */
export function openSession({ line, settings, request }: Plan, { candidate, parameters }: ChosenApplication): Session {
  const { random = platformRandom } = settings;
  return new Session(
    line,
    new Map<number, Uint8Array>([
      ...terminalData(settings.terminal),
      ...requestData(request),
      ...applicationData(parameters, candidate.aid),
      [0x84, candidate.aid],
      [0x9f34, NO_CVM_RESULTS],
      [0x9f37, random(UNPREDICTABLE_LENGTH)],
      [0x9f7a, Uint8Array.of(offersECash(settings, request, parameters) ? 1 : 0)],
    ]),
  );
}

/** GET PROCESSING OPTIONS. */
export function begin(session: Session, { fci }: ChosenApplication): Promise<Initiated> {
  return initiate(session, fci);
}

/** Reads the application's data and authenticates them: all that the later steps of a payment work with. */
export async function prepare(
  plan: Plan,
  session: Session,
  { candidate, parameters }: ChosenApplication,
  { aip, afl, pdolValues }: Extract<Initiated, { kind: 'initiated' }>,
): Promise<Course> {
  const { settings, request, ask } = plan;
  const records = await readApplicationData(session, afl);
  const today = dayOf(request.at);
  const { aid } = candidate;
  const method = chooseMethod(aip, settings.terminal.capabilities);
  const trust = trustOf({ settings, aid, today });
  const authentication = await authenticateOffline(session, { ...trust, method, records });
  return {
    session,
    settings,
    request,
    parameters,
    ask,
    random: settings.random ?? platformRandom,
    today,
    aid,
    isPboc: isPboc(aid),
    aip,
    pdolValues,
    account: accountOf(session),
    authentication,
    staticData: staticDataOf(session, records, aip),
    eCash: await readECash(session),
    pin: { bypassed: false },
    money: { tcAsked: false, hostApproved: false, requestOpen: false },
  };
}

/** Only for a purchase under the limit (4.1), and not where the merchant wants the host's word. */
function offersECash(
  { terminal }: PaymentSettings,
  { service, amount, forceOnline = false }: PaymentRequest,
  { eCashLimit, floorLimit }: ChosenApplication['parameters'],
): boolean {
  const purchase = service === 'goods' || service === 'services';
  return terminal.eCash === true && purchase && !forceOnline && amount < (eCashLimit ?? floorLimit);
}

/** The card pays by e-cash when it was offered, and its records have 9F74; then it says what is in it (4.1). */
async function readECash(session: Session): Promise<ECash | undefined> {
  if (session.terminal.get(0x9f7a)?.[0] !== 1 || !session.card.has(0x9f74)) return undefined;
  return session.during('get-data', async () => {
    session.decide(E_CASH, '9F74');
    return { balance: await amountAt(session, 0x9f79), threshold: await amountAt(session, 0x9f6d) };
  });
}

async function amountAt(session: Session, tag: number): Promise<number | undefined> {
  const datum = await getData(session, tag);
  return datum.kind === 'value' ? readAmount(datum.value) : undefined;
}

function accountOf(session: Session): Course['account'] {
  const number = panOf(session.card);
  if (number === undefined) return session.terminate(NUMBER_MISSING, '5A');
  const sequence = session.card.get(0x5f34);
  return { number, sequence: sequence?.length === 1 ? toHex(sequence) : '00' };
}

function staticDataOf({ card }: Session, records: readonly AuthenticatedRecord[], aip: Uint8Array) {
  const data = staticDataToAuthenticate(records, card.get(0x9f4a), aip);
  return data.kind === 'valid' ? data.value : undefined;
}
