import { SscardError } from '../../apdu/errors.ts';
import type { Channel, ReaderEvent, Readers, SlotState, WaitForCardOptions } from '../../drivers/reader.ts';
import type { SimulatedCard, SimulatedCardOptions } from './card.ts';
import { SimChannel } from './channel.ts';
import type { CardImage } from './image.ts';

const CARD_TIMEOUT = 30_000;
/** Longer than a program runs: keeps the process alive while somebody watches. */
const KEEP_ALIVE = 2 ** 31 - 1;

/** What a simulated reader needs of a card; a `SimulatedCard`, alone or with faults on order. */
export interface VirtualCard extends Pick<SimulatedCard, 'atr' | 'powerOn' | 'powerOff' | 'reset'> {
  /** Works a command off. @returns data and status word; T=0 manners included (61xx, 6Cxx) */
  process(command: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** What card is in the simulated reader, and how it behaves. */
export interface SimReadersOptions extends Pick<SimulatedCardOptions, 'random' | 'tears'> {
  /** Puts this card in instead of the built-in one or the one of a file. */
  readonly card?: VirtualCard;
  /** Default true: the card is in from the start. */
  readonly inserted?: boolean;
}

/** One simulated slot, and the hand that puts its card in and takes it out. */
export interface SimReaders extends Readers {
  readonly scheme: 'sim';
  /** Puts the card in; nothing happens when it is in. */
  insert(): void;
  /** Pulls the card, also between two commands of a flow. Rights are lost, what is stored stays. */
  remove(): void;
}

/**
 * A simulated card in a simulated reader: the built-in demonstration card (state in memory), or the card of a file
 * (state written back with every command that changes it).
 * @param file path of a card file made by `createCardFile`
 * @throws the first method that needs the card: SscardError `sim-file-unreadable`, `sim-file-malformed`,
 * `sim-file-version`
 * @example await using channel = await simReaders().waitForCard();
 */
export function simReaders(file?: string, options: SimReadersOptions = {}): SimReaders {
  return new SimSlot(file, options);
}

class SimSlot implements SimReaders {
  readonly scheme = 'sim';
  readonly #name: string;
  readonly #file: string | undefined;
  readonly #options: SimReadersOptions;
  readonly #waiters = new Set<() => void>();
  #card: Promise<VirtualCard> | undefined;
  #loaded: VirtualCard | undefined;
  /** Odd while a card is in; every insertion and every removal adds one. */
  #moves: number;
  #open: SimChannel | undefined;
  #disposed = false;

  constructor(file: string | undefined, options: SimReadersOptions) {
    this.#file = file;
    this.#options = options;
    this.#moves = options.inserted === false ? 0 : 1;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a file name may hold them, a slot name may not
    const base = file?.replace(/^.*\//s, '').replace(/[\x00-\x1f\x7f-\x9f]/g, '?');
    this.#name = base === undefined ? 'Simulated reader' : `Simulated reader (${base})`;
  }

  insert(): void {
    if (this.#moves % 2 === 0) this.#moved();
  }

  remove(): void {
    if (this.#moves % 2 === 0) return;
    this.#loaded?.powerOff();
    this.#open = undefined;
    this.#moved();
  }

  async list(): Promise<readonly SlotState[]> {
    return [this.#state(await this.#load(), this.#moves)];
  }

  async *watch({ signal }: { readonly signal?: AbortSignal } = {}): AsyncGenerator<ReaderEvent> {
    const card = await this.#load();
    yield { type: 'reader-attached', slot: this.#state(card, 0) };
    for (let seen = this.#moves % 2 === 1 ? this.#moves - 1 : this.#moves; !signal?.aborted && !this.#disposed; ) {
      if (seen === this.#moves) {
        await this.#change(KEEP_ALIVE, signal);
        continue;
      }
      seen++;
      if (seen % 2 === 1) yield { type: 'card-inserted', slot: this.#state(card, seen) };
      else yield { type: 'card-removed', name: this.#name };
    }
  }

  async waitForCard(options: WaitForCardOptions = {}): Promise<Channel> {
    const { timeout = CARD_TIMEOUT, signal } = options;
    this.#choose(options);
    const card = await this.#load();
    const end = performance.now() + timeout;
    for (;;) {
      if (signal?.aborted) throw new SscardError('cancelled', 'cancelled while waiting for a card');
      if (this.#moves % 2 === 1) return this.#connect(card);
      const left = end - performance.now();
      if (left <= 0 || this.#disposed) throw new SscardError('no-card', `no card within ${timeout} ms`);
      await this.#change(left, signal);
    }
  }

  #choose({ reader, except, protocols }: WaitForCardOptions): void {
    const wanted = reader === undefined || this.#name.toLowerCase().includes(reader.toLowerCase());
    if (!wanted || except?.includes(this.#name)) {
      throw new SscardError('reader-not-found', 'there is one simulated reader only', { choices: [this.#name] });
    }
    if (protocols !== undefined && !protocols.includes('T=0')) {
      throw new SscardError('card-unresponsive', 'the simulated card speaks T=0 only');
    }
  }

  #connect(card: VirtualCard): Channel {
    if (this.#open !== undefined) throw new SscardError('card-in-use', 'a channel to this card is open');
    const insertion = this.#moves;
    const channel: SimChannel = new SimChannel({
      name: this.#name,
      card,
      present: () => this.#moves === insertion,
      remove: () => {
        if (this.#moves === insertion) this.remove();
      },
      released: () => {
        if (this.#open === channel) this.#open = undefined;
      },
    });
    this.#open = channel;
    return channel;
  }

  #state(card: VirtualCard, moves: number): SlotState {
    const slot = { name: this.#name, kind: 'card' as const };
    if (moves % 2 === 0) return { ...slot, state: 'empty' };
    const { atr } = card;
    return { ...slot, state: 'present', atr, ...(this.#open === undefined ? {} : { inUse: 'exclusive' as const }) };
  }

  #load(): Promise<VirtualCard> {
    this.#card ??= this.#read().then(
      (card) => {
        this.#loaded = card;
        return card;
      },
      (error: unknown) => {
        // A file that is repaired is read again.
        this.#card = undefined;
        throw error;
      },
    );
    return this.#card;
  }

  async #read(): Promise<VirtualCard> {
    if (this.#options.card !== undefined) return this.#options.card;
    if (this.#file !== undefined) return (await import('./card-file.ts')).openCardFile(this.#file, this.#options);
    const [{ SimulatedCard }, { default: demo }] = await Promise.all([
      import('./card.ts'),
      import('./demo-card.json', { with: { type: 'json' } }),
    ]);
    return new SimulatedCard(demo.card as CardImage, this.#options);
  }

  #moved(): void {
    this.#moves++;
    for (const wake of this.#waiters) wake();
  }

  /** Resolves at the next move, when time is up, on abort, on disposal. */
  #change(timeout: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#waiters.delete(wake);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, timeout);
      this.#waiters.add(wake);
      signal?.addEventListener('abort', wake);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#open?.close();
    this.#disposed = true;
    for (const wake of [...this.#waiters]) wake();
  }
}
