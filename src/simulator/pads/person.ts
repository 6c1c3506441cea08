/**
 * What a person does at an entry. A text is typed, and enter pressed: digits, and `<` for the correction key. Or keys are typed,
 * none by default, and then the person presses cancel, or walks away until the time is over.
 */
export type PersonAct = string | { readonly act: 'cancel' | 'walk-away'; readonly keys?: string };

/** A key of a pad: a digit, or one of the keys beside them. */
export type Key = number | 'enter' | 'cancel' | 'correct';

/** The person in front of a pad: does what a test says, one key after the other. */
export class Person {
  readonly #acts: PersonAct[] = [];
  readonly #waiting = new Set<() => void>();

  /** @throws RangeError for keys that no pad has */
  act(...acts: readonly PersonAct[]): void {
    const typed = acts.map((act) => (typeof act === 'string' ? act : (act.keys ?? '')));
    if (typed.some((keys) => !/^[\d<]*$/.test(keys))) throw new RangeError('a pad has digits and a correction key');
    this.#acts.push(...acts);
    for (const wake of [...this.#waiting]) wake();
  }

  /** The keys of this entry, act by act, as long as it is `open`. */
  async *keys(open: () => boolean): AsyncGenerator<Key> {
    while (open()) {
      const act = this.#acts.shift();
      if (act === undefined) await this.#nextAct(open);
      else {
        yield* keysOf(act);
        if (typeof act !== 'string' && act.act === 'walk-away') return;
      }
    }
  }

  /** Who waits for a person is told that nothing more comes. */
  leave(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  #nextAct(open: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        if (open() && this.#acts.length === 0) return;
        this.#waiting.delete(wake);
        resolve();
      };
      this.#waiting.add(wake);
    });
  }
}

function* keysOf(act: PersonAct): Generator<Key> {
  const keys = typeof act === 'string' ? act : (act.keys ?? '');
  for (const key of keys) yield key === '<' ? 'correct' : Number(key);
  if (typeof act === 'string') yield 'enter';
  else if (act.act === 'cancel') yield 'cancel';
}
