import type { CommandApdu, ResponseApdu } from '../../apdu/types.ts';
import { exchange, type Line } from '../../drivers/exchange.ts';
import { StatusBits } from './bits.ts';
import { CardData } from './card-data.ts';
import { type Decision, type Rule, Termination } from './rules.ts';
import type { FinancialStep } from './steps.ts';

/** What one step left behind. */
export interface StepRecord {
  readonly step: FinancialStep;
  /** Rules that decided something in this step, in order. */
  readonly decisions: readonly Decision[];
  /** Tags that the card gave in this step. Values stay in the session: they hold the account number. */
  readonly tags: readonly number[];
  /** Hex, as they were when the step ended. */
  readonly tvr: string;
  readonly tsi: string;
}

/** Tag of the terminal verification results, and of the transaction status information. */
const TVR_TAG = 0x95;
const TSI_TAG = 0x9b;

/**
 * One transaction, or one reading, from the GET PROCESSING OPTIONS of an application to its end. Steps work on it one
 * after the other: they send, learn data, let rules decide, and each leaves a record.
 */
export class Session {
  readonly line: Line;
  /** What terminal, acquirer, host and transaction give, by tag. */
  readonly terminal: Map<number, Uint8Array>;
  /** What the card gave. */
  readonly card = new CardData();
  readonly tvr = new StatusBits(5);
  readonly tsi = new StatusBits(2);
  readonly #records: StepRecord[] = [];
  #step: FinancialStep = 'select-application';
  #decisions: Decision[] = [];
  #known = 0;

  /** @param terminal is kept and grows with the transaction */
  constructor(line: Line, terminal: Map<number, Uint8Array>) {
    this.line = line;
    this.terminal = terminal;
  }

  /** The one that runs, or ran last. */
  get step(): FinancialStep {
    return this.#step;
  }

  /** Of the steps that have ended. */
  get records(): readonly StepRecord[] {
    return this.#records;
  }

  /** Runs one step and records it, however it ends. */
  async during<T>(step: FinancialStep, work: () => Promise<T> | T): Promise<T> {
    this.#step = step;
    this.#decisions = [];
    this.#known = this.card.tags.length;
    try {
      return await work();
    } finally {
      const { tvr, tsi } = this;
      const tags = this.card.tags.slice(this.#known);
      this.#records.push({ step, decisions: this.#decisions, tags, tvr: String(tvr), tsi: String(tsi) });
    }
  }

  /** @throws SscardError what the channel throws; step and place are filled in */
  send(command: CommandApdu, place: string): Promise<ResponseApdu> {
    return exchange(this.line, command, { step: this.#step, place });
  }

  /** A rule decides: its bit is set, and it stands in the record of the step. Not for rules that terminate. */
  decide(rule: Rule, place?: string): void {
    this.#decisions.push({ rule, ...(place !== undefined && { place }) });
    if (typeof rule.effect === 'string') return;
    if ('tvr' in rule.effect) this.tvr.set(rule.effect.tvr);
    else this.tsi.set(rule.effect.tsi);
  }

  /** A rule ends the transaction. @throws Termination always */
  terminate(rule: Rule, place?: string, sw?: number): never {
    const decision = { rule, ...(place !== undefined && { place }) };
    this.#decisions.push(decision);
    throw new Termination(this.#step, decision, sw);
  }

  /** Value of a data object, whoever gave it: TVR and TSI as they are now, then the terminal's, then the card's. */
  value(tag: number): Uint8Array | undefined {
    if (tag === TVR_TAG) return this.tvr.bytes;
    if (tag === TSI_TAG) return this.tsi.bytes;
    return this.terminal.get(tag) ?? this.card.get(tag);
  }
}
