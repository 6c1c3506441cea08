import type { VirtualCard } from '../readers.ts';
import type { WireDevice } from '../wire/wire.ts';
import type { Order } from './mischief.ts';

/** What is in an emulated unit when it gets power. */
export interface Seats {
  /** In the slot of the holder's card; a unit that moves cards has it in its mouth. */
  readonly card?: VirtualCard;
  /** In the SAM sockets, the first one first; a hole is an empty socket. */
  readonly sams?: readonly (VirtualCard | undefined)[];
}

/** A reader unit seen from its own side: what is on the wire, the hand that brings the card, and what it is to do wrong. */
export interface EmulatedUnit extends WireDevice {
  /** Puts a card in, or the last one again; nothing happens where one is in already, or a closed mouth takes none. */
  insert(card?: VirtualCard): void;
  /** Takes the card out by hand. Its rights are lost, what is stored stays. */
  remove(): void;
  /** Misbehaviour on order. */
  misbehave(...orders: readonly Order[]): void;
}
