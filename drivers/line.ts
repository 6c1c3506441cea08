import { SscardError } from '../apdu/errors.ts';
import type { Framer, FramerEvent } from './framer.ts';
import type { Port, PortSettings, Ports } from './port.ts';
import type { Waiting } from './reader.ts';
import { again, Conversation, type LineEvent, type Talk } from './talk.ts';
import { Turns } from './turns.ts';

/** The manners of one protocol on its line. */
export interface LineManners<E extends { readonly kind: string }> {
  readonly framer: Framer<E>;
  /** Milliseconds in which a frame has to be whole, from its first byte, at this speed (undefined: no speed). */
  frameTime(baud: number | undefined): number;
  /** Takes what the unit says unasked, at any time; false: it belongs to the conversation. */
  unasked?(event: E): boolean;
  /** Stops what the unit is doing, after a cancelled or overdue conversation. At most one second is given to it. */
  stop?(talk: Talk<E>): Promise<void>;
  /** Makes the unit's acquaintance again after a broken conversation, before the next command. Throws when it is not there. */
  recover?(talk: Talk<E>): Promise<void>;
  /** The port is gone; said once. */
  gone(cause: unknown): void;
}

/** What went by on the line that nobody could use, in bytes and events; for the support desk. */
export interface LineCounts {
  /** Bytes of no frame. */
  skipped: number;
  badChecks: number;
  /** Frames that nobody waited for. */
  stale: number;
  /** Frames that did not become whole in time. */
  cut: number;
}

/** A line that is dirty is clean after this much silence; what talks on for longer is not waited for (readers.md 1, rule 4). */
const QUIET = 60;
const LONGEST_SETTLING = 2_000;
const STOP_TIME = 1_000;
const ANSWER_TIMEOUT = 20_000;
/** One physical line: one conversation at a time, in the order of the calls. */
export class Line<E extends { readonly kind: string }> implements AsyncDisposable {
  readonly counts: LineCounts = { skipped: 0, badChecks: 0, stale: 0, cut: 0 };
  readonly #manners: LineManners<E>;
  readonly #turns = new Turns();
  #port: Port | undefined;
  #end: SscardError | undefined;
  #talk: Conversation<E> | undefined;
  #frameTimer: NodeJS.Timeout | undefined;
  /** A conversation broke: what comes now may belong to it. */
  #dirty = false;
  #heard = 0;

  private constructor(manners: LineManners<E>) {
    this.#manners = manners;
  }

  /** @throws SscardError what `ports.open` throws */
  static async open<E extends { readonly kind: string }>(
    ports: Ports,
    name: string,
    settings: PortSettings,
    manners: LineManners<E>,
    waiting?: Waiting,
  ): Promise<Line<E>> {
    const line = new Line(manners);
    const listener = {
      received: (bytes: Uint8Array) => line.#received(bytes),
      lost: (cause: unknown) => line.#lost(cause),
    };
    line.#port = await ports.open(name, settings, listener, waiting);
    return line;
  }

  get baud(): number | undefined {
    return this.#port?.baud;
  }

