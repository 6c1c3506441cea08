import { SscardError } from '../../apdu/errors.ts';
import type { Channel, ChannelFeature, Ending, Protocol, Waiting } from '../reader.ts';
import type { Player } from './player.ts';

/** What the channel needs of its slot. */
export interface ReplaySlot {
  readonly name: string;
  readonly protocol: Protocol;
  readonly player: Player;
  readonly released: () => void;
}

/** A connection to the card of a transcript. Nothing is waited for, so every deadline is kept. */
export class ReplayChannel implements Channel {
  readonly slot: string;
  readonly protocol: Protocol;
  readonly chains = false;
  readonly lacks: ReadonlySet<ChannelFeature> = new Set(['control', 'attributes', 'exact-codes', 'shared']);
  readonly #slot: ReplaySlot;
  #atr: Uint8Array;
  /** The code of the error that ended this channel. */
  #dead: string | undefined;

  constructor(slot: ReplaySlot, atr: Uint8Array) {
    this.slot = slot.name;
    this.protocol = slot.protocol;
    this.#slot = slot;
    this.#atr = atr;
  }

  get atr(): Uint8Array {
    return this.#atr;
  }

  async transmit(command: Uint8Array, { signal }: Waiting = {}): Promise<Uint8Array> {
    this.#check(signal);
    try {
      return this.#slot.player.transmit(command);
    } catch (error) {
      if (!(error instanceof SscardError)) throw error;
      throw new SscardError(error.code, error.message, { ...error.details, place: this.slot });
    }
  }

  async transaction<T>(ending: Ending, work: () => Promise<T>, { signal }: Waiting = {}): Promise<T> {
    this.#check(signal);
    let failed = true;
    try {
      const result = await work();
      failed = false;
      return result;
    } finally {
      if ((failed || ending !== 'leave') && this.#dead === undefined) this.#restart();
    }
  }

  async reset(_kind: 'warm' | 'cold', { signal }: Waiting = {}): Promise<Uint8Array> {
    if (this.#dead === 'card-reset') this.#dead = undefined;
    this.#check(signal);
    this.#restart();
    return this.#atr;
  }

  async control(): Promise<Uint8Array> {
    throw new SscardError('unsupported', 'a transcript has no control codes', { place: this.slot });
  }

  async attribute(): Promise<Uint8Array> {
    throw new SscardError('unsupported', 'a transcript has no reader attributes', { place: this.slot });
  }

  async close(_ending?: Ending): Promise<void> {
    if (this.#dead === 'channel-closed') return;
    this.#dead = 'channel-closed';
    this.#slot.released();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The card is gone, or an answer may still come: nothing more goes through this channel. */
  cut(code: string): void {
    this.#dead ??= code;
  }

  #restart(): void {
    this.#slot.player.reset();
    // Our own reset takes nothing from us.
    this.#dead = undefined;
    this.#atr = this.#slot.player.atr ?? this.#atr;
  }

  #check(signal: AbortSignal | undefined): void {
    const details = { place: this.slot, outcome: 'not-done' } as const;
    if (this.#dead) throw new SscardError(this.#dead, 'nothing more goes through this channel', details);
    if (signal?.aborted) throw new SscardError('cancelled', 'cancelled before sending', details);
  }
}
