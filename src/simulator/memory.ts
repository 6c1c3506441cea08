/** The power went away in the middle of a command. */
export class PowerCut extends Error {
  override readonly name = 'PowerCut';
}

/**
 * Writes to non-volatile memory, one at a time. Power may be cut at any point of a command: before anything is stored,
 * between any two stored bytes, after storing and before answering. An atomic card stores one write whole or not at
 * all; a tearing card keeps the bytes that were stored before the cut.
 */
export class CardMemory {
  readonly #tears: boolean;
  readonly #stored: () => void;
  #budget: number | undefined;

  /** @param stored called after every write, before the card goes on: what is kept outlives a killed process. */
  constructor(tears: boolean, stored: () => void) {
    this.#tears = tears;
    this.#stored = stored;
  }

  /** Power lasts for `bytes` more bytes of storage, and not until the answer. */
  cutAfter(bytes: number): void {
    this.#budget = bytes;
  }

  /** @throws PowerCut */
  store(cell: Uint8Array, bytes: Uint8Array, offset = 0): void {
    const budget = this.#budget ?? bytes.length;
    const cut = bytes.length > budget;
    if (!cut) cell.set(bytes, offset);
    else if (this.#tears) cell.set(bytes.subarray(0, budget), offset);
    if (this.#budget !== undefined) this.#budget = budget - bytes.length;
    this.#stored();
    if (cut) this.#lose();
  }

  /**
   * Stores `bytes` bytes beside what is there, then one byte that puts them in its place (`turn`): on a tearing card,
   * too, the old or the new as a whole.
   * @throws PowerCut
   */
  replace(bytes: number, turn: () => void): void {
    const needed = bytes + 1;
    const budget = this.#budget ?? needed;
    const cut = needed > budget;
    if (!cut) turn();
    if (this.#budget !== undefined) this.#budget = budget - needed;
    this.#stored();
    if (cut) this.#lose();
  }

  /** The command is worked off; the answer leaves if there is power. @throws PowerCut */
  settle(): void {
    if (this.#budget === undefined) return;
    if (this.#budget === 0) this.#lose();
    this.#budget = undefined;
  }

  #lose(): never {
    this.#budget = undefined;
    throw new PowerCut();
  }
}
