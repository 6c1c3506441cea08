import { SscardError } from '../apdu/errors.ts';

/** Callers that may wait for their turn; one more is a program that does not wait for answers. */
const LONGEST_QUEUE = 256;

/** One caller at a time, in the order of the calls. */
export class Turns {
  #taken = false;
  readonly #queue: (() => void)[] = [];

  /**
   * @returns nothing when it is the caller's turn at once (the usual case, kept free of a promise), else a promise of it
   * @throws SscardError `cancelled` (`not-done`), `channel-overrun` (too many callers)
   */
  take(signal?: AbortSignal): Promise<void> | undefined {
    if (!this.#taken) {
      this.#taken = true;
      return undefined;
    }
    if (this.#queue.length >= LONGEST_QUEUE) {
      const message = `${LONGEST_QUEUE} commands are waiting already`;
      throw new SscardError('channel-overrun', message, { outcome: 'not-done' });
    }
    return new Promise((resolve, reject) => {
      const go = () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      const abort = () => {
        this.#queue.splice(this.#queue.indexOf(go), 1);
        reject(new SscardError('cancelled', 'cancelled by the caller', { outcome: 'not-done' }));
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#queue.push(go);
    });
  }

  /** Ends the caller's turn. */
  leave(): void {
    const next = this.#queue.shift();
    if (next === undefined) this.#taken = false;
    else next();
  }
}
