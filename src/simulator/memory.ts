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
    this.#write(bytes.length, (stored) => {
      if (stored === bytes.length || this.#tears) cell.set(bytes.subarray(0, stored), offset);
    });
  }

  /**
   * Stores `bytes` bytes beside what is there, then one byte that puts them in its place (`turn`): on a tearing card,
   * too, the old or the new as a whole.
   * @throws PowerCut
   */
  replace(bytes: number, turn: () => void): void {
    this.#write(bytes + 1, (stored) => {
      if (stored > bytes) turn();
    });
  }

  /** The command is worked off; the answer leaves if there is power. @throws PowerCut */
  settle(): void {
    if (this.#budget === undefined) return;
    if (this.#budget === 0) this.#lose();
    this.#budget = undefined;
  }

  /** @param put does what so many stored bytes do */
  #write(length: number, put: (stored: number) => void): void {
    const budget = this.#budget ?? length;
    put(Math.min(budget, length));
    if (this.#budget !== undefined) this.#budget = budget - length;
    this.#stored();
    if (length > budget) this.#lose();
  }

  #lose(): never {
    this.#budget = undefined;
    throw new PowerCut();
  }
}
