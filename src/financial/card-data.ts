import type { BerTlv } from '../../apdu/ber-tlv.ts';

/** The primitive data objects that a card gave in one transaction, by tag. Unknown tags are kept. */
export class CardData {
  readonly #values = new Map<number, Uint8Array>();

  get(tag: number): Uint8Array | undefined {
    return this.#values.get(tag);
  }

  has(tag: number): boolean {
    return this.#values.has(tag);
  }

  /** Sorted by arrival. */
  get tags(): readonly number[] {
    return [...this.#values.keys()];
  }

  /** Puts a value in the place of what was there: answers to GET DATA, GENERATE AC, and what a signature proves. */
  set(tag: number, value: Uint8Array): void {
    this.#values.set(tag, value);
  }

  /** What a next answer gives anew, or not at all. */
  delete(tag: number): void {
    this.#values.delete(tag);
  }

  /**
   * Takes the primitive objects of answers and records, also those inside templates nobody knows.
   * @returns the first tag that was there already; nothing more is taken then (EMV 4.3 Book 3, 10.2: terminate)
   */
  add(objects: readonly BerTlv[]): number | undefined {
    for (const { tag, value, children } of objects) {
      if (children !== undefined) {
        const twice = this.add(children);
        if (twice !== undefined) return twice;
      } else {
        if (this.#values.has(tag)) return tag;
        this.#values.set(tag, value);
      }
    }
    return undefined;
  }
}
