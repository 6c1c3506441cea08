import type { Framer, FramerEvent } from './framer.ts';

/** What a grammar says of a place in the stream. */
export type Look<E> =
  /** The event at this place, and how many bytes it takes. */
  | { readonly take: number; readonly event: E }
  /** A whole frame of this many bytes whose check is wrong. */
  | { readonly bad: number }
  /** It may become something: more bytes are wanted. */
  | 'more'
  /** Nothing begins here. */
  | 'none';

/** The frames and signals of one protocol. */
export interface Grammar<E> {
  /** First bytes of anything. */
  readonly starts: readonly number[];
  /** Says what begins at `at`; bytes from `end` on are not there. The same bytes give the same answer. */
  look(bytes: Uint8Array, at: number, end: number): Look<E>;
}

const NOTHING = new Uint8Array(0);

/**
 * The one framer there is; what it looks for is a grammar. The end of a frame is where its length field says. A frame with a wrong
 * check is given up whole, but for a good frame that lies inside of it: then its begin was noise. What waits is never longer than
 * one frame: a grammar knows no endless one.
 */
export class Scanner<E extends { readonly kind: string }> implements Framer<E> {
  readonly #grammar: Grammar<E>;
  readonly #starts = new Uint8Array(256);
  #held: Uint8Array = NOTHING;

  constructor(grammar: Grammar<E>) {
    this.#grammar = grammar;
    for (const start of grammar.starts) this.#starts[start] = 1;
  }

  get begun(): boolean {
    return this.#held.length > 0;
  }

  push(bytes: Uint8Array): readonly (E | FramerEvent)[] {
    if (this.#held.length === 0) return this.#scan(bytes, false);
    const all = new Uint8Array(this.#held.length + bytes.length);
    all.set(this.#held);
    all.set(bytes, this.#held.length);
    // It may be an answer that nobody else is to keep.
    this.#held.fill(0);
    const events = this.#scan(all, false);
    all.fill(0);
    return events;
  }

  drop(): readonly (E | FramerEvent)[] {
    if (this.#held.length === 0) return [];
    const held = this.#held;
    const events = this.#scan(held, true);
    held.fill(0);
    return events;
  }

  /** @param last no more bytes will come: what has begun is noise */
  #scan(bytes: Uint8Array, last: boolean): (E | FramerEvent)[] {
    const events: (E | FramerEvent)[] = [];
    const end = bytes.length;
    this.#held = NOTHING;
    let at = 0;
    /** Where the noise began that is not told yet. */
    let noise = 0;
    const tellNoise = () => {
      if (at > noise) events.push({ kind: 'skipped', bytes: bytes.slice(noise, at) });
    };
    while (at < end) {
      if (this.#starts[bytes[at] as number] === 0) {
        at++;
        continue;
      }
      const look = this.#grammar.look(bytes, at, end);
      if (look === 'none' || (look === 'more' && last)) {
        at++;
        continue;
      }
      tellNoise();
      if (look === 'more') {
        this.#held = bytes.slice(at);
        return events;
      }
      if ('bad' in look) {
        const length = this.#goodInside(bytes, at, at + look.bad) - at;
        events.push({ kind: 'bad-check', bytes: bytes.slice(at, at + length) });
        at += length;
      } else {
        events.push(look.event);
        at += look.take;
      }
      noise = at;
    }
    tellNoise();
    return events;
  }

  /** Where a good frame begins in a bad one, and lies wholly in it; else the end of the bad one. */
  #goodInside(bytes: Uint8Array, bad: number, end: number): number {
    for (let at = bad + 1; at < end; at++) {
      if (this.#starts[bytes[at] as number] === 0) continue;
      const look = this.#grammar.look(bytes, at, end);
      // Signals are single bytes, and any byte of a damaged frame looks like one.
      if (typeof look === 'object' && 'take' in look && look.take >= SHORTEST_FRAME) return at;
    }
    return end;
  }
}

const SHORTEST_FRAME = 4;
