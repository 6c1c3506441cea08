import type { VirtualCard } from '../readers.ts';
import { Seat } from './seat.ts';

/** Where the card is. `front`: in the mouth; `inside`: in the transport, off the contacts; `rear`: held at the other end. */
export type Place = 'none' | 'front' | 'inside' | 'contacts' | 'rear';

/** What a motor has beside its transport. */
export interface MotorOptions {
  /** Cards to be given out; taken from the front of the list. Default: none, as in a unit that takes cards only. */
  readonly stacker?: readonly VirtualCard[];
  /** Cards that the bin takes. Default 20. */
  readonly bin?: number;
  /** The mouth takes cards from the start. */
  readonly open: boolean;
  /** Where it draws a card to. */
  readonly draws: 'front' | 'inside';
}

/** The transport of a unit that moves its card. A card that leaves the contacts loses its power. */
export class Motor {
  /** Holds the card while it is at the contacts. */
  readonly contacts: Seat;
  readonly #stacker: VirtualCard[];
  readonly #bin: number;
  readonly #draws: 'front' | 'inside';
  #card: VirtualCard | undefined;
  #place: Place = 'none';
  /** Front and loose: a person may take it. Else held. */
  #loose = false;
  /** In a hand, before a closed mouth. */
  #offered: VirtualCard | undefined;
  #open: boolean;
  #binned = 0;
  #jams = false;

  /** @param card in the mouth from the start */
  constructor(card: VirtualCard | undefined, { stacker = [], bin = 20, open, draws }: MotorOptions) {
    this.#card = card;
    // Torn out at the contacts, it is nowhere else.
    this.contacts = new Seat(undefined, (present) => {
      if (!present) this.#place = 'none';
    });
    this.#stacker = [...stacker];
    this.#bin = bin;
    this.#open = open;
    this.#draws = draws;
    if (card !== undefined) this.#place = 'front';
  }

  get place(): Place {
    return this.#place;
  }

  get loose(): boolean {
    return this.#loose;
  }

  get open(): boolean {
    return this.#open;
  }

  get stacked(): number {
    return this.#stacker.length;
  }

  get binned(): number {
    return this.#binned;
  }

  get binFull(): boolean {
    return this.#binned >= this.#bin;
  }

  /** Empties the counter of the bin, and with it the bin. */
  emptyBin(): void {
    this.#binned = 0;
  }

  /** The next movement does not come to its end. */
  jam(): void {
    this.#jams = true;
  }

  /** A hand brings a card, and holds it there until the mouth opens. */
  insert(card: VirtualCard | undefined = this.#card): void {
    if (this.#place !== 'none' || card === undefined) return;
    this.#offered = card;
    this.#draw();
  }

  /** A hand takes the card, wherever it is. */
  remove(): void {
    this.#offered = undefined;
    this.contacts.remove();
    this.#place = 'none';
  }

  admit(open: boolean): void {
    this.#open = open;
    this.#draw();
  }

  /** @param loose for the front: the card is let go */
  move(to: Exclude<Place, 'none'>, loose = false): 'moved' | 'no-card' | 'jam' {
    if (this.#place === 'none' && !this.#fetch()) return 'no-card';
    if (this.#stuck()) return 'jam';
    if (to !== 'contacts') this.contacts.remove();
    this.#place = to;
    this.#loose = loose;
    if (to === 'contacts') this.contacts.insert(this.#card);
    return 'moved';
  }

  /** Into the bin. */
  retain(): 'moved' | 'no-card' | 'jam' | 'full' {
    if (this.#place === 'none') return 'no-card';
    if (this.binFull) return 'full';
    if (this.#stuck()) return 'jam';
    this.remove();
    this.#binned++;
    return 'moved';
  }

  #stuck(): boolean {
    const stuck = this.#jams;
    this.#jams = false;
    return stuck;
  }

  #fetch(): boolean {
    const card = this.#stacker.shift();
    if (card === undefined) return false;
    this.#card = card;
    this.#place = 'inside';
    return true;
  }

  #draw(): void {
    if (!this.#open || this.#offered === undefined) return;
    this.#card = this.#offered;
    this.#offered = undefined;
    this.#place = this.#draws;
    this.#loose = false;
  }
}
