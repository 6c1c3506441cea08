import { SscardError } from '../../apdu/errors.ts';
import type { Channel, ChannelFeature, Ending, Protocol, Waiting } from '../../drivers/reader.ts';
import type { VirtualCard } from './readers.ts';

const TRANSMIT_TIMEOUT = 20_000;

/** What the channel needs of its slot. */
export interface ChannelHost {
  readonly name: string;
  readonly card: VirtualCard;
  /** T=1 has the manners of a block protocol: nothing is left to be fetched, and Le is sent. */
  readonly protocol: Protocol;
  /** The card of this channel is still in. */
  present(): boolean;
  remove(): void;
  released(): void;
}

/** One insertion of the simulated card: on T=0 its manners reach the caller (`chains` is false). */
export class SimChannel implements Channel {
  readonly slot: string;
  readonly protocol: Protocol;
  readonly chains: boolean;
  readonly lacks: ReadonlySet<ChannelFeature> = new Set(['control', 'attributes', 'shared']);
  readonly #host: ChannelHost;
  #turn: Promise<unknown> = Promise.resolve();
  #dead: SscardError | undefined;
  #closed = false;
  #interrupted = false;

  constructor(host: ChannelHost) {
    this.#host = host;
    this.slot = host.name;
    this.protocol = host.protocol;
    this.chains = host.protocol === 'T=1';
    host.card.powerOn();
  }

  get atr(): Uint8Array {
    return this.#host.card.atr;
  }

  transmit(command: Uint8Array, waiting: Waiting = {}): Promise<Uint8Array> {
    const answer = this.#turn.then(() => this.#send(this.chains ? command : withoutLe(command), waiting));
    this.#turn = answer.catch(() => {});
    return answer;
  }

  async #send(command: Uint8Array, { timeout = TRANSMIT_TIMEOUT, signal }: Waiting): Promise<Uint8Array> {
    this.#check();
    if (signal?.aborted) throw new SscardError('cancelled', 'cancelled before sending', { outcome: 'not-done' });
    try {
      const working = this.#host.card.process(command);
      const answer = working instanceof Promise ? await this.#deadline(working, timeout, signal) : working;
      if (answer.length >= 2) return answer;
      throw new SscardError('card-removed', 'an answer without a status word', { outcome: 'unknown' });
    } catch (error) {
      if (error instanceof SscardError && error.code === 'card-removed') this.#host.remove();
      throw error;
    }
  }

  /** A late answer is dropped: after the deadline or an abort the channel is dead. */
  async #deadline(working: Promise<Uint8Array>, timeout: number, signal?: AbortSignal): Promise<Uint8Array> {
    let timer: NodeJS.Timeout | undefined;
    let abort = () => {};
    const late = new Promise<never>((_, reject) => {
      const die = (code: string, message: string) => {
        this.#dead = new SscardError(code, message, { outcome: 'unknown' });
        reject(this.#dead);
      };
      timer = setTimeout(() => die('card-mute', `no answer within ${timeout} ms`), timeout);
      abort = () => die('cancelled', 'cancelled while the card was working');
      signal?.addEventListener('abort', abort);
    });
    try {
      return await Promise.race([working, late]);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }

  /** The card was reset for a channel over its other interface: this one is over. */
  interrupt(): void {
    this.#interrupted = true;
  }

  #check(): void {
    if (this.#interrupted) {
      throw new SscardError('card-reset', 'the card is used over its other interface', { outcome: 'not-done' });
    }
    if (this.#closed || !this.#host.present()) {
      throw new SscardError('card-removed', 'the card of this channel is gone', { outcome: 'not-done' });
    }
    if (this.#dead !== undefined) {
      throw new SscardError(this.#dead.code, 'the channel is dead', { outcome: 'not-done' }, { cause: this.#dead });
    }
  }

  async transaction<T>(ending: Ending, work: () => Promise<T>): Promise<T> {
    this.#check();
    let failed = true;
    try {
      const result = await work();
      failed = false;
      return result;
    } finally {
      this.#end(failed ? 'reset' : ending);
    }
  }

  async reset(kind: 'warm' | 'cold'): Promise<Uint8Array> {
    this.#check();
    this.#end(kind === 'warm' ? 'reset' : 'unpower');
    return this.atr;
  }

  async control(): Promise<Uint8Array> {
    throw new SscardError('unsupported', 'a simulated reader has no control codes');
  }

  async attribute(): Promise<Uint8Array> {
    throw new SscardError('unsupported', 'a simulated reader has no attributes');
  }

  async close(ending: Ending = 'reset'): Promise<void> {
    if (this.#closed) return;
    this.#end(ending);
    this.#closed = true;
    this.#host.released();
  }

  #end(ending: Ending): void {
    if (this.#interrupted || !this.#host.present()) return;
    const { card } = this.#host;
    if (ending === 'reset') card.reset();
    if (ending === 'unpower') {
      card.powerOff();
      card.powerOn();
    }
    if (ending === 'eject') this.#host.remove();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** On T=0 the Le of a case 4 command is not sent: the card says 61xx (iso7816.md 4). */
function withoutLe(command: Uint8Array): Uint8Array {
  const lc = command[4] ?? 0;
  return lc > 0 && command.length === 6 + lc ? command.subarray(0, 5 + lc) : command;
}
