import { SscardError } from '../../apdu/errors.ts';
import type { Line } from '../line.ts';
import type { CardMover } from '../mover.ts';
import type { Protocol, Waiting } from '../reader.ts';
import type { Talk } from '../talk.ts';
import { assertShort, poweredCard } from './cards.ts';
import type { PoweredCard, Unit, UnitSlot } from './unit.ts';
import type { Whereabouts } from './whereabouts.ts';

/** A place to bring the card to. `eject`: in the mouth, to be taken; `retain`: in the bin. */
export type Destination = 'inside' | 'contacts' | 'eject' | 'retain';

/**
 * What is said on the line of one family of motor units. Refusals are returned; what is thrown has broken the conversation. Where
 * the card is, as answers tell it, goes to the `Whereabouts` of the unit.
 */
export interface MotorDialect<E> {
  /** Looks where the card is. */
  look(talk: Talk<E>): Promise<SscardError | undefined>;
  admit(talk: Talk<E>, allowed: boolean): Promise<SscardError | undefined>;
  move(talk: Talk<E>, to: Destination): Promise<SscardError | undefined>;
  /** @param wanted protocols of the caller */
  reset(
    talk: Talk<E>,
    slot: number,
    how: 'cold' | 'warm',
    wanted: readonly Protocol[],
  ): Promise<PoweredCard | SscardError>;
  /** @param others another slot has power */
  powerOff(talk: Talk<E>, slot: number, others: ReadonlySet<number>): Promise<void>;
  transmit(talk: Talk<E>, slot: number, protocol: Protocol, command: Uint8Array): Promise<Uint8Array | SscardError>;
}

export interface MotorUnitParts<E extends { readonly kind: string }> {
  readonly identity: string;
  /** With the slot of the holder's card. */
  readonly slots: number;
  /** False: the card is put in and taken out by hand. */
  readonly moves: boolean;
  readonly line: Line<E>;
  readonly dialect: MotorDialect<E>;
  readonly where: Whereabouts;
}

const POWER_TIMEOUT = 20_000;
const MOVE_TIMEOUT = 15_000;

/** A card unit with a motor and SAM sockets; its family is the dialect. */
export class MotorUnit<E extends { readonly kind: string }> implements Unit {
  readonly identity: string;
  readonly slots: readonly UnitSlot[];
  readonly mover?: CardMover;
  readonly #line: Line<E>;
  readonly #dialect: MotorDialect<E>;
  readonly #where: Whereabouts;
  /** Slots whose card has power, with its protocol. */
  readonly #powered = new Map<number, Protocol>();

  constructor({ identity, slots, moves, line, dialect, where }: MotorUnitParts<E>) {
    this.identity = identity;
    this.#line = line;
    this.#dialect = dialect;
    this.#where = where;
    // Some members hand 61xx up (iso7816.md, levels of APDU exchange); following it where the unit did already changes nothing.
    this.slots = Array.from({ length: slots }, (_, index) => ({
      index,
      kind: index === 0 ? 'card' : 'sam',
      interface: 'contact',
      chains: false,
    }));
    if (moves) this.mover = this.#makeMover();
  }

  async presence(slot: number, waiting: Waiting = {}): Promise<'present' | 'absent' | 'unknown'> {
    if (slot !== 0) return 'unknown';
    await this.#run(waiting, (talk) => this.#dialect.look(talk));
    return this.#where.present ? 'present' : 'absent';
  }

