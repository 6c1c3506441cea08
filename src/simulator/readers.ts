import { SscardError } from '../../apdu/errors.ts';
import type { Channel, ReaderEvent, Readers, SlotState, WaitForCardOptions } from '../../drivers/reader.ts';
import type { SimulatedCard, SimulatedCardOptions } from './card.ts';
import { contactless } from './contactless.ts';
import type { CardImage } from './image.ts';
import type { PsamImage } from './psam-image.ts';
import { chooseSlots, Insertion, SimSlot } from './slot.ts';

const CARD_TIMEOUT = 30_000;
/** Longer than a program runs: keeps the process alive while somebody watches. */
const KEEP_ALIVE = 2 ** 31 - 1;

/** What a simulated reader needs of a card or a PSAM: a `SimulatedCard`, a `SimulatedPsam`, one with faults on order. */
export interface VirtualCard extends Pick<SimulatedCard, 'atr' | 'powerOn' | 'powerOff' | 'reset'> {
  /** As a PC/SC reader builds it from the answer to select; only cards with a contactless side have it. */
  readonly contactlessAtr?: Uint8Array | undefined;
  /** Works a command off. @returns data and status word; T=0 manners included (61xx, 6Cxx) */
  process(command: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** What is in the simulated unit, and how it behaves. */
export interface SimReadersOptions extends Pick<SimulatedCardOptions, 'random' | 'tears'> {
  /** Puts this card in instead of the built-in one or the one of a file, and no PSAM unless `psam` names one. */
  readonly card?: VirtualCard;
  /** Puts this PSAM in instead of the one that belongs to the card; null leaves its slot empty. */
  readonly psam?: VirtualCard | null;
  /** Default true: the card is in from the start. The PSAM always is. */
  readonly inserted?: boolean;
}

/** The simulated unit, and the hand that puts its card in and takes it out. */
export interface SimReaders extends Readers {
  readonly scheme: 'sim';
  /** Puts the card in; nothing happens when it is in. */
  insert(): void;
  /** Pulls the card, also between two commands of a flow. Rights are lost, what is stored stays. */
  remove(): void;
}

/**
 * A simulated unit: a slot for the card, a SAM slot with the PSAM that belongs to it, and for a card of generation 3.0 a
 * contactless slot with the same card. It is the built-in demonstration card (state in memory), or the card of a file
 * (state written back with every command that changes it). Opening a card over one interface resets it, and ends the
 * channel over the other (`card-reset`).
 * @param file path of a card file made by `createCardFile`
 * @throws the first method that needs the card: SscardError `sim-file-unreadable`, `sim-file-malformed`,
 * `sim-file-version`
 * @example await using channel = await simReaders().waitForCard();
 */
export function simReaders(file?: string, options: SimReadersOptions = {}): SimReaders {
  return new SimUnit(file, options);
}

/** What is in the unit; no PSAM: its slot is empty. */
interface Chips {
  readonly card: VirtualCard;
  readonly psam: VirtualCard | undefined;
}

class SimUnit implements SimReaders {
  readonly scheme = 'sim';
  readonly #file: string | undefined;
  readonly #options: SimReadersOptions;
  readonly #waiters = new Set<() => void>();
  readonly #card: Insertion;
  readonly #psam: Insertion;
  #loading: Promise<readonly SimSlot[]> | undefined;
  #slots: readonly SimSlot[] = [];
  #disposed = false;

  constructor(file: string | undefined, options: SimReadersOptions) {
    this.#file = file;
    this.#options = options;
    const moved = () => this.#wake();
    this.#card = new Insertion(options.inserted ?? true, moved);
    this.#psam = new Insertion(true, moved);
  }

  insert(): void {
    this.#card.insert();
  }

  remove(): void {
    this.#card.remove();
  }

  async list(): Promise<readonly SlotState[]> {
    return (await this.#load()).map((slot) => slot.state());
  }

  async *watch({ signal }: { readonly signal?: AbortSignal } = {}): AsyncGenerator<ReaderEvent> {
    const slots = await this.#load();
    const seen = new Map(slots.map((slot) => [slot, slot.insertion.moves]));
    for (const slot of slots) {
      if (signal?.aborted) return;
      const { filled } = slot;
      yield { type: 'reader-attached', slot: slot.state(false) };
      if (filled) yield { type: 'card-inserted', slot: slot.state(true) };
    }
    while (!signal?.aborted && !this.#disposed) {
      const slot = slots.find((candidate) => seen.get(candidate) !== candidate.insertion.moves);
      if (slot === undefined) {
        await this.#change(KEEP_ALIVE, signal);
        continue;
      }
      const move = (seen.get(slot) ?? 0) + 1;
      seen.set(slot, move);
      if (move % 2 === 1) yield { type: 'card-inserted', slot: slot.state(true) };
      else yield { type: 'card-removed', name: slot.facts.name };
    }
  }

  async waitForCard(options: WaitForCardOptions = {}): Promise<Channel> {
    const { timeout = CARD_TIMEOUT, signal } = options;
    const slots = chooseSlots(await this.#load(), options);
    const end = performance.now() + timeout;
    for (;;) {
      if (signal?.aborted) throw new SscardError('cancelled', 'cancelled while waiting for a card');
      const slot = slots.find(({ filled }) => filled);
      if (slot !== undefined) return this.#connect(slot);
      const left = end - performance.now();
      if (left <= 0 || this.#disposed) throw new SscardError('no-card', `no card within ${timeout} ms`);
      await this.#change(left, signal);
    }
  }

  #connect(slot: SimSlot): Channel {
    const channel = slot.connect();
    for (const other of this.#slots) if (other !== slot && other.insertion === slot.insertion) other.interrupt();
    return channel;
  }

  #load(): Promise<readonly SimSlot[]> {
    this.#loading ??= this.#read().then(
      (chips) => {
        this.#card.chip = chips.card;
        this.#slots = this.#seat(chips);
        return this.#slots;
      },
      (error: unknown) => {
        // A file that is repaired is read again.
        this.#loading = undefined;
        throw error;
      },
    );
    return this.#loading;
  }

  #seat({ card, psam }: Chips): readonly SimSlot[] {
    const name = (what: string, ...more: string[]) => {
      const notes = [...(this.#file === undefined ? [] : [fileName(this.#file)]), ...more];
      return notes.length === 0 ? what : `${what} (${notes.join(', ')})`;
    };
    const contact = { name: name('Simulated reader'), kind: 'card', interface: 'contact' } as const;
    const sam = { name: name('Simulated PSAM'), kind: 'sam', interface: 'contact' } as const;
    const slots = [new SimSlot(contact, card, this.#card), new SimSlot(sam, psam, this.#psam)];
    if (card.contactlessAtr === undefined) return slots;
    const air = { name: name('Simulated reader', 'contactless'), kind: 'card', interface: 'contactless' } as const;
    return [...slots, new SimSlot(air, contactless(card), this.#card)];
  }

  async #read(): Promise<Chips> {
    const { card, psam } = this.#options;
    if (card !== undefined) return { card, psam: psam ?? undefined };
    const pair = await this.#readPair();
    return { card: pair.card, psam: psam === undefined ? pair.psam : (psam ?? undefined) };
  }

  async #readPair(): Promise<{ readonly card: VirtualCard; readonly psam: VirtualCard }> {
    if (this.#file !== undefined) return (await import('./card-file.ts')).openCardAndPsam(this.#file, this.#options);
    const [{ SimulatedCard }, { SimulatedPsam }, { default: demo }] = await Promise.all([
      import('./card.ts'),
      import('./psam.ts'),
      import('./demo-card.json', { with: { type: 'json' } }),
    ]);
    return {
      card: new SimulatedCard(demo.card as CardImage, this.#options),
      psam: new SimulatedPsam(demo.psam as PsamImage, this.#options),
    };
  }

  #wake(): void {
    for (const wake of [...this.#waiters]) wake();
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
    await Promise.all(this.#slots.map((slot) => slot.close()));
    this.#disposed = true;
    this.#wake();
  }
}

/** A file name may hold control characters, a slot name may not. */
function fileName(path: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these it replaces
  return path.replace(/^.*\//s, '').replace(/[\x00-\x1f\x7f-\x9f]/g, '?');
}
