import type { Key } from './person.ts';

/** What may be typed, and for how long. */
export interface EntryRules {
  readonly min: number;
  readonly max: number;
  readonly seconds: number;
  /** What the correction key takes back. */
  readonly correct: 'one' | 'all' | 'nothing';
  /** Whether enter alone ends the entry. */
  readonly empty: boolean;
}

/** What came of an entry. The digits are the pad's to wipe. */
export type Entered =
  | { readonly kind: 'entered'; readonly digits: Uint8Array }
  | { readonly kind: 'cancelled' | 'timed-out' };

const ZERO = 0x30;

/** One entry at a pad: what stands there, and how it ends. */
export class Entry {
  readonly rules: EntryRules;
  /** What came of it, once it has ended. */
  readonly done: Promise<Entered>;
  #held: number[] = [];
  #ended = false;
  #settle: (entered: Entered) => void = () => {};

  constructor(rules: EntryRules) {
    this.rules = rules;
    this.done = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  get open(): boolean {
    return !this.#ended;
  }

  /** @returns whether the key was taken: a pad takes no digit too many, and no enter too early */
  press(key: Key): boolean {
    if (this.#ended) return false;
    if (key === 'enter') return this.#enter();
    if (key === 'correct') return this.#correct();
    if (key === 'cancel') return this.end('cancelled');
    if (this.#held.length === this.rules.max) return false;
    this.#held.push(ZERO + key);
    return true;
  }

  end(kind: 'cancelled' | 'timed-out'): boolean {
    return this.#end({ kind });
  }

  #end(entered: Entered): boolean {
    if (this.#ended) return false;
    this.#ended = true;
    this.#held.fill(0);
    this.#settle(entered);
    return true;
  }

  #enter(): boolean {
    const { min, empty } = this.rules;
    if (this.#held.length < min && !(empty && this.#held.length === 0)) return false;
    return this.#end({ kind: 'entered', digits: Uint8Array.from(this.#held) });
  }

  #correct(): boolean {
    const { correct } = this.rules;
    if (correct === 'nothing' || this.#held.length === 0) return false;
    this.#held = correct === 'one' ? this.#held.slice(0, -1) : [];
    return true;
  }
}
