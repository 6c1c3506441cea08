import type { SscardError } from '../../../apdu/errors.ts';
import type { Decision } from '../rules.ts';
import type { StepRecord } from '../session.ts';
import type { FinancialStep } from '../steps.ts';

/** The end of a payment. */
export interface Finished {
  readonly kind: 'finished';
  readonly outcome: PaymentOutcome;
  /** Every step, with the rules that decided in it, and TVR and TSI as they were. */
  readonly records: readonly StepRecord[];
}

/** What came of a payment. */
export type PaymentOutcome = Approved | Declined | Terminated | NotAccepted | Abandoned | Unknown;

/** What the books and the host need of a completed transaction. */
interface Completed {
  /** The host decided. False: terminal and card did, also after a host that was not reached. */
  readonly online: boolean;
  /** Tag 8A: `00`, `Y1`, `Z1`, `Y3`, `Z3`, … */
  readonly responseCode: string;
  readonly cryptogram: Cryptogram;
  /** The rule that decided. */
  readonly rule: Decision;
  /** TLV for the clearing, or the advice: as field 55, with this cryptogram. No account number is in it. */
  readonly data: Uint8Array;
  readonly scripts: readonly ScriptResult[];
}

/** The card gave a TC. */
export interface Approved extends Completed {
  readonly kind: 'approved';
  /** The cardholder signs the slip. */
  readonly signature: boolean;
  /** Set for an e-cash purchase: balance after it in minor units, as the card proved it; null when it did not say. */
  readonly eCash?: { readonly balance: number | null };
}

/** The card gave an AAC. */
export interface Declined extends Completed {
  readonly kind: 'declined';
  readonly by: 'terminal' | 'card' | 'issuer';
  /** What the card says of it (9F27, bits 3 to 1). */
  readonly reason?: 'service-not-allowed' | 'pin-try-limit' | 'issuer-authentication-failed';
  /** The card asks for an advice to its issuer (9F27, bit 4). */
  readonly advice: boolean;
  /** The host had approved: its side is to be reversed. */
  readonly reverse: boolean;
}

/** A rule ended it: the card's data or answers are not what they must be. No cryptogram counts. */
export interface Terminated {
  readonly kind: 'terminated';
  readonly step: FinancialStep;
  readonly rule: Decision;
  readonly sw?: number;
  /** It ended after the host had approved: the host's side is to be reversed. */
  readonly reverse: boolean;
}

/** No application of the card can pay here. */
export interface NotAccepted {
  readonly kind: 'not-accepted';
  /** `no-application`: none in common, or none was left. */
  readonly reason: 'card-blocked' | 'application-blocked' | 'no-application' | 'conditions-not-satisfied';
}

/** Given up at a pause. After the first cryptogram, the card was told (AAC). */
export interface Abandoned {
  readonly kind: 'abandoned';
  /** The AAC that ended it; absent when none was begun, or the card did not give one. */
  readonly cryptogram?: Cryptogram;
}

/**
 * An answer was lost where money may have moved: a TC was asked for, or the host had approved. Nothing was sent again. What
 * the host approved is reversed by its own rules, not by the card.
 */
export interface Unknown {
  readonly kind: 'unknown';
  readonly step: FinancialStep;
  readonly error: SscardError;
  /** The host had approved. */
  readonly hostApproved: boolean;
}

/** A cryptogram of the card. */
export interface Cryptogram {
  readonly type: 'TC' | 'AAC' | 'ARQC';
  /** Tag 9F26, eight bytes; of a combined signature, the one inside. */
  readonly value: Uint8Array;
  /** Tag 9F36. */
  readonly counter: number;
  /** Tag 9F10. */
  readonly issuerData: Uint8Array | undefined;
}

/** What came of one issuer script: five bytes as they go back to the issuer (tag DF31, 9F5B). */
export interface ScriptResult {
  readonly when: 'before' | 'after';
  readonly result: Uint8Array;
  /** The answer of one of its commands was lost; it and the ones behind it are not sent again. */
  readonly cut?: SscardError;
}
