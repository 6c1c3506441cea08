import type { CardPosition } from '../mover.ts';
import type { UnitListener } from './unit.ts';

/** Where the holder's card is in a unit that moves it, as its last answer said, and who is told when that changes. */
export class Whereabouts {
  readonly #listener: UnitListener;
  #position: CardPosition | undefined;
  /** The card in the mouth was given back: it is its holder's, until the mouth has been empty. */
  #given = false;

  constructor(listener: UnitListener) {
    this.#listener = listener;
  }

  get position(): CardPosition {
    return this.#position ?? 'none';
  }

  get atContacts(): boolean {
    return this.#position === 'contacts';
  }

  /** There is a card that a reset can bring to the contacts. */
  get present(): boolean {
    if (this.#position === 'front') return !this.#given;
    return this.#position === 'inside' || this.#position === 'contacts';
  }

  /** A card that leaves the contacts has left whoever talks to it, wherever it goes. */
  see(position: CardPosition, given = false): void {
    const [before, was] = [this.#position, this.present];
    this.#given = position === 'front' && (given || this.#given);
    this.#position = position;
    if (position !== before) this.#listener.moved(position);
    const left = before === 'contacts' && position !== 'contacts';
    if (left || (was && !this.present)) this.#listener.card(0, false);
    if (this.present && (left || !was)) this.#listener.card(0, true);
  }
}
