import type { SscardError } from '../../../apdu/errors.ts';
import type { DecodedItem } from '../codecs/item-value.ts';
import type { Denial } from '../denial.ts';

/**
 * What became of one change.
 * - `new`: written, read back and equal. Where nobody here may read the file (`old` is `unreadable`) it rests on the
 *   card's 9000.
 * - `unchanged`: it stood there already; nothing was written.
 * - `old`: what stood there stands there still; `denial` or `sw` says why.
 * - `damaged`: neither the old value nor the new one stands there. The same update again restores it.
 * - `unknown`: the answer was lost, or says nothing. The same update again finds out, and completes it.
 * - `not-reached`: the update ended before; nothing was sent for it.
 */
export type ItemState = 'new' | 'unchanged' | 'old' | 'damaged' | 'unknown' | 'not-reached';

/** One change, in the place it had in the caller's list. */
export interface ItemOutcome {
  /** `DF04EF05|8C`. */
  readonly address: string;
  readonly state: ItemState;
  /** What stood there; of a part of a group the whole group. Absent: not looked at, or the address is a new record. */
  readonly old?: DecodedItem | 'unreadable';
  /** Why the card would not do it for us. */
  readonly denial?: Denial;
  /** Status word to the write, or to the read before it, when it was no 9000. */
  readonly sw?: number;
}

/** What became of an update. */
export interface UpdateReport {
  /** `done`: every change is `new` or `unchanged`. `unknown`: one is `unknown`. */
  readonly outcome: 'done' | 'not-done' | 'unknown';
  readonly items: readonly ItemOutcome[];
  /** What cut it short. */
  readonly error?: UpdateCut;
  /** Why the PIN that was offered opened nothing; what a key opens too was written all the same. */
  readonly pinDenial?: Denial;
}

/** An error of the library, as far as it may be kept. */
export interface UpdateCut {
  readonly code: string;
  readonly step?: string;
  readonly place?: string;
  readonly sw?: number;
}

/** Keeps what is known of each change while the update runs. */
export class Ledger {
  readonly #items: ItemOutcome[];
  #pinDenial: Denial | undefined;

  /** @param addresses of the changes, in the caller's order */
  constructor(addresses: readonly string[]) {
    this.#items = addresses.map((address) => ({ address, state: 'not-reached' }));
  }

  note(indexes: readonly number[], known: Partial<Omit<ItemOutcome, 'address'>>): void {
    for (const index of indexes) {
      const item = this.#items[index];
      if (item !== undefined) this.#items[index] = { ...item, ...known };
    }
  }

  notePin(denial: Denial | undefined): void {
    this.#pinDenial = denial;
  }

  report(error?: SscardError): UpdateReport {
    const items = this.#items;
    const settled = items.every(({ state }) => state === 'new' || state === 'unchanged');
    const open = items.some(({ state }) => state === 'unknown');
    const pin = this.#pinDenial === undefined ? {} : { pinDenial: this.#pinDenial };
    const outcome = open ? 'unknown' : settled ? 'done' : 'not-done';
    return { outcome, items: [...items], ...(error && { error: cutOf(error) }), ...pin };
  }
}

function cutOf({ code, details: { step, place, sw } }: SscardError): UpdateCut {
  return {
    code,
    ...(step !== undefined && { step }),
    ...(place !== undefined && { place }),
    ...(sw !== undefined && { sw }),
  };
}
