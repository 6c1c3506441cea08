import type { Framer, FramerEvent } from './framer.ts';

/** What a grammar says of a place in the stream. */
export type Look<E> =
  /** A frame: it has a length and a check, and the check is right. */
  | { readonly is: 'frame'; readonly take: number; readonly event: E }
  /** A signal: said between frames, in bytes that those of a frame may look like. */
  | { readonly is: 'signal'; readonly take: number; readonly event: E }
  /** A whole frame of this many bytes whose check, or closing byte, is wrong. */
  | { readonly is: 'bad'; readonly take: number }
  /** It may become something: more bytes are wanted. */
  | 'more'
  /** Nothing begins here. */
  | 'none';

/** The frames and signals of one protocol. */
export interface Grammar<E> {
  /** Signals of one byte. */
  readonly signals?: ReadonlyMap<number, E>;
  /** First bytes of anything longer. */
  readonly starts: readonly number[];
  /**
   * Says what begins at `at`; bytes from `end` on are not there. Whatever is not `more` stays so, whatever comes behind; and
   * there is a length from which on nothing is `more`.
   */
  look(bytes: Uint8Array, at: number, end: number): Look<E>;
}

type Events<E> = (E | FramerEvent)[];

const NOTHING = new Uint8Array(0);
/** What has begun is completed from a chunk in steps of its own length, of this many bytes at least. */
const STEP = 64;

/**
 * The one framer there is; what it looks for is a grammar. Where a frame ends its length field says, so the same bytes give the
 * same events however they are cut.
 *
 * A frame with a wrong check may have been a start byte in noise, and what it takes for its bytes may hold the true frame, or its
 * begin. So its `bad-check` ends before the next place in it where a frame may begin, and from there on is looked again. Bytes of a
 * frame that was wrong or given up are no signals: an acknowledgement, a time request or a key is never read out of its rubble.
 *
 * What waits is at most one frame, and is overwritten as soon as it is told: it may hold what nobody else is to keep.
 */
export class Scanner<E extends { readonly kind: string }> implements Framer<E> {
  readonly #grammar: Grammar<E>;
  /** By first byte. */
  readonly #begins: (Look<E> | 'longer')[] = new Array(256).fill('none');
  #held: Uint8Array = NOTHING;
  #length = 0;
  /** Of the bytes to come next, how many are rubble of a wrong frame. */
  #rubble = 0;

  constructor(grammar: Grammar<E>) {
    this.#grammar = grammar;
    for (const [code, event] of grammar.signals ?? []) this.#begins[code] = { is: 'signal', take: 1, event };
    for (const start of grammar.starts) this.#begins[start] = 'longer';
  }

  get begun(): boolean {
    return this.#length > 0;
  }

  push(bytes: Uint8Array): readonly (E | FramerEvent)[] {
    const events: Events<E> = [];
    const from = this.#length === 0 ? 0 : this.#complete(bytes, events);
    if (from < bytes.length) this.#hold(bytes, this.#scan(bytes, from, bytes.length, events));
    return events;
  }

  drop(): readonly (E | FramerEvent)[] {
    const events: Events<E> = [];
    this.#rubble = this.#length;
    this.#scan(this.#held, 0, this.#length, events, true);
    this.#rubble = 0;
    this.#release(0);
    return events;
  }

  /** Gives what was held as much of `bytes` as it takes. @returns where `bytes` goes on alone; its length: nowhere */
  #complete(bytes: Uint8Array, events: Events<E>): number {
    let taken = 0;
    while (taken < bytes.length) {
      const step = bytes.subarray(taken, taken + Math.max(STEP, this.#length));
      this.#hold(step, 0);
      taken += step.length;
      const left = this.#length - this.#scan(this.#held, 0, this.#length, events);
      // None of what is left was held before: it is looked at where it lies.
      if (left <= taken) {
        this.#release(0);
        return taken - left;
      }
      this.#release(left);
    }
    return taken;
  }

  /**
   * @param last no more bytes will come: what has begun is noise
   * @returns where the frame stands that waits for more; `end`: none does
   */
  #scan(bytes: Uint8Array, from: number, end: number, events: Events<E>, last = false): number {
    let at = from;
    let told = from;
    let rubble = from + this.#rubble;
    while (at < end) {
      const look = this.#look(bytes, at, end);
      if (look === 'more' && !last) break;
      if (typeof look === 'string' || (look.is === 'signal' && at < rubble) || (look.is === 'bad' && last)) {
        at++;
        continue;
      }
      if (at > told) tellNoise(bytes, told, at, events);
      told = at + look.take;
      if (look.is === 'bad') {
        rubble = Math.max(rubble, told);
        told = this.#nextBegin(bytes, at, told);
        events.push({ kind: 'bad-check', bytes: bytes.slice(at, told) });
      } else {
        // With a good frame in it the wrong one was noise, and ends here.
        if (look.is === 'frame') rubble = told;
        events.push(look.event);
      }
      at = told;
    }
    if (at > told) tellNoise(bytes, told, at, events);
    this.#rubble = Math.max(0, rubble - at);
    return at;
  }

  #look(bytes: Uint8Array, at: number, end: number): Look<E> {
    const begin = this.#begins[bytes[at] as number] as Look<E> | 'longer';
    return begin === 'longer' ? this.#grammar.look(bytes, at, end) : begin;
  }

  /** Where in a wrong frame another may begin, by the bytes of the wrong one alone; else its end. */
  #nextBegin(bytes: Uint8Array, wrong: number, end: number): number {
    for (let at = wrong + 1; at < end; at++) {
      const look = this.#look(bytes, at, end);
      if (look === 'more' || (look !== 'none' && look.is === 'frame')) return at;
    }
    return end;
  }

  /** Holds `bytes` from `from` on, behind what is held. */
  #hold(bytes: Uint8Array, from: number): void {
    const more = bytes.length - from;
    if (more === 0) return;
    if (this.#length + more > this.#held.length) {
      const held = new Uint8Array(Math.max(STEP, 2 * (this.#length + more)));
      held.set(this.#held.subarray(0, this.#length));
      this.#held.fill(0);
      this.#held = held;
    }
    this.#held.set(from === 0 ? bytes : bytes.subarray(from), this.#length);
    this.#length += more;
  }

  /** Forgets what is held, but for its last `left` bytes. */
  #release(left: number): void {
    if (left > 0) this.#held.copyWithin(0, this.#length - left, this.#length);
    this.#held.fill(0, left, this.#length);
    this.#length = left;
  }
}

/** Noise that stands behind noise in one push is one event. */
function tellNoise(bytes: Uint8Array, from: number, to: number, events: Events<{ readonly kind: string }>): void {
  const before = events.at(-1);
  if (before?.kind !== 'skipped') {
    events.push({ kind: 'skipped', bytes: bytes.slice(from, to) });
    return;
  }
  const joined = new Uint8Array((before as { bytes: Uint8Array }).bytes.length + to - from);
  joined.set((before as { bytes: Uint8Array }).bytes);
  joined.set(bytes.subarray(from, to), joined.length - (to - from));
  events[events.length - 1] = { kind: 'skipped', bytes: joined };
}
