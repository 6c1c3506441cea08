import { setTimeout as sleep } from 'node:timers/promises';
import { SscardError } from '../../apdu/errors.ts';
import type { Binding, RawSlot, Session } from './binding.ts';
import { hasCode } from './codes.ts';
import type { NativeCalls } from './native-calls.ts';
import { type Picture, seeSlots } from './slots.ts';

/**
 * Longest single wait. The service reports changes at once; asking again every other second costs nothing and notices
 * what a library forgot to report: a new reader (macOS reports none), a lost wake-up.
 */
const HEARTBEAT = 2_000;
const ANSWER_TIMEOUT = 5_000;
const FIRST_PAUSE = 200;
const LONGEST_PAUSE = 5_000;

/** One person looking through the window. */
export interface Look extends Disposable {
  /**
   * The present picture, as soon as it is another one than `seen`.
   * @throws SscardError `cancelled`
   */
  next(seen: Picture | undefined, signal?: AbortSignal): Promise<Picture>;
}

/**
 * Keeps the picture of all slots up to date while somebody looks: one waiting call, whoever looks, and growing pauses
 * while the service is gone. A slow onlooker costs no memory: it compares the last picture it saw with the present one.
 */
export class Monitor {
  readonly #binding: () => Promise<Binding>;
  readonly #aliases: Readonly<Record<string, string>>;
  readonly #calls: NativeCalls;
  #picture: Picture | undefined;
  #onlookers = 0;
  #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();
  readonly #waiting = new Set<() => void>();

  constructor(binding: () => Promise<Binding>, aliases: Readonly<Record<string, string>>, calls: NativeCalls) {
    this.#binding = binding;
    this.#aliases = aliases;
    this.#calls = calls;
  }

  /** Begins to look. The first onlooker starts the watch, the last one to leave ends it. */
  look(): Look {
    if (this.#onlookers++ === 0) this.#begin();
    let left = false;
    return {
      next: (seen, signal) => this.#next(seen, signal),
      [Symbol.dispose]: () => {
        if (left) return;
        left = true;
        if (--this.#onlookers === 0) this.#stop.abort();
      },
    };
  }

  /** Resolves when nobody looks and the waiting call has returned. */
  settled(): Promise<void> {
    return this.#running;
  }

  #begin(): void {
    this.#picture = undefined;
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    this.#running = this.#running.then(() => this.#watch(signal));
  }

  #next(seen: Picture | undefined, signal: AbortSignal | undefined): Promise<Picture> {
    const cancelled = () => new SscardError('cancelled', 'cancelled by the caller');
    if (signal?.aborted) return Promise.reject(cancelled());
    if (this.#picture !== undefined && this.#picture !== seen) return Promise.resolve(this.#picture);
    return new Promise((resolve, reject) => {
      const wake = () => {
        if (this.#picture === undefined || this.#picture === seen) return;
        done();
        resolve(this.#picture);
      };
      const abort = () => {
        done();
        reject(cancelled());
      };
      const done = () => {
        this.#waiting.delete(wake);
        signal?.removeEventListener('abort', abort);
      };
      this.#waiting.add(wake);
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  #show(picture: Picture): void {
    if (picture.service === 'down' && this.#picture?.service === 'down') return;
    this.#picture = picture;
    for (const wake of [...this.#waiting]) wake();
  }

  async #watch(stop: AbortSignal): Promise<void> {
    let session: Session | undefined;
    let known: readonly RawSlot[] | undefined;
    let pause = FIRST_PAUSE;
    while (!stop.aborted) {
      try {
        session ??= await this.#open();
        const now: readonly RawSlot[] = await this.#wait(session, known, stop);
        if (now !== known && !stop.aborted) this.#show({ service: 'up', slots: seeSlots(now, this.#aliases) });
        known = now;
        pause = FIRST_PAUSE;
      } catch (error) {
        await this.#close(session);
        session = undefined;
        known = undefined;
        // Anything else (a full pool, an odd code of a reader) is not the service's end: what was seen stays.
        if (hasCode(error, 'service-lost') || this.#picture === undefined) this.#show(DOWN);
        await sleep(pause, undefined, { signal: stop }).catch(() => {});
        pause = Math.min(pause * 2, LONGEST_PAUSE);
      }
    }
    await this.#close(session);
  }

  async #open(): Promise<Session> {
    const binding = await this.#binding();
    return this.#calls.run(() => binding.openSession(), {
      timeout: ANSWER_TIMEOUT,
      overdue: 'service-lost',
      onLate: (late) => {
        if ('value' in late) void late.value.close().catch(() => {});
      },
    });
  }

  async #wait(session: Session, known: readonly RawSlot[] | undefined, stop: AbortSignal): Promise<readonly RawSlot[]> {
    const { waitsOnPool } = await this.#binding();
    if (stop.aborted) return known ?? [];
    const call = () => session.states(known, HEARTBEAT);
    let timer: NodeJS.Timeout | undefined;
    const cancel = (pause: number) => {
      session.cancel();
      // A cancellation that overtakes the call it is meant for is lost in pcsc-lite.
      timer = setTimeout(cancel, pause, Math.min(pause * 2, 100));
    };
    const begin = () => cancel(2);
    stop.addEventListener('abort', begin, { once: true });
    try {
      if (!waitsOnPool) return await call();
      return await this.#calls.run(call, { timeout: HEARTBEAT + ANSWER_TIMEOUT, overdue: 'service-lost', long: true });
    } finally {
      stop.removeEventListener('abort', begin);
      clearTimeout(timer);
    }
  }

  async #close(session: Session | undefined): Promise<void> {
    if (session === undefined) return;
    const limits = { timeout: ANSWER_TIMEOUT, overdue: 'service-lost' };
    await this.#calls.run(() => session.close(), limits).catch(() => {});
  }
}

const DOWN: Picture = { service: 'down', slots: [] };
