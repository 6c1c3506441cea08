/**
 * Keeps `SCardDisconnect` and `SCardReleaseContext` apart. pcsc-lite (1.9.9, client side) looks a handle up a second time
 * at the end of `SCardDisconnect`, through the lists of all contexts and without the lock under which
 * `SCardReleaseContext` frees a context: both at once, on whichever contexts, read freed memory and end the process.
 *
 * A card may take its time to be disconnected (a reset, another program's transaction), so nobody waits for that with a
 * context in hand: it is given back when the last disconnection is over. Giving back is quick and is waited for.
 */
export class ContextEnds {
  #disconnections = 0;
  #releases: Promise<unknown> = Promise.resolve();
  #later: (() => Promise<unknown>)[] = [];

  /** Runs `call` when no context is being given back. */
  async disconnect<T>(call: () => Promise<T>): Promise<T> {
    for (let begun: unknown; begun !== this.#releases; ) {
      begun = this.#releases;
      await begun;
    }
    this.#disconnections++;
    try {
      return await call();
    } finally {
      if (--this.#disconnections === 0) for (const release of this.#later.splice(0)) void this.release(release);
    }
  }

  /** Runs `call` at once and waits for it; while a card is being disconnected it is put off, and not waited for. */
  async release(call: () => Promise<unknown>): Promise<void> {
    if (this.#disconnections > 0) {
      this.#later.push(call);
      return;
    }
    // What a release answers is of no use to anybody: the context is gone either way.
    const release = call().catch(() => {});
    this.#releases = Promise.all([this.#releases, release]);
    await release;
  }
}

/** The lists belong to the library, so to the process. */
export const contextEnds = new ContextEnds();
