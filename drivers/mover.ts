import type { Waiting } from './reader.ts';

/**
 * Where the card is in a unit that moves it. `front`: in the mouth, held or loose; `inside`: in the transport, not at contacts;
 * `contacts`: where it can be read; `rear`: at the other end.
 */
export type CardPosition = 'none' | 'front' | 'inside' | 'contacts' | 'rear';

/**
 * The motor of a unit. Movement is an act of its own: a channel to a card that is moved away is lost (`card-removed`).
 * All methods: default timeout 15,000 ms.
 * @throws SscardError `unit-refused` (`reason`: `jam`, `bin-full`, …), `unsupported` (the unit has no such place),
 * `unit-silent`, `reader-lost`, `cancelled`
 */
export interface CardMover {
  position(waiting?: Waiting): Promise<CardPosition>;
  /** Opens or closes the mouth for the next card. */
  admit(allowed: boolean, waiting?: Waiting): Promise<void>;
  /** Takes the card to a place inside. */
  move(to: 'inside' | 'contacts', waiting?: Waiting): Promise<void>;
  /** Gives the card back, to be taken at the front. */
  eject(waiting?: Waiting): Promise<void>;
  /** Keeps the card: into the bin. */
  retain(waiting?: Waiting): Promise<void>;
}
