import { withChaining } from '../../../apdu/chaining.ts';
import { SscardError } from '../../../apdu/errors.ts';
import type { Channel, Waiting } from '../../../drivers/reader.ts';
import { Termination } from '../rules.ts';
import type { Session, StepRecord } from '../session.ts';
import { ApplicationChooser } from './choose.ts';
import { Abandoned, Conversation } from './conversation.ts';
import type { Course } from './course.ts';
import type { Finished, PaymentOutcome } from './outcome.ts';
import type { PaymentState } from './pauses.ts';
import { begin, openSession, type Plan, prepare } from './prepare.ts';
import { type PaymentRequest, requestData } from './request.ts';
import type { PaymentSettings } from './settings.ts';
import { checkTerminal } from './terminal.ts';
import { giveUp, transact } from './transact.ts';

/**
 * One payment with one inserted card, from the choice of the application to the end (emv-pboc.md 4). It runs by itself to
 * the next point where a person or a host decides, and goes on with the answer. The card is reset when it ends, so that no
 * right stays behind.
 *
 * The channel must be this payment's alone until then: `exclusive`, as `waitForCard` connects unless told otherwise. A
 * transaction of the reader's service is not held while a person thinks.
 * @example
 * const payment = new Payment(channel, { terminal, caKeys }, request);
 * let state = await payment.start();
 * while (state.kind !== 'finished') state = await answer(state);
 */
export class Payment {
  readonly #channel: Channel;
  readonly #plan: Plan;
  readonly #conversation = new Conversation();
  readonly #records: StepRecord[] = [];
  #session: Session | undefined;
  #course: Course | undefined;
  #started = false;

  /** @throws RangeError for a terminal, an application or a request that no card can be told */
  constructor(channel: Channel, settings: PaymentSettings, request: PaymentRequest) {
    checkTerminal(settings.terminal);
    const dated = { ...request, at: request.at ?? new Date() };
    requestData(dated);
    this.#channel = channel;
    const transmitter = channel.chains ? channel : withChaining<Waiting>(channel);
    const line = { transmitter, waiting: settings.waiting ?? {} };
    this.#plan = { line, settings, request: dated, ask: this.#conversation.ask };
  }

  /** Of the steps that have ended, also of a payment that broke. */
  get records(): readonly StepRecord[] {
    return [...this.#records, ...(this.#session?.records ?? [])];
  }

  /**
   * Runs to the first pause, or to the end.
   * @throws SscardError what the channel throws, as long as no money can have moved; after that it is the outcome `unknown`.
   * The ways on of the pauses throw the same. RangeError: it was started before
   */
  async start(): Promise<PaymentState> {
    if (this.#started) throw new RangeError('a payment is started once');
    this.#started = true;
    return this.#conversation.begin(() => this.#run());
  }

  /**
   * Gives up where the payment waits. A card that has asked for its issuer is told (AAC); what was sent to the host is
   * reversed by the host's own rules.
   * @throws RangeError when it does not wait
   */
  abandon(): Promise<PaymentState> {
    return this.#conversation.abandon();
  }

  async #run(): Promise<Finished> {
    try {
      const outcome = await this.#pay().catch((error) => this.#outcomeOf(error));
      return { kind: 'finished', outcome, records: this.records };
    } finally {
      this.#course?.pin.block?.fill(0);
      // What came of the payment is known: a card that is gone by now does not change it.
      if (!this.#channel.lacks.has('reset')) await this.#channel.reset('warm', this.#plan.line.waiting).catch(() => {});
    }
  }

  async #pay(): Promise<PaymentOutcome> {
    const { line, settings, ask } = this.#plan;
    const chooser = new ApplicationChooser(line, settings.terminal, ask);
    try {
      await chooser.search();
      for (let chosen = await chooser.next(); chosen !== undefined; chosen = await chooser.next()) {
        this.#records.push(chooser.takeRecord());
        const session = openSession(this.#plan, chosen);
        this.#session = session;
        const initiated = await begin(session, chosen);
        if (initiated.kind === 'initiated') {
          this.#course = await prepare(this.#plan, session, chosen, initiated);
          return await transact(this.#course);
        }
        chooser.refuse(chosen.candidate);
        this.#records.push(...session.records);
        this.#session = undefined;
      }
      return { kind: 'not-accepted', reason: chooser.reason };
    } finally {
      const record = chooser.takeRecord();
      if (record.decisions.length > 0) this.#records.push(record);
    }
  }

  /** What a rule, a person or a lost answer made of it; anything else is thrown on. */
  async #outcomeOf(error: unknown): Promise<PaymentOutcome> {
    if (error instanceof Abandoned) return giveUp(this.#course);
    const money = this.#course?.money;
    const hostApproved = money?.hostApproved === true;
    if (error instanceof Termination) {
      const { step, decision, sw } = error;
      return { kind: 'terminated', step, rule: decision, reverse: hostApproved, ...(sw !== undefined && { sw }) };
    }
    if (!(error instanceof SscardError)) throw error;
    const left = error.details.outcome !== 'not-done';
    if (!hostApproved && !(money?.tcAsked && left)) throw error;
    return { kind: 'unknown', step: this.#session?.step ?? 'online', error, hostApproved };
  }
}
