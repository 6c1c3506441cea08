import { fromHex } from '../../../apdu/bytes.ts';
import { SscardError } from '../../../apdu/errors.ts';
import { refused } from '../../../drivers/exchange.ts';
import type { Pin } from '../../crypto/pin.ts';
import type { CardIdentity, KeyProvider, KeyReference } from '../../keys/provider.ts';
import { keyNamed, referenceOf } from '../authentication.ts';
import { identityOf } from '../card-facts.ts';
import { denialOf } from '../denial.ts';
import type { Flow } from '../flow.ts';
import { isInitial } from '../pin/initial.ts';
import type { PinOptions } from '../pin/social-pin.ts';
import { type Step, saysNotDone, type Where } from '../steps.ts';
import { accountCommand, askProof, DONE, readBalance, wholeAnswer } from './command.ts';
import type { Course } from './course.ts';
import { ANSWER_BYTES, type Announcement, initialiseData, readAnnouncement } from './layout.ts';
import type {
  NotDoneReason,
  TransactionDone,
  TransactionNotDone,
  TransactionReceipt,
  TransactionUnknown,
} from './outcomes.ts';

/** What a transaction asks for. The PIN is used up, whatever comes of it. */
export interface TransactionOptions extends PinOptions {
  readonly pin: Pin;
  /** Fen; what the account gets or pays. */
  readonly amount: number;
  /** Twelve digits. Default: what the key provider says. A PSAM proves with its own number only. */
  readonly terminal?: string;
}

/** What both kinds of transaction need before the card is asked. */
export interface Prepared {
  readonly keys: KeyProvider;
  readonly card: CardIdentity;
  /** Six bytes. */
  readonly terminal: Uint8Array;
}

/** Status words by which the card says that nothing was moved (5.3). */
const REASONS: ReadonlyMap<number, Extract<NotDoneReason, { sw: number }>['reason']> = new Map([
  [0x9302, 'mac-refused'],
  [0x9401, 'not-enough-money'],
  [0x9403, 'key-index'],
  [0x9406, 'mac-not-available'],
]);

export function notDone(why: NotDoneReason): TransactionNotDone {
  return { kind: 'not-done', why };
}

/** The reason a status word gives. @throws SscardError `card-refused` for any other, with `outcome` `not-done` */
export function notDoneBy(sw: number, where: Where): TransactionNotDone {
  const reason = REASONS.get(sw);
  if (reason !== undefined) return notDone({ reason, sw, step: where.step });
  const { code, message, details } = refused(sw, where);
  throw new SscardError(code, message, { ...details, outcome: 'not-done' });
}

/** @throws SscardError `act-switched-off` unless the profile's `switches.accountTransactions` is on */
export function requireSwitch({ profile }: Flow, step: Step): void {
  if (profile.switches.accountTransactions) return;
  const where: Where = { step, place: profile.purse.directory };
  throw new SscardError('act-switched-off', 'switches.accountTransactions is off', { ...where });
}

/** A key of the account (6.1). */
export function accountKey({ profile }: Flow, name: 'DLK' | 'DPK' | 'DTK'): KeyReference {
  return referenceOf(keyNamed(profile, profile.purse.directory, name));
}

/** Everything that can be known without the PIN comes first; then the directory, then the PIN (5.1, step 1). */
export async function prepare(
  flow: Flow,
  options: TransactionOptions,
  key: 'DLK' | 'DPK',
): Promise<Prepared | TransactionNotDone> {
  const { profile, keys, rights, line } = flow;
  if (keys === undefined) return notDone({ reason: 'no-key', key, because: 'no-provider' });
  const card = identityOf(flow, profile);
  if (card === undefined) return notDone({ reason: 'card-unidentified' });
  // It may read, not transact (6.6, market code −35).
  if (isInitial(options.pin, profile)) return notDone({ reason: 'pin-not-sent', why: 'initial' });
  const terminal = options.terminal ?? (await keys.terminal(line.waiting)).terminalNumber;
  if (terminal === null) return notDone({ reason: 'no-terminal-number' });
  if (!(await rights.enter(profile.purse.directory))) return notDone({ reason: 'no-directory' });
  rights.offerPin({ pin: options.pin, lastTry: options.lastTry === true });
  const grant = await rights.satisfy('pin');
  return grant.kind === 'granted' ? { keys, card, terminal: fromHex(terminal) } : notDone(denialOf(grant));
}

/** INITIALIZE FOR LOAD or FOR PURCHASE: nothing is moved by it. */
export async function announce(
  { line, profile: { purse } }: Flow,
  kind: 'load' | 'purchase',
  amount: number,
  terminal: Uint8Array,
): Promise<Announcement | TransactionNotDone> {
  const load = kind === 'load';
  const where: Where = { step: load ? 'initialise-load' : 'initialise-purchase', place: purse.directory };
  const header = load ? purse.initialiseLoad : purse.initialisePurchase;
  const le = load ? ANSWER_BYTES.initialiseLoad : ANSWER_BYTES.initialisePurchase;
  const data = initialiseData(purse.keyIndex, amount, terminal);
  const answer = await accountCommand(line, header, { data, le }, where);
  return answer.sw === DONE ? readAnnouncement(wholeAnswer(answer.data, le, where)) : notDoneBy(answer.sw, where);
}

/**
 * The command that moves the money, once. No status word alone says what became of money: a refusal counts when the card
 * shows that nothing has changed.
 * @returns the answer of `le` bytes, or what came of it
 */
export async function move(
  flow: Flow,
  course: Course,
  { header, ...body }: { readonly header: string; readonly data: Uint8Array; readonly le: number },
  where: Where,
): Promise<Uint8Array | TransactionNotDone | TransactionUnknown> {
  const { data, sw } = await accountCommand(flow.line, header, body, where);
  if (sw === DONE) return wholeAnswer(data, body.le, where);
  const untouched = saysNotDone(sw) && (await isUntouched(flow, course.receipt));
  return untouched ? notDoneBy(sw, where) : course.unknown('status', { sw });
}

/** By the balance; where the account pays nothing, by the proof that there is not. */
async function isUntouched(flow: Flow, receipt: TransactionReceipt): Promise<boolean> {
  if (receipt.amount > 0) return (await readBalance(flow)) === receipt.oldBalance;
  return (await askProof(flow, receipt)) === undefined;
}

/** After the card said done: the balance, then its TAC where somebody can check it. */
export async function settle(
  flow: Flow,
  course: Course,
  expected: number,
  proof: {
    readonly keys: KeyProvider;
    readonly card: CardIdentity;
    readonly tac: Uint8Array;
    readonly data: Uint8Array;
  },
): Promise<TransactionDone | TransactionUnknown> {
  const balance = await readBalance(flow);
  if (balance !== expected) return course.unknown('balance-differs', { balance });
  const { keys, ...rest } = proof;
  const tac = await keys.checkTac({ ...rest, key: accountKey(flow, 'DTK') }, flow.line.waiting).catch(uncheckedAfter);
  if (tac.kind === 'done' && !tac.value) return course.unknown('tac-wrong', { balance });
  return { kind: 'done', balance, tac: tac.kind === 'done' ? 'right' : 'unchecked', receipt: course.receipt };
}

/** The TAC is kept for the upload: who could not check it does not change what the card did. */
function uncheckedAfter(error: unknown): { readonly kind: 'unavailable' } {
  if (error instanceof SscardError) return { kind: 'unavailable' };
  throw error;
}
