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
  readonly #queue: Call<never>[] = [];
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
      if (limits.signal?.aborted) {
        reject(new SscardError('cancelled', 'cancelled by the caller', { outcome: 'not-done' }));
        return;
      }
      if (this.#long >= this.capacity) {
        reject(this.#exhausted());
        return;
      }
      const entry = new Call<T>(limits, resolve, reject, (code, why) => this.#giveUp(entry, code, why));
      entry.begin = () => this.#begin(entry, call);
      // The bookkeeping comes after the start: it is done while the thread works.
      if (this.#busy < this.capacity) entry.begin();
      else this.#queue.push(entry as Call<never>);
      entry.watch(this.#deadlines);
    });
  }

  #begin<T>(entry: Call<T>, call: () => Promise<T>): void {
    const long = entry.limits.long === true;
    entry.begun = true;
    this.#busy++;
    if (long) this.#long++;
    const leave = () => {
      this.#busy--;
      if (long || entry.settled) this.#long--;
      if (this.#busy < this.capacity) this.#queue.shift()?.begin();
    };
    call().then(
      (value) => {
        leave();
        if (entry.settled) entry.limits.onLate?.({ value });
        else entry.settle().resolve(value);
      },
      (error: unknown) => {
        leave();
        if (entry.settled) entry.limits.onLate?.({ error });
        else entry.settle().reject(error);
      },
    );
  }

  #giveUp<T>(entry: Call<T>, code: string, why: string): void {
    entry.settle();
    if (!entry.begun) {
      this.#queue.splice(this.#queue.indexOf(entry as Call<never>), 1);
    } else {
      if (!entry.limits.long) this.#long++;
      if (this.#long >= this.capacity) {
        for (const waiting of this.#queue.splice(0)) waiting.settle().reject(this.#exhausted());
      }
    }
    entry.reject(new SscardError(code, why, { outcome: entry.begun ? 'unknown' : 'not-done' }));
  }

  #exhausted(): SscardError {
    const message = `${this.#long} calls hold their threads: raise UV_THREADPOOL_SIZE (now ${this.capacity + 1})`;
    return new SscardError('pcsc-threads-exhausted', message, { outcome: 'not-done' });
  }
}

/** One call and whoever waits for it. */
class Call<T> {
  readonly limits: CallLimits<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
  begin: () => void = () => {};
  begun = false;
  /** Nobody waits any more: answered, given up or refused. */
  settled = false;
  readonly #giveUp: (code: string, why: string) => void;
  #deadlines: Deadlines | undefined;

  constructor(
    limits: CallLimits<T>,
    resolve: (value: T) => void,
    reject: (error: unknown) => void,
    giveUp: (code: string, why: string) => void,
  ) {
    this.limits = limits;
    this.resolve = resolve;
    this.reject = reject;
    this.#giveUp = giveUp;
  }

  watch(deadlines: Deadlines): void {
    this.#deadlines = deadlines;
    deadlines.add(this.#late, this.limits.timeout);
    this.limits.signal?.addEventListener('abort', this.#abort, { once: true });
  }

  settle(): this {
    this.settled = true;
    this.#deadlines?.delete(this.#late);
    this.limits.signal?.removeEventListener('abort', this.#abort);
    return this;
  }

  readonly #abort = () => this.#giveUp('cancelled', 'cancelled by the caller');

  readonly #late = () => {
    const { overdue, timeout } = this.limits;
    if (this.begun) this.#giveUp(overdue, `no answer within ${timeout} ms`);
    else this.#giveUp('pcsc-threads-exhausted', `no free thread within ${timeout} ms`);
  };
}

/** The pool belongs to the process, so there is one count. */
export const nativeCalls = new NativeCalls(poolSize(process.env['UV_THREADPOOL_SIZE']));

/** The size libuv makes of the variable: 4 by default, 1 to 1024. */
export function poolSize(text: string | undefined): number {
  const size = Number.parseInt(text ?? '4', 10);
  return Number.isNaN(size) ? 1 : Math.min(1024, Math.max(1, size));
}