  /**
   * One conversation, alone on the line. A `work` that throws has broken it: the line is settled and the unit's acquaintance
   * made again before the next one. What the unit answers properly, refusals too, is returned, not thrown.
   * @param waiting over the whole conversation, from its turn on; default timeout 20,000 ms
   * @throws SscardError what `work` throws; `cancelled`, `reader-lost`, `unit-silent` (`not-done`: it could not be reached again)
   */
  async run<T>(waiting: Waiting, work: (talk: Talk<E>) => Promise<T>): Promise<T> {
    const turn = this.#turns.take(waiting.signal);
    if (turn) await turn;
    try {
      if (this.#dirty) await this.#settle(waiting.signal);
      return await this.#converse(waiting, work);
    } finally {
      this.#turns.leave();
    }
  }

  /** Idempotent. Whoever waits gets `channel-closed`. */
  async close(): Promise<void> {
    this.#stop(new SscardError('channel-closed', 'the line was closed'));
    await this.#port?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #converse<T>({ timeout = ANSWER_TIMEOUT, signal }: Waiting, work: (talk: Talk<E>) => Promise<T>): Promise<T> {
    if (this.#end) throw again(this.#end, 'not-done');
    if (signal?.aborted) throw new SscardError('cancelled', 'cancelled by the caller', { outcome: 'not-done' });
    this.#forget();
    const talk = new Conversation<E>(this.#port as Port, timeout, signal);
    this.#talk = talk;
    try {
      const result = await work(talk);
      this.#leave(talk);
      return result;
    } catch (error) {
      this.#leave(talk);
      this.#dirty ||= talk.sent;
      if (this.#dirty && this.#end === undefined) await this.#stopUnit();
      throw error;
    }
  }

  #leave(talk: Conversation<E>): void {
    this.counts.stale += talk.waiting;
    talk.end();
    this.#talk = undefined;
  }

  /** What came before a command belongs to nothing. */
  #forget(): void {
    this.#deliver(this.#manners.framer.drop());
  }

  /** The unit works on what nobody waits for: it is told to stop. */
  async #stopUnit(): Promise<void> {
    const { stop } = this.#manners;
    if (stop === undefined) return;
    const talk = new Conversation<E>(this.#port as Port, STOP_TIME, undefined);
    this.#talk = talk;
    // The first error is the one that explains; a unit that does not stop is found out by `recover`.
    await stop.call(this.#manners, talk).catch(() => {});
    this.#leave(talk);
  }

  async #settle(signal: AbortSignal | undefined): Promise<void> {
    const end = performance.now() + LONGEST_SETTLING;
    let heard = -1;
    while (heard !== this.#heard && performance.now() < end && this.#end === undefined) {
      heard = this.#heard;
      await new Promise((resolve) => setTimeout(resolve, QUIET));
    }
    if (this.#end) throw again(this.#end, 'not-done');
    await this.#port?.discardInput();
    this.#dirty = false;
    const { recover } = this.#manners;
    if (recover === undefined) return;
    try {
      await this.#converse(signal === undefined ? {} : { signal }, (talk) => recover.call(this.#manners, talk));
    } catch (error) {
      this.#dirty = true;
      throw error instanceof SscardError ? again(error, 'not-done') : error;
    }
  }

  #received(bytes: Uint8Array): void {
    if (this.#end) return;
    this.#heard++;
    const { framer } = this.#manners;
    const events = framer.push(bytes);
    if (!framer.begun) clearTimeout(this.#frameTimer);
    else if (events.length > 0 || this.#frameTimer === undefined) this.#timeFrame();
    if (!framer.begun) this.#frameTimer = undefined;
    this.#deliver(events);
  }

  #timeFrame(): void {
    clearTimeout(this.#frameTimer);
    this.#frameTimer = setTimeout(() => {
      this.#frameTimer = undefined;
      this.counts.cut++;
      this.#deliver(this.#manners.framer.drop());
      this.#talk?.give({ kind: 'cut' });
    }, this.#manners.frameTime(this.#port?.baud));
  }

  #deliver(events: readonly (E | FramerEvent)[]): void {
    for (const event of events) {
      if (isSkipped(event)) {
        this.counts.skipped += event.bytes.length;
        continue;
      }
      if (event.kind === 'bad-check') this.counts.badChecks++;
      else if (this.#manners.unasked?.(event as E)) continue;
      if (this.#talk === undefined) this.counts.stale++;
      else this.#talk.give(event as LineEvent<E>);
    }
  }

  #lost(cause: unknown): void {
    if (this.#end) return;
    this.#stop(new SscardError('reader-lost', 'the port is gone', { place: this.#port?.name ?? '' }, { cause }));
    this.#manners.gone(cause);
  }

  #stop(error: SscardError): void {
    clearTimeout(this.#frameTimer);
    this.#end ??= error;
    this.#talk?.fail(this.#end);
  }
}

function isSkipped<E extends { readonly kind: string }>(
  event: E | FramerEvent,
): event is Extract<FramerEvent, { kind: 'skipped' }> {
  return event.kind === 'skipped';
}
