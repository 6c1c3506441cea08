import { SscardError } from '../../apdu/errors.ts';
import { Deadlines } from './deadlines.ts';

/** When to stop waiting for a native call, and what that is called. */
export interface CallLimits<T> {
  /** Milliseconds. */
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
  /** Error code when the time is up. */
  readonly overdue: string;
  /** The call holds its thread for long by intention. */
  readonly long?: boolean;
  /** Called when a call that was given up returns after all. */
  readonly onLate?: (result: { readonly value: T } | { readonly error: unknown }) => void;
}

/**
 * Calls into the PC/SC library block a thread of libuv's pool, which file access and name resolution share; a mute card
 * blocks it until the card is pulled. So calls are counted: one thread always stays free, further calls wait their turn,
 * and when all the others are held for long, new calls are refused (`pcsc-threads-exhausted`) instead of freezing the
 * process.
 */
export class NativeCalls {
  readonly capacity: number;
  #busy = 0;
  #long = 0;
  readonly #queue: { start(): void; refuse(error: SscardError): void }[] = [];
  readonly #deadlines = new Deadlines();

  /** @param poolSize threads of the pool, `UV_THREADPOOL_SIZE` */
  constructor(poolSize: number) {
    this.capacity = Math.max(1, poolSize - 1);
  }

  /** Threads that are held for long: waits for changes, and calls that were given up but have not returned. */
  get long(): number {
    return this.#long;
  }

  /**
   * Runs `call` on a thread of the pool.
   * @throws SscardError `overdue` (time is up) or `cancelled`, both with `outcome` `unknown` once the call has begun and
   * `not-done` before; `pcsc-threads-exhausted`
   */
  run<T>(call: () => Promise<T>, limits: CallLimits<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const { signal, timeout } = limits;
      if (signal?.aborted) {
        reject(new SscardError('cancelled', 'cancelled by the caller', { outcome: 'not-done' }));
        return;
      }
      let begun = false;
      let settled = false;
      const settle = () => {
        settled = true;
        this.#deadlines.delete(late);
        signal?.removeEventListener('abort', abort);
      };
      const giveUp = (code: string, why: string) => {
        settle();
        if (begun && !limits.long) this.#long++;
        if (begun) this.#refuseWaiting();
        else this.#queue.splice(this.#queue.indexOf(entry), 1);
        reject(new SscardError(code, why, { outcome: begun ? 'unknown' : 'not-done' }));
      };
      const abort = () => giveUp('cancelled', 'cancelled by the caller');
      const late = () => {
        if (begun) giveUp(limits.overdue, `no answer within ${timeout} ms`);
        else giveUp('pcsc-threads-exhausted', `no free thread within ${timeout} ms`);
      };
      const finish = (result: { value: T } | { error: unknown }) => {
        const givenUp = settled;
        this.#leave(limits.long === true || givenUp);
        if (givenUp) return limits.onLate?.(result);
        settle();
        if ('value' in result) resolve(result.value);
        else reject(result.error);
      };
      const entry = {
        start: () => {
          begun = true;
          this.#busy++;
          if (limits.long) this.#long++;
          call().then(
            (value) => finish({ value }),
            (error: unknown) => finish({ error }),
          );
        },
        refuse: (error: SscardError) => {
          settle();
          reject(error);
        },
      };
      if (this.#long >= this.capacity) return reject(this.#exhausted());
      // The bookkeeping comes after the start: it is done while the thread works.
      if (this.#busy < this.capacity) entry.start();
      else this.#queue.push(entry);
      this.#deadlines.add(late, timeout);
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  #leave(long: boolean): void {
    this.#busy--;
    if (long) this.#long--;
    if (this.#busy < this.capacity) this.#queue.shift()?.start();
  }

  #refuseWaiting(): void {
    if (this.#long < this.capacity) return;
    for (const { refuse } of this.#queue.splice(0)) refuse(this.#exhausted());
  }

  #exhausted(): SscardError {
    const message = `${this.#long} calls hold their threads: raise UV_THREADPOOL_SIZE (now ${this.capacity + 1})`;
    return new SscardError('pcsc-threads-exhausted', message, { outcome: 'not-done' });
  }
}

/** The pool belongs to the process, so there is one count. */
export const nativeCalls = new NativeCalls(poolSize(process.env['UV_THREADPOOL_SIZE']));

/** The size libuv makes of the variable: 4 by default, 1 to 1024. */
export function poolSize(text: string | undefined): number {
  const size = Number.parseInt(text ?? '4', 10);
  return Number.isNaN(size) ? 1 : Math.min(1024, Math.max(1, size));
}
