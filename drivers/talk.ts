import { SscardError } from '../apdu/errors.ts';
import type { FramerEvent } from './framer.ts';
import type { Port } from './port.ts';

/** What comes in a conversation: what the framer gives (without noise, which is counted), and what did not come. */
export type LineEvent<E> =
  | E
  | Exclude<FramerEvent, { kind: 'skipped' }>
  /** A frame began and did not become whole in time. */
  | { readonly kind: 'cut' }
  /** Nothing came in the time that was given. */
  | { readonly kind: 'silence' };

/** One conversation: a command and what belongs to it. */
export interface Talk<E> {
  /** @throws SscardError `reader-lost`, `cancelled` */
  send(bytes: Uint8Array): Promise<void>;
  /**
   * The next event.
   * @param ms how long to wait for it; the end of the whole conversation comes first
   * @throws SscardError `reader-lost`, `cancelled`
   */
  next(ms: number): Promise<LineEvent<E>>;
  /** Milliseconds until the conversation's own deadline; 0: over. */
  left(): number;
  /** Changes the speed of our side. */
  setSpeed(baud: number): Promise<void>;
  readonly baud: number | undefined;
}

/** Events that wait to be asked for: an acknowledgement, keys of a pad, an answer. */
const MOST_EVENTS = 256;

/** A conversation as its line keeps it. */
export class Conversation<E> implements Talk<E> {
  /** Something left: from then on nobody knows what the unit did. */
  sent = false;
  readonly #port: Port;
  readonly #deadline: number;
  readonly #signal: AbortSignal | undefined;
  readonly #events: LineEvent<E>[] = [];
  #waiter: { give(event: LineEvent<E>): void; fail(error: SscardError): void } | undefined;
  #failure: SscardError | undefined;
  readonly #abort = () => this.fail(new SscardError('cancelled', 'cancelled by the caller'));

  constructor(port: Port, timeout: number, signal: AbortSignal | undefined) {
    this.#port = port;
    this.#deadline = performance.now() + timeout;
    this.#signal = signal;
    signal?.addEventListener('abort', this.#abort);
  }

  get baud(): number | undefined {
    return this.#port.baud;
  }

  /** Events that nobody has asked for. */
  get waiting(): number {
    return this.#events.length;
  }

  async send(bytes: Uint8Array): Promise<void> {
    this.#check();
    this.sent = true;
    try {
      await this.#port.write(bytes);
    } catch (error) {
      throw error instanceof SscardError ? again(error, 'unknown') : error;
    }
  }

  next(ms: number): Promise<LineEvent<E>> {
    return new Promise((resolve, reject) => {
      this.#check();
      const event = this.#events.shift();
      if (event !== undefined) {
        resolve(event);
        return;
      }
      const settle = (act: () => void) => {
        clearTimeout(timer);
        this.#waiter = undefined;
        act();
      };
      const timer = setTimeout(() => settle(() => resolve({ kind: 'silence' })), Math.min(ms, this.left()));
      this.#waiter = {
        give: (given) => settle(() => resolve(given)),
        fail: (error) => settle(() => reject(again(error, this.sent ? 'unknown' : 'not-done'))),
      };
    });
  }

  left(): number {
    return Math.max(0, this.#deadline - performance.now());
  }

  setSpeed(baud: number): Promise<void> {
    this.#check();
    return this.#port.setSpeed(baud);
  }

  give(event: LineEvent<E>): void {
    if (this.#waiter !== undefined) this.#waiter.give(event);
    else if (this.#events.length < MOST_EVENTS) this.#events.push(event);
  }

  fail(error: SscardError): void {
    this.#failure ??= error;
    this.#waiter?.fail(error);
  }

  end(): void {
    this.#signal?.removeEventListener('abort', this.#abort);
  }

  #check(): void {
    if (this.#failure) throw again(this.#failure, this.sent ? 'unknown' : 'not-done');
  }
}

/** A new error each time: its stack tells who asked. */
export function again({ code, message, details, cause }: SscardError, outcome: 'unknown' | 'not-done'): SscardError {
  return new SscardError(code, message, { ...details, outcome }, { cause });
}
