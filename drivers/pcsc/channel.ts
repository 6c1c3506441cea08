import { type ErrorDetails, SscardError } from '../../apdu/errors.ts';
import type { Channel, ChannelFeature, Ending, Protocol, ShareMode, Waiting } from '../reader.ts';
import { Turns } from '../turns.ts';
import type { CardHandle } from './binding.ts';
import { CODE, hasCode, SCARD } from './codes.ts';
import type { NativeCalls } from './native-calls.ts';
import { tpduOf } from './tpdu.ts';

const DISPOSITION: Record<Ending, number> = {
  leave: SCARD.leave,
  reset: SCARD.reset,
  unpower: SCARD.unpower,
  eject: SCARD.eject,
};
const ANSWER_TIMEOUT = 20_000;
const CLOSE_TIMEOUT = 5_000;
const SHORTEST_COMMAND = 4;

/** After these nothing more can be sent through this connection. */
const FATAL = [
  'card-removed',
  'card-reset',
  'card-mute',
  'cancelled',
  'reader-lost',
  'service-lost',
  'card-unresponsive',
];
/** After these the connection is of no use to anyone: it is given back at once, so that the reader is free. */
const GONE = ['card-removed', 'reader-lost', 'service-lost'];

export interface ChannelParts {
  readonly handle: CardHandle;
  readonly slot: string;
  readonly share: ShareMode;
  readonly lacks: ReadonlySet<ChannelFeature>;
  readonly calls: NativeCalls;
  readonly onClosed: (channel: Channel) => void;
}

/** A connection to one card through the PC/SC service. See `Channel` for the rules it keeps. */
export class PcscChannel implements Channel {
  readonly slot: string;
  readonly chains = false;
  readonly lacks: ReadonlySet<ChannelFeature>;
  readonly #parts: ChannelParts;
  readonly #turns = new Turns();
  #atr: Uint8Array;
  #protocol: Protocol;
  /** Why nothing can be sent any more. */
  #end: SscardError | undefined;
  /** A call that was given up and has not returned; the system allows no second one beside it. */
  #stuck: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #releasing: Promise<void> | undefined;

  constructor(parts: ChannelParts) {
    this.#parts = parts;
    this.slot = parts.slot;
    this.lacks = parts.lacks;
    this.#atr = parts.handle.atr;
    this.#protocol = protocolName(parts.handle.protocol);
  }

  get atr(): Uint8Array {
    return this.#atr;
  }

  get protocol(): Protocol {
    return this.#protocol;
  }

  async transmit(command: Uint8Array, options: Waiting = {}): Promise<Uint8Array> {
    if (command.length < SHORTEST_COMMAND || command.length > SCARD.longestAnswer) {
      const message = `a command of ${command.length} bytes`;
      throw new SscardError('command-malformed', message, { offset: command.length, outcome: 'not-done' });
    }
    // The caller may wipe its bytes before a thread reads them; the binding wipes ours when the thread is done.
    const sent = this.#protocol === 'T=0' ? tpduOf(command) : new Uint8Array(command);
    const turn = this.#turns.take(options.signal);
    if (turn) await turn;
    try {
      this.#assertAlive();
      const answer = await this.#native(() => this.#parts.handle.transmit(sent), options);
      // The service says "done, no bytes" for a card that is pulled in the middle of a command.
      if (answer.length < 2)
        throw this.#die('card-removed', `an answer of ${answer.length} bytes`, { outcome: 'unknown' });
      return answer;
    } finally {
      this.#turns.leave();
    }
  }

