import type { Finished } from './outcome.ts';
import type { PaymentPause, PaymentState } from './pauses.ts';

/** What a pause calls when it is answered; rejects with a RangeError the second time. */
export type Resume<T> = (answer: T) => Promise<PaymentState>;

/** Stops the steps until a person or a host has answered. @throws Abandoned when the payment is given up there */
export type Ask = <T>(make: (resume: Resume<T>) => PaymentPause) => Promise<T>;

/** The payment was given up at a pause. Caught by who runs the steps, never shown to a caller. */
export class Abandoned extends Error {
  override readonly name = 'Abandoned';
}

/**
 * Lets steps that run one after the other stop where somebody has to decide, and shows them to the caller as states: each
 * answer leads to the promise of the next state.
 */
export class Conversation {
  #next = new Later<PaymentState>();
  #giveUp: (() => Promise<PaymentState>) | undefined;

  /** Runs the steps to the first pause, or to the end. */
  begin(steps: () => Promise<Finished>): Promise<PaymentState> {
    steps().then(
      (state) => this.#next.resolve(state),
      (error) => this.#next.reject(error),
    );
    return this.#next.promise;
  }

  readonly ask: Ask = (make) =>
    new Promise((resolve, reject) => {
      const state = this.#next;
      const goOn = async (settle: () => void): Promise<PaymentState> => {
        if (this.#next !== state) throw new RangeError('this pause of the payment is over');
        this.#next = new Later();
        this.#giveUp = undefined;
        settle();
        return this.#next.promise;
      };
      this.#giveUp = () => goOn(() => reject(new Abandoned()));
      state.resolve(make((answer) => goOn(() => resolve(answer))));
    });

  /** @throws RangeError when the payment does not wait */
  async abandon(): Promise<PaymentState> {
    if (this.#giveUp === undefined) throw new RangeError('the payment does not wait for anybody');
    return this.#giveUp();
  }
}

/** A promise that is settled from outside. */
class Later<T> {
  readonly promise: Promise<T>;
  resolve!: (value: T) => void;
  reject!: (error: unknown) => void;

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }
}