  async powerOn(
    slot: number,
    how: 'cold' | 'warm',
    protocols: readonly Protocol[],
    waiting: Waiting = {},
  ): Promise<PoweredCard> {
    const { atr, protocol } = await this.#run({ timeout: POWER_TIMEOUT, ...waiting }, (talk) =>
      this.#powerOn(talk, slot, how, protocols),
    );
    return poweredCard(atr, protocol, protocols);
  }

  async powerOff(slot: number, waiting: Waiting = {}): Promise<void> {
    await this.#run(waiting, (talk) => this.#powerOff(talk, slot));
  }

  async transmit(slot: number, command: Uint8Array, waiting: Waiting = {}): Promise<Uint8Array> {
    assertShort(command);
    return this.#run(waiting, async (talk) => {
      const protocol = this.#powered.get(slot);
      if (protocol === undefined || !this.#has(slot)) return this.#unpowered(slot);
      const answer = await this.#dialect.transmit(talk, slot, protocol, command);
      return answer instanceof SscardError ? this.#explained(talk, slot, answer, 'card-removed') : answer;
    });
  }

  /** The unit began anew: no card has power. */
  restarted(): void {
    this.#powered.clear();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#line.close();
  }

  async #powerOn(
    talk: Talk<E>,
    slot: number,
    how: 'cold' | 'warm',
    protocols: readonly Protocol[],
  ): Promise<PoweredCard | SscardError> {
    const on = this.#has(slot);
    const error = slot === 0 && !on ? await this.#bring(talk) : undefined;
    if (error !== undefined) return error;
    this.#powered.delete(slot);
    const card = await this.#dialect.reset(talk, slot, on ? how : 'cold', protocols);
    if (card instanceof SscardError) return this.#explained(talk, slot, card, 'no-card');
    this.#powered.set(slot, card.protocol);
    return card;
  }

  /** To the contacts, from wherever a card that was not given back is. */
  async #bring(talk: Talk<E>): Promise<SscardError | undefined> {
    const error = await this.#dialect.look(talk);
    if (error !== undefined) return error;
    if (!this.#where.present) return new SscardError('no-card', 'no card in the unit', { outcome: 'not-done' });
    return this.#where.atContacts ? undefined : this.#dialect.move(talk, 'contacts');
  }

  async #powerOff(talk: Talk<E>, slot: number): Promise<void> {
    if (!this.#has(slot)) return;
    this.#powered.delete(slot);
    await this.#dialect.powerOff(talk, slot, new Set(this.#powered.keys()));
  }

  /** A card that was pulled is one that is mute, to some units: where it is, is asked. */
  async #explained(
    talk: Talk<E>,
    slot: number,
    refusal: SscardError,
    code: 'card-removed' | 'no-card',
  ): Promise<SscardError> {
    const { outcome } = refusal.details;
    // A card that broke off has no power any more (readers.md 6, errors 63 and 64): it is reset before anything else.
    if (outcome !== 'not-done') this.#powered.delete(slot);
    if (slot !== 0 || (await this.#dialect.look(talk)) !== undefined || this.#where.atContacts) return refusal;
    return new SscardError(code, 'the card is gone', refusal.details, { cause: refusal });
  }

  #has(slot: number): boolean {
    return this.#powered.has(slot) && (slot !== 0 || this.#where.atContacts);
  }

  #unpowered(slot: number): SscardError {
    const left = slot === 0 && !this.#where.atContacts;
    const code = left ? 'card-removed' : 'card-reset';
    return new SscardError(code, 'the card has no power', { outcome: 'not-done' });
  }

  #makeMover(): CardMover {
    const act = (waiting: Waiting | undefined, work: (talk: Talk<E>) => Promise<SscardError | undefined>) =>
      this.#run({ timeout: MOVE_TIMEOUT, ...waiting }, work);
    const move = (to: Destination, waiting: Waiting | undefined) =>
      act(waiting, async (talk) => {
        // Its contacts are not torn from it.
        await this.#powerOff(talk, 0);
        return this.#dialect.move(talk, to);
      });
    return {
      position: async (waiting) => {
        await act(waiting, (talk) => this.#dialect.look(talk));
        return this.#where.position;
      },
      admit: (allowed, waiting) => act(waiting, (talk) => this.#dialect.admit(talk, allowed)),
      move,
      eject: (waiting) => move('eject', waiting),
      retain: (waiting) => move('retain', waiting),
    };
  }

  /** What the unit properly said, errors too, has not broken the conversation. */
  async #run<T>(waiting: Waiting, work: (talk: Talk<E>) => Promise<T | SscardError>): Promise<T> {
    const result = await this.#line.run(waiting, work);
    if (result instanceof SscardError) throw result;
    return result as T;
  }
}
