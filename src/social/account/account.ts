import type { Waiting } from '../../../drivers/reader.ts';
import type { Pin } from '../../crypto/pin.ts';
import type { FileReading } from '../files/reading.ts';
import type { Flow } from '../flow.ts';
import type { PinOptions } from '../pin/social-pin.ts';
import type { RunFlow } from '../run.ts';
import type { AccountBalances } from './balances.ts';
import { Course } from './course.ts';
import { MOST_FEN } from './layout.ts';
import type { AccountLog } from './log.ts';
import type { LoadOutcome, ProofOutcome, PurchaseOutcome, TransactionUnknown } from './outcomes.ts';
import type { PurchaseOptions } from './purchase.ts';
import type { TransactionOptions } from './transaction.ts';

// The acts are loaded when they are done: a basic reading has no need of them.

// Not inside the methods: the compiler leaves the name of a module as it is where a function has `using`.
const loadBalances = () => import('./balances.ts');
const loadLoading = () => import('./load.ts');
const loadPurchase = () => import('./purchase.ts');

/** A PIN for what the card gives only under it. It is used up, needed or not. */
export interface AccountOptions extends PinOptions {
  readonly pin?: Pin;
}

/**
 * The medical account of the card (DF04). Each method is one act, and uses up the PIN it was given; after that the card
 * is reset. All methods throw SscardError as `readBasic` does, `answer-malformed`, and what a key provider throws.
 *
 * Load, purchase and proof are unproven on real cards, and say so (`unproven`): they work where the profile's
 * `switches.accountTransactions` is on, else they throw `act-switched-off`. A transaction ends as exactly one of: done
 * and read back; not done (also every thrown error: its `details.outcome` is `not-done`, but for a lost VERIFY); unknown,
 * with the receipt that `prove` asks by. Nothing is sent twice.
 */
export class MedicalAccount {
  readonly #run: RunFlow;

  /** Made by `SocialApplication`. */
  constructor(run: RunFlow) {
    this.#run = run;
  }

  /**
   * Balance and year totals.
   * @example
   * const { balance, withheld } = await card.social.account.show();
   */
  async show(options: AccountOptions = {}): Promise<AccountBalances> {
    using _pin = options.pin;
    const { readBalances } = await loadBalances();
    const ending = options.pin === undefined ? 'leave' : 'reset';
    return await this.#run(options, (flow) => readBalances(offering(flow, options)), { ending });
  }

  /**
   * Settlements that the card has kept: EF08 under the PIN, EF15 under the PIN or RK1DF04.
   * @example
   * for (const { fields } of (await card.social.account.log({ pin })).transactions) print(fields);
   */
  log(options: AccountOptions = {}): Promise<AccountLog> {
    return this.#read(options, async (flow) => (await import('./log.ts')).readLog(flow));
  }

  /**
   * 临时脱网结算 (EF06), under PIN and RK1DF04. On generation 1.0 the file has balance and totals in its place, as items.
   */
  offline(options: AccountOptions = {}): Promise<FileReading> {
    return this.#read(options, async (flow) => (await import('./log.ts')).readOffline(flow));
  }

  /**
   * 圈存: puts money into the account, under MAC1 of the card and MAC2 of the host.
   * @throws RangeError for an amount that is not 1 to 4,294,967,295 fen, or a terminal that is not twelve digits
   */
  async load(options: TransactionOptions): Promise<LoadOutcome> {
    using _pin = options.pin;
    checkRequest(options, [options.amount]);
    const { loadAccount } = await loadLoading();
    return { unproven: true, ...(await this.#transact(options, loadAccount)) };
  }

  /**
   * 消费: pays from the account, and counts what the holder and the pooled fund pay beside it.
   * @throws RangeError for amounts that are not 0 to 4,294,967,295 fen, or all zero, or a terminal that is not twelve digits
   */
  async purchase(options: PurchaseOptions): Promise<PurchaseOutcome> {
    using _pin = options.pin;
    checkRequest(options, [options.amount, options.selfPaid ?? 0, options.pooled ?? 0]);
    const { payFromAccount } = await loadPurchase();
    return { unproven: true, ...(await this.#transact(options, payFromAccount)) };
  }

  /**
   * Asks the card whether its last transaction of this type is the one with this serial (of the receipt).
   * @throws RangeError for a serial that is not 0 to 65,535
   * @example
   * const outcome = await card.social.account.purchase({ pin, amount: 1000 });
   * if (outcome.kind === 'unknown') await cardAgain.social.account.prove('purchase', outcome.receipt.serial);
   */
  async prove(type: 'load' | 'purchase', serial: number, waiting?: Waiting): Promise<ProofOutcome> {
    if (!Number.isInteger(serial) || serial < 0 || serial > 0xffff) throw new RangeError('a serial has two bytes');
    const { proveTransaction } = await import('./prove.ts');
    return this.#run(waiting, (flow) => proveTransaction(flow, type, serial), { ending: 'leave' });
  }

  async #read<T>(options: AccountOptions, act: (flow: Flow) => Promise<T>): Promise<T> {
    using _pin = options.pin;
    return await this.#run(options, (flow) => act(offering(flow, options)), { whole: true });
  }

  /** An outcome is kept, also when the end of the act fails; an error is judged after that end. */
  async #transact<Options extends TransactionOptions, Outcome>(
    options: Options,
    act: (flow: Flow, options: Options, course: Course) => Promise<Outcome>,
  ): Promise<Outcome | TransactionUnknown> {
    const course = new Course();
    let outcome: Outcome | undefined;
    const work = async (flow: Flow): Promise<Outcome> => {
      outcome = await act(flow, options, course);
      return outcome;
    };
    try {
      return await this.#run(options, work, { whole: true });
    } catch (error) {
      return outcome ?? course.endedBy(error);
    }
  }
}

function offering(flow: Flow, { pin, lastTry }: AccountOptions): Flow {
  flow.rights.offerPin(pin && { pin, lastTry: lastTry === true });
  return flow;
}

function checkRequest({ terminal }: TransactionOptions, amounts: readonly number[]): void {
  const fits = amounts.every((fen) => Number.isInteger(fen) && fen >= 0 && fen <= MOST_FEN);
  if (!fits || amounts.every((fen) => fen === 0))
    throw new RangeError('amounts are whole fen in four bytes, not all zero');
  if (terminal !== undefined && !/^\d{12}$/.test(terminal)) throw new RangeError('a terminal number has twelve digits');
}
