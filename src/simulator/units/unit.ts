import type { VirtualCard } from '../readers.ts';
import type { LineForm, Wire, WireDevice } from '../wire/wire.ts';
import { Mischief, type UnitOrder } from './mischief.ts';
import type { Seat } from './seat.ts';
import { Station } from './station.ts';

/** What is in an emulated unit from the start. */
export interface UnitSeats {
  /** In the slot of the holder's card; a unit that moves cards has it in its mouth. */
  readonly card?: VirtualCard;
  /** In the SAM sockets, the first one first; a hole is an empty socket. */
  readonly sams?: readonly (VirtualCard | undefined)[];
}

/** A unit from plug in to unplugging, as its line sees it. */
export interface UnitLink {
  /** Bytes from the host. */
  receive(bytes: Uint8Array): void;
  /** A frame that has begun is forgotten. */
  stop(): void;
  /** The holder's card came or went; a unit that does not tell has none of this. */
  moved?(present: boolean): void;
}

/**
 * A reader unit seen from its own side: what is on the wire, the hand that brings the card, and what it is to do wrong. Plugged in
 * again, it is as after power on; cards stay where they are.
 */
export abstract class EmulatedUnit implements WireDevice {
  abstract readonly line: LineForm;
  protected readonly mischief = new Mischief();
  #station: Station | undefined;
  #link: UnitLink | undefined;

  /** Every seat that may have power. */
  protected abstract get seats(): readonly Seat[];
  /** Power on. */
  protected abstract begin(station: Station): UnitLink;
  /** Puts a card in, or the last one again; nothing happens where one is in. A closed mouth takes it when it opens. */
  abstract insert(card?: VirtualCard): void;
  /** Takes the card out by hand. Its rights are lost, what is stored stays. */
  abstract remove(): void;

  attach(wire: Wire): void {
    this.#station = new Station(wire, this.mischief);
    this.#link = this.begin(this.#station);
  }

  receive(bytes: Uint8Array): void {
    this.#link?.receive(bytes);
  }

  detach(): void {
    this.#link?.stop();
    this.#link = undefined;
    this.#station?.leave();
    for (const seat of this.seats) seat.powerOff();
  }

  /** Misbehaviour on order. */
  misbehave(...orders: readonly UnitOrder[]): void {
    this.mischief.order(...orders);
  }

  /** The unit notices it, when it has power. */
  protected moved(present: boolean): void {
    this.#link?.moved?.(present);
  }
}
