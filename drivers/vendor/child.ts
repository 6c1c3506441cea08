import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { SscardError } from '../../apdu/errors.ts';
import type { Waiting } from '../reader.ts';
import { Turns } from '../turns.ts';
import type { LibraryCall, LibraryReply } from './calls.ts';

/** A look into a slot takes some milliseconds; one that is given up would cost the process, so it has this long at least. */
const LEAST_TIME = 1_000;
const CLOSE_TIME = 2_000;
const ANSWER_TIMEOUT = 20_000;
const PROGRAM = fileURLToPath(new URL('./library-process.cjs', import.meta.url));

/** A call that the library returned from. */
export type Returned = Extract<LibraryReply, { kind: 'returned' | 'lacking' }>;

/** How the process is started, and who is told of its end. */
export interface ChildOptions {
  /** Path or name of the library, for messages. */
  readonly library: string;
  /** What the process runs; another one for tests that run the sources. */
  readonly program?: string;
  /** The process ended by itself, or had to be ended; said once, not after `end()`. */
  readonly gone: (cause: SscardError) => void;
}

interface Pending {
  readonly call: LibraryCall;
  readonly resolve: (reply: Returned) => void;
  readonly reject: (error: SscardError) => void;
}

/**
 * The process that has the maker's library. One call at a time. A library cannot be stopped in a call: whoever gives one up ends
 * the process, and with it whatever the library had open.
 */
export class LibraryChild {
  readonly #options: ChildOptions;
  readonly #process: ChildProcess;
  readonly #turns = new Turns();
  #pending: Pending | undefined;
  #end: SscardError | undefined;

  constructor(options: ChildOptions) {
    this.#options = options;
    this.#process = fork(options.program ?? PROGRAM, [], {
      serialization: 'advanced',
      // What the library prints is nobody's answer. Commands go through the pipe only: no argument or variable ever holds one.
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: [],
    });
    this.#process.on('message', (reply: LibraryReply) => this.#heard(reply));
    this.#process.once('error', (cause) =>
      this.#break(this.#error('library-crashed', 'it could not be started', cause)),
    );
    this.#process.once('exit', (code, signal) => {
      const reason = signal ?? `exit-${code}`;
      this.#break(this.#error('library-crashed', `its process ended: ${reason}`, undefined, reason));
    });
  }

  /**
   * @param waiting default timeout 20,000 ms; its end ends the process. An abort ends it while a command is on its way; any other call
   * is left to return, and nobody waits for it.
   * @throws SscardError `library-crashed`, `library-late`, `library-overrun`, `cancelled` (after a `transmit` with outcome
   * `unknown`), `library-missing`, `binding-missing`
   */
  async call(call: LibraryCall, { timeout = ANSWER_TIMEOUT, signal }: Waiting = {}): Promise<Returned> {
    const turn = this.#turns.take(signal);
    if (turn) await turn;
    let reply: Promise<Returned>;
    try {
      if (this.#end) throw again(this.#end);
      if (signal?.aborted) throw cancelled();
      reply = this.#send(call, Math.max(timeout, LEAST_TIME));
    } catch (error) {
      this.#turns.leave();
      throw error;
    }
    const leave = () => this.#turns.leave();
    reply.then(leave, leave);
    return this.#untilAborted(reply, call, signal);
  }

  /** Closes the device, unless the library is at work, and ends the process. Idempotent. */
  async end(): Promise<void> {
    if (this.#end) return;
    if (this.#pending === undefined) await this.call({ kind: 'close' }, { timeout: CLOSE_TIME }).catch(() => {});
    const closed = new SscardError('channel-closed', 'the library was closed', { place: this.#options.library });
    this.#end ??= closed;
    this.#process.kill('SIGKILL');
    this.#pending?.reject(this.#end);
  }

  #send(call: LibraryCall, timeout: number): Promise<Returned> {
    return new Promise<Returned>((resolve, reject) => {
      const done = () => {
        clearTimeout(timer);
        this.#pending = undefined;
      };
      const late = () => this.#break(this.#error('library-late', `no return within ${timeout} ms`));
      const timer = setTimeout(late, timeout);
      this.#pending = {
        call,
        resolve: (reply) => {
          done();
          resolve(reply);
        },
        reject: (error) => {
          done();
          reject(error);
        },
      };
      // A pipe that is closed already is told by the end of the process.
      this.#process.send(call, () => {});
    });
  }

  #untilAborted(reply: Promise<Returned>, call: LibraryCall, signal: AbortSignal | undefined): Promise<Returned> {
    if (signal === undefined) return reply;
    return new Promise((resolve, reject) => {
      const abort = () => {
        if (call.kind === 'transmit') this.#break(this.#error('cancelled', 'cancelled by the caller'));
        else reject(cancelled());
      };
      signal.addEventListener('abort', abort, { once: true });
      const done = () => signal.removeEventListener('abort', abort);
      reply.then(resolve, reject).finally(done);
    });
  }

  /** The process is not to be used any more: whoever waits is told why, and it is ended. */
  #break(cause: SscardError): void {
    if (this.#end) return;
    this.#end = cause;
    this.#process.kill('SIGKILL');
    this.#pending?.reject(cause);
    this.#options.gone(cause);
  }

  #heard(reply: LibraryReply): void {
    const pending = this.#pending;
    if (pending === undefined) return;
    if (reply.kind === 'returned' || reply.kind === 'lacking') pending.resolve(reply);
    else this.#break(this.#refusal(reply, pending.call));
  }

  #refusal(reply: Exclude<LibraryReply, Returned>, call: LibraryCall): SscardError {
    const place = this.#options.library;
    if (reply.kind === 'overrun') {
      const message = `the library wrote behind its buffer (${call.kind})`;
      return new SscardError('library-overrun', message, { place, ...outcomeOf(call) });
    }
    if (reply.package === 'library') return new SscardError('library-missing', reply.message, { place });
    return new SscardError('binding-missing', 'the package koffi is missing: npm install koffi', { place: 'koffi' });
  }

  #error(code: string, message: string, cause?: unknown, reason?: string): SscardError {
    const call = this.#pending?.call;
    const details = {
      place: this.#options.library,
      ...(call && outcomeOf(call)),
      ...(reason !== undefined && { reason }),
    };
    return new SscardError(code, call ? `${message} (${call.kind})` : message, details, { cause });
  }
}

function cancelled(): SscardError {
  return new SscardError('cancelled', 'cancelled by the caller', { outcome: 'not-done' });
}

/** Who comes after the end: nothing was sent for him. */
function again({ message, details }: SscardError): SscardError {
  return new SscardError('reader-lost', message, { ...details, outcome: 'not-done' });
}

/** Only a command to a card leaves something behind. */
function outcomeOf({ kind }: LibraryCall): { outcome: 'unknown' | 'not-done' } {
  return { outcome: kind === 'transmit' ? 'unknown' : 'not-done' };
}
