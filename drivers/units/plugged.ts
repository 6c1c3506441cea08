import { SscardError } from '../../apdu/errors.ts';
import type { Channel, Protocol, ReaderEvent, SlotState, WaitForCardOptions, Waiting } from '../reader.ts';
import { UnitChannel } from './channel.ts';
import { seatsOf, type UnitSeat } from './slots.ts';
import type { Unit, UnitListener, UnitPlace, UnitProtocol } from './unit.ts';

const BOTH: readonly Protocol[] = ['T=0', 'T=1'];

/** Who is told what happens in a plugged unit. */
export interface PluggedListener {
  tell(event: ReaderEvent): void;
  gone(): void;
}

/** A unit from the opening of its port to the loss of it: its slots, what is in them, and the channels to that. */
export class PluggedUnit implements AsyncDisposable {
  readonly unit: Unit;
  readonly protocol: UnitProtocol;
  readonly seats: readonly UnitSeat[];
  readonly #listener: PluggedListener;
  readonly #channels = new Map<UnitSeat, UnitChannel>();

  private constructor(unit: Unit, protocol: UnitProtocol, seats: readonly UnitSeat[], listener: PluggedListener) {
    this.unit = unit;
    this.protocol = protocol;
    this.seats = seats;
    this.#listener = listener;
  }

  /**
   * @param only the index of the one slot that is meant; undefined: all
   * @throws SscardError what `protocol.open` throws, `reader-not-found` (no such slot)
   */
  static async open(
    protocol: UnitProtocol,
    place: UnitPlace,
    only: number | undefined,
    listener: PluggedListener,
    waiting: Waiting,
  ): Promise<PluggedUnit> {
    let plugged: PluggedUnit | undefined;
    let lost = false;
    const unitListener: UnitListener = {
      card: (index, present) => plugged?.note(index, present),
      moved: (position) => {
        const seat = plugged?.seats.find(({ slot }) => slot.kind === 'card');
        if (seat !== undefined) listener.tell({ type: 'card-moved', name: seat.name, position });
      },
      gone: () => {
        lost = true;
        plugged?.lose();
        listener.gone();
      },
    };
    const unit = await protocol.open(place, unitListener, waiting);
    const seats = seatsOf(`${place.port} ${protocol.name}`, unit.slots);
    const meant = only === undefined ? seats : seats.filter(({ slot }) => slot.index === only);
    if (meant.length === 0) {
      await unit[Symbol.asyncDispose]();
      const choices = seats.map(({ slot }) => String(slot.index));
      throw new SscardError('reader-not-found', `no slot ${only}`, { place: place.port, choices });
    }
    if (lost) throw new SscardError('reader-lost', 'the port was lost while it was opened', { place: place.port });
    plugged = new PluggedUnit(unit, protocol, meant, listener);
    return plugged;
  }

  /** The port is gone. */
  lose(): void {
    for (const channel of this.#channels.values()) channel.lose('reader-lost');
  }

  /** What somebody who comes now has to know. */
  events(): readonly ReaderEvent[] {
    return this.seats.flatMap((seat): readonly ReaderEvent[] => {
      const attached: ReaderEvent = { type: 'reader-attached', slot: seat.empty() };
      return seat.present ? [attached, { type: 'card-inserted', slot: this.#state(seat) }] : [attached];
    });
  }

  /** A card came or went, as unit, command or look found out. */
  note(index: number, present: boolean): void {
    const seat = this.seats.find(({ slot }) => slot.index === index);
    if (seat === undefined || seat.present === present) return;
    seat.present = present;
    if (!present) this.#channels.get(seat)?.lose('card-removed');
    if (present) this.#listener.tell({ type: 'card-inserted', slot: this.#state(seat) });
    else this.#listener.tell({ type: 'card-removed', name: seat.name });
  }

  /**
   * Looks into every slot that can tell, but not where a card has just answered.
   * @param recent milliseconds
   */
  async look(recent: number, waiting: Waiting): Promise<void> {
    for (const seat of this.seats) {
      const heard = this.#channels.get(seat)?.heard ?? -Infinity;
      if (performance.now() - heard < recent) continue;
      const presence = await this.unit.presence(seat.slot.index, waiting);
      if (presence !== 'unknown') this.note(seat.slot.index, presence === 'present');
    }
  }

  /** What is in a slot now. A socket that cannot tell is given power for a moment. */
  async state(seat: UnitSeat, waiting: Waiting): Promise<SlotState> {
    const { index } = seat.slot;
    if (this.#channels.has(seat)) return this.#state(seat);
    const presence = await this.unit.presence(index, waiting);
    if (presence !== 'unknown') {
      this.note(index, presence === 'present');
      return this.#state(seat);
    }
    try {
      const { atr } = await this.unit.powerOn(index, 'cold', BOTH, waiting);
      await this.unit.powerOff(index, waiting);
      return { ...seat.empty(), state: 'present', atr };
    } catch (error) {
      if (isCode(error, 'no-card')) return seat.empty();
      if (isCode(error, 'card-unresponsive', 'card-mute')) return { ...seat.empty(), state: 'mute' };
      throw error;
    }
  }

  /**
   * Connects to the first of these slots that has a card.
   * @returns nothing where none has, or it left meanwhile
   * @throws SscardError `card-in-use`, `card-unresponsive`, `unit-silent`, `cancelled`
   */
  async connect(seats: readonly UnitSeat[], options: WaitForCardOptions): Promise<Channel | undefined> {
    for (const seat of seats) {
      const place = seat.name;
      if (this.#channels.has(seat)) throw new SscardError('card-in-use', 'a channel to this card is open', { place });
      try {
        const presence = await this.unit.presence(seat.slot.index, options);
        if (presence !== 'absent') return await this.#connectTo(seat, options);
      } catch (error) {
        if (!isCode(error, 'no-card', 'card-removed', 'reader-lost')) throw error;
      }
      this.note(seat.slot.index, false);
    }
    return undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#channels.values()].map((channel) => channel.close()));
    await this.unit[Symbol.asyncDispose]();
  }

  async #connectTo(seat: UnitSeat, options: WaitForCardOptions): Promise<Channel> {
    const { slot, name } = seat;
    const { protocols = BOTH } = options;
    const card = await this.unit.powerOn(slot.index, 'cold', protocols, options);
    const channel: UnitChannel = new UnitChannel({
      unit: this.unit,
      slot,
      name,
      card,
      protocols,
      onRemoved: () => this.note(slot.index, false),
      onClosed: () => {
        if (this.#channels.get(seat) === channel) this.#channels.delete(seat);
      },
    });
    this.#channels.set(seat, channel);
    this.note(slot.index, true);
    return channel;
  }

  #state(seat: UnitSeat): SlotState {
    if (this.#channels.has(seat)) return { ...seat.empty(), state: 'present', inUse: 'exclusive' };
    return seat.present ? { ...seat.empty(), state: 'present' } : seat.empty();
  }
}

function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof SscardError && codes.includes(error.code);
}
