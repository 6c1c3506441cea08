/** When an order of some kind is due. */
export interface Named<K extends string> {
  readonly kind: K;
  /** So many commands go well before. Default 0: the next one. */
  readonly after?: number;
  /** So often. Default 1. */
  readonly times?: number;
}

/**
 * What a unit is to do wrong (readers.md 13); faults of the line itself (noise, cut frames, the plug) are the carrier's.
 * - `wrong-check`: the check byte of an answer is wrong. `refuse`: a good command frame is taken for a damaged one.
 * - `silence`: a command frame is not heard. `no-answer`: the command is worked off, and nothing is said about it.
 * - `late-acknowledge`, `late-answer`: by so many milliseconds. A late answer may come when nobody waits for it any more.
 * - `stale-answer`: the answer before is given once more, in front of the right one.
 * - `misaddressed`: the answer is marked as that of another command.
 * - `notice`: says that a card came or went, while none did. `time-requests`: asks for more time, where the protocol can.
 * - `pulled`: a person tears the card out, before the card has the command or after it has worked it off.
 * - `jam`: the next movement of a card does not come to its end.
 * - `speed-lost`: after this answer the unit is at its first speed again.
 */
export type UnitOrder =
  | Named<
      | 'wrong-check'
      | 'refuse'
      | 'silence'
      | 'no-answer'
      | 'stale-answer'
      | 'misaddressed'
      | 'time-requests'
      | 'jam'
      | 'speed-lost'
    >
  | (Named<'late-acknowledge' | 'late-answer'> & { readonly ms: number })
  | (Named<'notice'> & {
      readonly when: 'before-acknowledge' | 'before-answer' | 'after-answer';
      readonly present: boolean;
    })
  | (Named<'pulled'> & { readonly when: 'before' | 'after' });

/** The order of one kind. */
export type OrderOf<O extends Named<string>, K extends O['kind']> = O & { readonly kind: K };

interface Pending<O> {
  readonly order: O;
  /** Number of the first command it is for. */
  readonly from: number;
  left: number;
}

/** Orders that are not carried out yet. */
export class Mischief<O extends Named<string> = UnitOrder> {
  #commands = 0;
  readonly #pending: Pending<O>[] = [];

  order(...orders: readonly O[]): void {
    for (const order of orders) {
      this.#pending.push({ order, from: this.#commands + (order.after ?? 0) + 1, left: order.times ?? 1 });
    }
  }

  /** A command frame came. */
  count(): void {
    this.#commands++;
  }

  /** Whether something of this kind is due with this command; it is done with once more. */
  take<K extends O['kind']>(kind: K, fits: (order: OrderOf<O, K>) => boolean = () => true): OrderOf<O, K> | undefined {
    const due = this.#pending.find(
      ({ order, from, left }) =>
        order.kind === kind && left > 0 && from <= this.#commands && fits(order as OrderOf<O, K>),
    );
    if (due === undefined) return undefined;
    due.left--;
    return due.order as OrderOf<O, K>;
  }
}
