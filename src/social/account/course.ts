import { toHex } from '../../../apdu/bytes.ts';
import { SscardError } from '../../../apdu/errors.ts';
import type { Step } from '../steps.ts';
import type { TransactionReceipt, TransactionUnknown } from './outcomes.ts';

/** The commands that move money. */
const MOVING: readonly string[] = ['credit-load', 'debit-purchase'] satisfies Step[];

/**
 * How far a transaction has come. What the card has said by then is not lost by what breaks after it: from the moment
 * the money may have moved, the act ends with an outcome (reliability-targets.md P6).
 */
export class Course {
  #receipt: TransactionReceipt | undefined;

  /** The command that moves the money leaves. */
  leaves(receipt: TransactionReceipt): void {
    this.#receipt = receipt;
  }

  /** The card says done, and gave this proof. */
  proved(tac: Uint8Array): void {
    this.#receipt = { ...this.receipt, tac: toHex(tac) };
  }

  get receipt(): TransactionReceipt {
    if (this.#receipt === undefined) throw new RangeError('no transaction has been sent');
    return this.#receipt;
  }

  unknown(
    why: TransactionUnknown['why'],
    more: Pick<TransactionUnknown, 'code' | 'sw' | 'balance'> = {},
  ): TransactionUnknown {
    return { kind: 'unknown', why, ...more, receipt: this.receipt };
  }

  /**
   * What an error leaves of the transaction.
   * @throws the error, with `outcome` `not-done`, when nothing was moved for certain
   */
  endedBy(error: unknown): TransactionUnknown {
    if (!(error instanceof SscardError)) throw error;
    const { step, outcome } = error.details;
    if (this.#receipt === undefined) throw notDone(error);
    if (!MOVING.includes(step ?? '')) return this.unknown('not-confirmed', { code: error.code });
    if (outcome === 'not-done') throw error;
    return this.unknown('answer-lost', { code: error.code });
  }
}

/** Of a lost VERIFY, the PIN is what nobody knows about. */
function notDone(error: SscardError): SscardError {
  const { code, message, details } = error;
  if (details.step === 'verify-pin') return error;
  return new SscardError(code, message, { ...details, outcome: 'not-done' }, { cause: error });
}
