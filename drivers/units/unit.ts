import type { CardMover, CardPosition } from '../mover.ts';
import type { Ports } from '../port.ts';
import type { CardInterface, Protocol, Waiting } from '../reader.ts';

/**
 * What a unit is: one device on one port, with one or more slots, that carries APDUs. `UnitReaders` makes `Readers` and
 * channels of it; a unit itself knows its protocol, and nothing of channels, of who waits for a card, or of what a card is.
 *
 * Rules every unit keeps:
 * - one command on the line at a time, whatever the number of slots (`Line`);
 * - what is sent again is a frame that the unit said it did not take, or what the protocol says the unit answers again from its
 *   buffer. A card command whose answer is lost ends with `outcome: 'unknown'`;
 * - a card that is gone is `card-removed`, a card that does not answer `card-mute`, a unit that does not answer `unit-silent`.
 */
export interface Unit extends AsyncDisposable {
  /** What the unit calls itself: firmware text, printable. */
  readonly identity: string;
  readonly slots: readonly UnitSlot[];
  /** Absent: the unit cannot move cards. */
  readonly mover?: CardMover;
  /** What is in a slot. `unknown`: the socket cannot tell; power on decides. */
  presence(slot: number, waiting?: Waiting): Promise<'present' | 'absent' | 'unknown'>;
  /**
   * Cold: power off and on. Warm: reset line only, where the unit can; else cold.
   * @throws SscardError `no-card`, `card-unresponsive` (with the unit's own code as `reason`), `unit-silent`, `reader-lost`
   */
  powerOn(slot: number, how: 'cold' | 'warm', protocols: readonly Protocol[], waiting?: Waiting): Promise<PoweredCard>;
  /** @throws SscardError as `powerOn`; a card that is gone is no error */
  powerOff(slot: number, waiting?: Waiting): Promise<void>;
  /**
   * An APDU to a powered card. Default timeout 20,000 ms. `command` is the unit's own copy.
   * @returns at least two bytes
   */
  transmit(slot: number, command: Uint8Array, waiting?: Waiting): Promise<Uint8Array>;
  /** PC/SC part 10 and escape, where the unit has them. @throws SscardError `unsupported` */
  control?(slot: number, code: number, data: Uint8Array, waiting?: Waiting): Promise<Uint8Array>;
}

/** One slot of a unit. */
export interface UnitSlot {
  /** As the reader address counts them: 0 is the slot for the holder's card, 1 the first SAM socket. */
  readonly index: number;
  readonly kind: 'card' | 'sam';
  readonly interface: CardInterface;
  /** The unit follows 61xx and 6Cxx by itself. */
  readonly chains: boolean;
}

/** A card with power. */
export interface PoweredCard {
  readonly atr: Uint8Array;
  /** The one that runs now. */
  readonly protocol: Protocol;
}

/** What a unit says unasked. */
export interface UnitListener {
  /** A card came or went, as the unit noticed it. */
  card(slot: number, present: boolean): void;
  /** The card in the transport moved. */
  moved(position: CardPosition): void;
  /** The port is gone; said once. Everything pending has been rejected with `reader-lost`. */
  gone(cause: unknown): void;
}

/** Where a unit is, and what the caller knows about it. */
export interface UnitPlace {
  readonly ports: Ports;
  /** Port name as `ports` knows it. */
  readonly port: string;
  /** Speed to begin with. Default: the protocol's own, and its search where it has one. */
  readonly baud?: number;
  /** Settings of the protocol, as the reader address has them (`addr=5`, `slots=5`). */
  readonly options?: ReadonlyMap<string, string>;
}

/** One protocol. */
export interface UnitProtocol {
  /** As in the reader address: `ccid-gemplus`, `alpar`, … */
  readonly name: string;
  /** Milliseconds between two looks at a slot whose coming and going the unit does not tell by itself; undefined: it does. */
  readonly poll?: number;
  /**
   * Opens the port and makes the unit's acquaintance. Sends to this unit only, since the caller named it.
   * @throws SscardError what the port throws, `unit-silent` (nothing answered), `address-malformed` (an option)
   */
  open(place: UnitPlace, listener: UnitListener, waiting?: Waiting): Promise<Unit>;
}
