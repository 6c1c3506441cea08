import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { SscardError } from '../../../apdu/errors.ts';
import type { Line } from '../../../drivers/exchange.ts';
import { platformRandom } from '../../crypto/random.ts';
import { packedDay, packedTime } from '../dates.ts';
import type { Fci } from '../fci.ts';
import { Termination } from '../rules.ts';
import type { Candidate, TerminalApplication } from '../selection/candidate.ts';
import { buildCandidates } from '../selection/candidates.ts';
import { selectApplication } from '../selection/select.ts';
import { Session } from '../session.ts';

/** The application that an enquiry is about, selected. */
export interface Enquiry {
  readonly session: Session;
  readonly candidate: Candidate;
  /** Absent: the application is blocked, and the card gives nothing with that. */
  readonly fci: Fci | undefined;
  /** Blocked by the issuer, or not activated yet: logs and e-cash stay readable (P5 18.1, P13 5.8). */
  readonly blocked: boolean;
}

/** What an enquiry is made with. */
export interface EnquiryOptions {
  /** Only an application with this name, whole or its beginning, is looked at. Default: the one the card ranks first. */
  readonly aid?: Uint8Array;
  /** What the terminal holds the day and the time for. Default: the clock of the machine. */
  readonly now?: Date;
  /** The terminal can prove SM2 certificates: a card with both algorithms answers with that set (P17 10.3). Default false. */
  readonly sm?: boolean;
  /** Source of the unpredictable number. Default: the platform's. */
  readonly random?: (length: number) => Uint8Array;
}

/** UnionPay, and the transport cards with the same command set (emv-pboc.md 1.1). */
const APPLICATIONS: readonly TerminalApplication[] = [
  { aid: fromHex('A0000003330101'), asi: 'partial' },
  { aid: fromHex('A0000006320101'), asi: 'partial' },
];

/** Balance enquiry: nothing is bought (emv-pboc.md 8.2). */
const ENQUIRY = 0x31;

/**
 * Finds the debit side of the card and selects it. Nothing is counted or written by that.
 * @throws SscardError `bank-application-missing`, `bank-card-blocked` (6A81 to the first SELECT), and what the channel
 * throws
 */
export async function openEnquiry(line: Line, options: EnquiryOptions): Promise<Enquiry> {
  const session = new Session(line, terminalValues(options));
  const list = await buildCandidates(line, APPLICATIONS);
  if (list.kind === 'card-blocked')
    throw new SscardError('bank-card-blocked', '6A81 to the first SELECT', { step: 'select-directory', place: 'PSE' });
  const wanted = [...list.candidates, ...list.blocked].filter(({ aid }) => isNamed(aid, options.aid));
  for (const candidate of wanted) {
    const came = await selectApplication(line, candidate);
    if (came.kind !== 'refused') return { session, candidate, fci: came.fci, blocked: came.kind === 'blocked' };
  }
  const place = toHex(options.aid ?? APPLICATIONS[0]?.aid ?? new Uint8Array());
  throw new SscardError('bank-application-missing', 'no such application', { step: 'select-application', place });
}

/** A rule that ends a payment is, for an enquiry, data of the card that are not as they must be. */
export async function withoutTermination<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Termination)) throw error;
    const { step, decision, sw } = error;
    const { place = step, rule } = decision;
    const details = { step, place, reason: rule.id, ...(sw !== undefined && sw !== 0x9000 && { sw }) };
    throw new SscardError('bank-data-malformed', error.message, details, { cause: error });
  }
}

function isNamed(aid: Uint8Array, wanted: Uint8Array | undefined): boolean {
  return wanted === undefined || toHex(aid).startsWith(toHex(wanted));
}

/** What the PDOL of a card may ask a terminal that buys nothing. Everything else becomes zeros. */
function terminalValues({
  now = new Date(),
  sm = false,
  random = platformRandom,
}: EnquiryOptions): Map<number, Uint8Array> {
  return new Map([
    [0x9a, packedDay(now)],
    [0x9f21, packedTime(now)],
    [0x9c, Uint8Array.of(ENQUIRY)],
    [0x9f02, new Uint8Array(6)],
    [0x9f03, new Uint8Array(6)],
    [0x9f1a, Uint8Array.of(0x01, 0x56)],
    [0x5f2a, Uint8Array.of(0x01, 0x56)],
    [0x9f35, Uint8Array.of(0x22)],
    [0x9f4e, new Uint8Array(20).fill(0x20)],
    // No e-cash.
    [0x9f7a, Uint8Array.of(0x00)],
    [0xdf69, Uint8Array.of(sm ? 0x01 : 0x00)],
    [0x9f37, random(4)],
  ]);
}
