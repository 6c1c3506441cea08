import type { Bit } from './bits.ts';
import type { FinancialStep } from './steps.ts';

/**
 * What a rule does when it decides. `terminate` ends the transaction: no bit, no GENERATE AC. `leave-out` drops an
 * application and chooses again. `note` only says which way was taken.
 */
export type Effect = 'terminate' | 'leave-out' | 'note' | { readonly tvr: Bit } | { readonly tsi: Bit };

/** One rule of the reference, as it decided. The file of the step that applies it says it. */
export interface Rule {
  /** Stable key: `afl-malformed`. */
  readonly id: string;
  /** Where it stands: `E3 10.2`, `P5 18.1`, `P17 10.3`. */
  readonly clause: string;
  readonly effect: Effect;
}

/** A rule that decided, and about what: `SFI 2 record 1`, `8E`. */
export interface Decision {
  readonly rule: Rule;
  readonly place?: string;
}

/** A rule ended the transaction. Caught by who runs it, never shown to a caller as it is. */
export class Termination extends Error {
  override readonly name = 'Termination';
  readonly step: FinancialStep;
  readonly decision: Decision;
  /** Of the answer that led here. */
  readonly sw: number | undefined;

  constructor(step: FinancialStep, decision: Decision, sw?: number) {
    super(`${decision.rule.id} (${decision.rule.clause})`);
    this.step = step;
    this.decision = decision;
    this.sw = sw;
  }
}