  async transaction<T>(ending: Ending, work: () => Promise<T>, options: Waiting = {}): Promise<T> {
    const bare = this.lacks.has('transactions');
    if (bare && this.#parts.share === 'shared') throw this.#unsupported('transactions');
    if (bare && ending !== 'leave' && this.lacks.has('reset')) throw this.#unsupported('reset');
    if (!bare) await this.#begin(options);
    let failed = true;
    try {
      const result = await work();
      failed = false;
      return result;
    } finally {
      await this.#endTransaction(failed && ending === 'leave' ? 'reset' : ending, bare);
    }
  }

  async reset(kind: 'warm' | 'cold', options: Waiting = {}): Promise<Uint8Array> {
    if (this.lacks.has('reset')) throw this.#unsupported('reset');
    if (kind === 'cold' && this.lacks.has('cold-reset')) throw this.#unsupported('cold-reset');
    await this.#inTurn(options, () => this.#reconnect(kind === 'warm' ? SCARD.reset : SCARD.unpower, options), true);
    return this.#atr;
  }

  async control(code: number, data: Uint8Array, options: Waiting = {}): Promise<Uint8Array> {
    if (this.lacks.has('control')) throw this.#unsupported('control');
    return this.#inTurn(options, async () => {
      try {
        return await this.#native(() => this.#parts.handle.control(code, new Uint8Array(data)), options);
      } catch (error) {
        // Readers say so of a control code that failed; the card is still there.
        if (!hasCode(error, 'card-removed') || error.details.platformCode !== CODE.notTransacted) throw error;
        this.#end = undefined;
        throw new SscardError('pcsc-failure', error.message, error.details);
      }
    });
  }

  async attribute(tag: number): Promise<Uint8Array> {
    if (this.lacks.has('attributes')) throw this.#unsupported('attributes');
    return this.#inTurn({}, () => this.#native(() => this.#parts.handle.attribute(tag), {}));
  }

  close(ending: Ending = 'reset'): Promise<void> {
    this.#closing ??= this.#close(ending);
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(ending: Ending): Promise<void> {
    const turn = this.#turns.take();
    if (turn) await turn;
    this.#end ??= new SscardError('channel-closed', 'the connection was closed', { place: this.slot });
    this.#turns.leave();
    const release = () => {
      this.#releasing ??= this.#release(ending);
      return this.#releasing;
    };
    // The card stays ours until the call returns (it does when the card is pulled): waiting for it may take for ever.
    if (this.#stuck) void this.#stuck.then(release).catch(() => {});
    else await release();
  }

  async #release(ending: Ending): Promise<void> {
    const { handle, calls, onClosed } = this.#parts;
    try {
      const limits = { timeout: CLOSE_TIMEOUT, overdue: 'card-mute' };
      await calls.run(() => handle.disconnect(DISPOSITION[ending]), limits);
    } catch (error) {
      // With the card, the reader or the service gone there is nothing left to end; the binding has tidied up.
      if (!hasCode(error, ...FATAL) || error.code === 'card-mute') throw error;
    } finally {
      onClosed(this);
    }
  }

  async #inTurn<T>(options: Waiting, work: () => Promise<T>, revives = false): Promise<T> {
    const turn = this.#turns.take(options.signal);
    if (turn) await turn;
    try {
      if (!(revives && this.#end?.code === 'card-reset')) this.#assertAlive();
      return await work();
    } finally {
      this.#turns.leave();
    }
  }

  async #begin(options: Waiting): Promise<void> {
    const { handle } = this.#parts;
    await this.#inTurn(options, () =>
      this.#native(() => handle.begin(), options, {
        overdue: 'card-in-use',
        // Nothing was sent: the channel lives on when the late transaction has been ended again.
        onLate: async (result) => {
          if ('value' in result) await handle.end(SCARD.leave).catch(() => {});
          if (hasCode(this.#end, 'card-in-use') && !this.#closing) this.#end = undefined;
        },
      }),
    );
  }

  async #endTransaction(ending: Ending, bare: boolean): Promise<void> {
    const turn = this.#turns.take();
    if (turn) await turn;
    try {
      if (this.#end) return;
      if (!bare) await this.#native(() => this.#parts.handle.end(DISPOSITION[ending]), {});
      // Our own reset marks our own handle as "reset by someone", too.
      if (ending !== 'leave') await this.#reconnect(bare ? SCARD.reset : SCARD.leave, {});
    } catch (error) {
      // The right is gone with the card; the next call tells the caller.
      if (!hasCode(error, ...FATAL)) throw error;
    } finally {
      this.#turns.leave();
    }
  }

  async #reconnect(how: number, options: Waiting): Promise<void> {
    const { protocol, atr } = await this.#native(() => this.#parts.handle.reconnect(how), options);
    this.#end = undefined;
    this.#atr = atr;
    this.#protocol = protocolName(protocol);
  }

  /** One call with its deadline; notes when it was the last one. */
  async #native<T>(
    call: () => Promise<T>,
    options: Waiting,
    special: { overdue?: string; onLate?: (result: { value: T } | { error: unknown }) => Promise<void> } = {},
  ): Promise<T> {
    const { timeout = ANSWER_TIMEOUT, signal } = options;
    const { overdue = 'card-mute', onLate } = special;
    let returned = () => {};
    try {
      return await this.#parts.calls.run(call, {
        timeout,
        signal,
        overdue,
        onLate: async (result) => {
          await onLate?.(result);
          this.#stuck = undefined;
          returned();
        },
      });
    } catch (error) {
      if (!(error instanceof SscardError)) throw error;
      const { code, message, details } = error;
      const begun = details.outcome !== 'not-done';
      if (begun && (code === overdue || (code === 'cancelled' && details.platformCode === undefined))) {
        this.#stuck = new Promise((resolve) => {
          returned = resolve;
        });
        if (onLate) {
          this.#die('card-in-use', message, { outcome: 'not-done' });
          throw new SscardError(code, message, { outcome: 'not-done', place: this.slot });
        }
      }
      const outcome = code === 'card-reset' || !begun ? 'not-done' : 'unknown';
      if (begun && FATAL.includes(code)) throw this.#die(code, message, { ...details, outcome });
      throw new SscardError(code, message, { ...details, outcome, place: this.slot });
    }
  }

  #die(code: string, message: string, details: ErrorDetails): SscardError {
    this.#end = new SscardError(code, message, { ...details, place: this.slot, outcome: 'not-done' });
    if (GONE.includes(code)) {
      this.#releasing ??= this.#release('leave');
      // Told by `close()`.
      this.#releasing.catch(() => {});
    }
    return new SscardError(code, message, { ...details, place: this.slot });
  }

  #assertAlive(): void {
    // A new error each time: its stack tells who asked.
    if (this.#end) throw new SscardError(this.#end.code, this.#end.message, this.#end.details);
  }

  #unsupported(feature: ChannelFeature): SscardError {
    return new SscardError('unsupported', `this PC/SC binding has no ${feature}`, {
      place: this.slot,
      outcome: 'not-done',
    });
  }
}

function protocolName(protocol: number): Protocol {
  return protocol === SCARD.t1 ? 'T=1' : 'T=0';
}
