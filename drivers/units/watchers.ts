import { SscardError } from '../../apdu/errors.ts';
import type { ReaderEvent } from '../reader.ts';

/** Events that one who watches may leave unread: it is a program that does not read. */
const MOST_UNREAD = 4096;

/** The events of one who watches, none of them lost. */
export interface Watcher extends Disposable {
  /** @returns nothing when the signal aborts. @throws SscardError `channel-overrun` (events were not read) */
  next(until: AbortSignal): Promise<ReaderEvent | undefined>;
}

/** All who want to know what happens to readers and cards. */
export class Watchers {
  readonly #tellers = new Set<(event: ReaderEvent) => void>();
  readonly #wakers = new Set<() => void>();

  /** @param now what is there already, told first */
  join(now: readonly ReaderEvent[]): Watcher {
    const unread: ReaderEvent[] = [...now];
    let wake = () => {};
    const teller = (event: ReaderEvent) => {
      unread.push(event);
      wake();
    };
    this.#tellers.add(teller);
    return {
      next: async (until) => {
        for (;;) {
          if (until.aborted) return undefined;
          if (unread.length > MOST_UNREAD) throw new SscardError('channel-overrun', `${unread.length} events unread`);
          const event = unread.shift();
          if (event !== undefined) return event;
          await sleep(undefined, until, (woken) => {
            wake = woken;
          });
        }
      },
      [Symbol.dispose]: () => this.#tellers.delete(teller),
    };
  }

  tell(event: ReaderEvent): void {
    for (const teller of this.#tellers) teller(event);
    this.wake();
  }

  /** Ends all pauses. */
  wake(): void {
    for (const waker of [...this.#wakers]) waker();
  }

  /** The next event, of whatever kind; or why there was none. */
  async change(ms: number, until: AbortSignal): Promise<'changed' | 'late' | 'aborted'> {
    const end = performance.now() + ms;
    await this.pause(ms, until);
    if (until.aborted) return 'aborted';
    return performance.now() >= end ? 'late' : 'changed';
  }

  /** Until the time is over, the signal aborts, or something happens. */
  async pause(ms: number, until: AbortSignal): Promise<void> {
    let waker: (() => void) | undefined;
    await sleep(ms, until, (woken) => {
      waker = woken;
      this.#wakers.add(woken);
    });
    if (waker !== undefined) this.#wakers.delete(waker);
  }
}

/** @param ms undefined: for ever; the process stays alive */
function sleep(ms: number | undefined, until: AbortSignal, woken: (wake: () => void) => void): Promise<void> {
  if (until.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      until.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms === undefined ? 2 ** 31 - 1 : Math.ceil(ms));
    until.addEventListener('abort', done, { once: true });
    woken(done);
  });
}
