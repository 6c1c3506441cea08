import { SscardError } from '../../../apdu/errors.ts';
import type { Framer } from '../../framer.ts';
import { Line } from '../../line.ts';
import type { PortSettings } from '../../port.ts';
import type { Protocol, Waiting } from '../../reader.ts';
import type { Talk } from '../../talk.ts';
import { frameTime } from '../timing.ts';
import type { PoweredCard, Unit, UnitListener, UnitPlace, UnitSlot } from '../unit.ts';
import { longestMessage } from './carriage.ts';
import type { ExchangeLevel } from './level.ts';
import type { Voltage } from './messages.ts';
import { part10Features, part10Properties, part10Request } from './part10.ts';
import { type PinQuirks, pinEntry } from './pin-entry.ts';
import { type Carrier, CcidSession } from './session.ts';
import { CcidSlot, type SlotPlace } from './slot.ts';

/** Marks and check around a message, of any carrier. */
const AROUND = 3;
/** Questions who it is, to a unit that was there before. */
const PATIENCE = 3;

/** What is known of a unit once it has said who it is. */
export interface CcidAcquaintance {
  readonly identity: string;
  readonly slots: readonly SlotPlace[];
  /** It has keys of its own, and these manners with them. */
  readonly pad?: PinQuirks;
}

/** CCID on one kind of line. */
export interface CcidForm<E extends { readonly kind: string }> {
  readonly settings: PortSettings;
  readonly framer: Framer<E>;
  readonly carrier: Carrier<E>;
  /** In the order they are tried. */
  readonly voltages: readonly [Voltage, ...Voltage[]];
  level(): ExchangeLevel;
  /** Cards that came and went, as the unit says unasked, by bSlot. */
  moves(event: E): readonly { readonly slot: number; readonly present: boolean }[];
  /**
   * Finds the unit at one of its speeds, and makes it ready. Also after a broken conversation.
   * @param tries so often at the speed of the line, before others
   */
  acquaint(talk: Talk<E>, session: CcidSession<E>, tries: number): Promise<CcidAcquaintance>;
}

/** @throws SscardError what the port throws, `unit-silent` */
export async function openCcidUnit<E extends { readonly kind: string }>(
  form: CcidForm<E>,
  place: UnitPlace,
  listener: UnitListener,
  waiting: Waiting = {},
): Promise<Unit> {
  let unit: CcidUnit<E> | undefined;
  const session = new CcidSession(form.carrier, () => {
    line.counts.stale++;
  });
  const line: Line<E> = await Line.open(
    place.ports,
    place.port,
    form.settings,
    {
      framer: form.framer,
      frameTime: (baud) => frameTime(longestMessage + AROUND, baud),
      unasked: (event) => {
        const moves = form.moves(event);
        for (const { slot, present } of moves) unit?.moved(slot, present, listener);
        // The command that is on its way has to hear it, too.
        return moves.length > 0 && !session.busy;
      },
      stop: (talk) => session.stop(talk),
      recover: async (talk) => {
        unit?.forget();
        await form.acquaint(talk, session, PATIENCE);
      },
      gone: (cause) => listener.gone(cause),
    },
    waiting,
  );
  try {
    const known = await line.run(waiting, (talk) => form.acquaint(talk, session, 1));
    const slots = known.slots.map((one) => new CcidSlot(one, session, form.level(), form.voltages));
    unit = new CcidUnit(line, known, slots);
    return unit;
  } catch (error) {
    await line.close();
    throw error;
  }
}

class CcidUnit<E extends { readonly kind: string }> implements Unit {
  readonly identity: string;
  readonly slots: readonly UnitSlot[];
  readonly control?: NonNullable<Unit['control']>;
  readonly #line: Line<E>;
  readonly #slots: readonly CcidSlot<E>[];

  constructor(line: Line<E>, { identity, pad }: CcidAcquaintance, slots: readonly CcidSlot<E>[]) {
    this.#line = line;
    this.identity = identity;
    this.#slots = slots;
    this.slots = slots.map(({ index, kind, interface: face, chains }) => ({ index, kind, interface: face, chains }));
    if (pad !== undefined) this.control = (slot, code, data, waiting) => this.#control(pad, slot, code, data, waiting);
  }

  async presence(slot: number, waiting: Waiting = {}): Promise<'present' | 'absent' | 'unknown'> {
    const { place } = this.#slot(slot);
    return place.tells ? this.#run(waiting, (talk) => this.#slot(slot).presence(talk)) : 'unknown';
  }

  powerOn(
    slot: number,
    how: 'cold' | 'warm',
    protocols: readonly Protocol[],
    waiting: Waiting = {},
  ): Promise<PoweredCard> {
    return this.#run(waiting, (talk) => this.#slot(slot).powerOn(talk, how, protocols));
  }

  powerOff(slot: number, waiting: Waiting = {}): Promise<void> {
    return this.#run(waiting, (talk) => this.#slot(slot).powerOff(talk));
  }

  transmit(slot: number, command: Uint8Array, waiting: Waiting = {}): Promise<Uint8Array> {
    return this.#run(waiting, (talk) => this.#slot(slot).transmit(talk, command));
  }

  /** A card came or went by itself. */
  moved(slot: number, present: boolean, listener: UnitListener): void {
    for (const one of this.#slots) {
      if (one.place.slot !== slot || !one.place.tells) continue;
      one.forget();
      listener.card(one.index, present);
    }
  }

  /** Nobody knows what is in the slots. */
  forget(): void {
    for (const slot of this.#slots) slot.forget();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#line.close();
  }

  async #control(
    quirks: PinQuirks,
    slot: number,
    code: number,
    data: Uint8Array,
    { timeout = 0, signal }: Waiting = {},
  ): Promise<Uint8Array> {
    const request = part10Request(code);
    if (request === 'features') return part10Features();
    if (request === 'properties') return part10Properties(quirks.validation);
    const entry = pinEntry(request, data, quirks);
    const waiting = { timeout: Math.max(timeout, entry.wait), ...(signal !== undefined && { signal }) };
    return this.#run(waiting, (talk) => this.#slot(slot).enterPin(talk, entry, entry.wait));
  }

  #slot(index: number): CcidSlot<E> {
    const slot = this.#slots.find((one) => one.index === index);
    if (slot === undefined) throw new RangeError(`no slot ${index}`);
    return slot;
  }

  /** What the unit properly said, errors too, has not broken the conversation. */
  async #run<T>(waiting: Waiting, work: (talk: Talk<E>) => Promise<T | SscardError>): Promise<T> {
    const result = await this.#line.run(waiting, work);
    if (result instanceof SscardError) throw result;
    return result as T;
  }
}
