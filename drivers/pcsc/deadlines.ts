/**
 * Deadlines on one timer. Nearly all of them are taken back within milliseconds, and starting and stopping a timer for
 * each costs more than all else a command needs on our side: here the timer keeps running and finds nothing to do.
 */
export class Deadlines {
  readonly #due = new Map<() => void, number>();
  #timer: NodeJS.Timeout | undefined;
  #wake = Number.POSITIVE_INFINITY;

  /** Calls `late` once after `timeout` milliseconds of the steady clock. */
  add(late: () => void, timeout: number): void {
    const at = performance.now() + timeout;
    this.#due.set(late, at);
    if (at < this.#wake) this.#arm(at);
  }

  delete(late: () => void): void {
    this.#due.delete(late);
  }

  #arm(at: number): void {
    clearTimeout(this.#timer);
    this.#wake = at;
    this.#timer = setTimeout(() => this.#ring(), Math.max(1, Math.ceil(at - performance.now())));
    // What is waited for keeps the process alive, not the clock.
    this.#timer.unref();
  }

  #ring(): void {
    this.#wake = Number.POSITIVE_INFINITY;
    const now = performance.now();
    for (const [late, at] of [...this.#due]) {
      if (at > now) continue;
      this.#due.delete(late);
      late();
    }
    const next = Math.min(...this.#due.values());
    if (next < this.#wake) this.#arm(next);
  }
}
