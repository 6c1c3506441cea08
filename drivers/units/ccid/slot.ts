import { inspectAtr, parseAtr } from '../../../apdu/atr.ts';
import { SscardError } from '../../../apdu/errors.ts';
import type { Protocol } from '../../reader.ts';
import type { Talk } from '../../talk.ts';
import type { PoweredCard, UnitSlot } from '../unit.ts';
import type { Ask, ExchangeLevel, PinCommand } from './level.ts';
import { type CcidAnswer, powerOn, type Voltage } from './messages.ts';
import { ccidRefusal } from './refusal.ts';
import type { CcidAddress, CcidSession } from './session.ts';
import { isSilent } from './speeds.ts';

/** A slot of a model, as its manual has it. */
export interface SlotPlace extends CcidAddress, Omit<UnitSlot, 'chains'> {
  /** bStatus says whether a card is there. Else power on decides. */
  readonly tells: boolean;
}

/** Milliseconds to ask a slot what has become of its card. */
const LOOK_TIME = 50;

/**
 * One slot over messages. Each method is one conversation's work: what the unit properly says is returned, errors too; what breaks the
 * conversation is thrown.
 */
export class CcidSlot<E extends { readonly kind: string }> implements UnitSlot {
  readonly place: SlotPlace;
  readonly #session: CcidSession<E>;
  readonly #level: ExchangeLevel;
  readonly #voltages: readonly [Voltage, ...Voltage[]];
  /** What the unit said last; undefined: nobody knows. */
  #card: CcidAnswer['card'] | undefined;
  /** The one the card came up with. */
  #voltage: Voltage | undefined;

  /** @param voltages in the order they are tried */
  constructor(
    place: SlotPlace,
    session: CcidSession<E>,
    level: ExchangeLevel,
    voltages: readonly [Voltage, ...Voltage[]],
  ) {
    this.place = place;
    this.#session = session;
    this.#level = level;
    this.#voltages = voltages;
  }

  get index(): number {
    return this.place.index;
  }

  get kind(): 'card' | 'sam' {
    return this.place.kind;
  }

  get interface(): UnitSlot['interface'] {
    return this.place.interface;
  }

  get chains(): boolean {
    return this.#level.chains;
  }

  /** The conversation broke, or the card moved. */
  forget(): void {
    this.#card = undefined;
  }

  async presence(talk: Talk<E>): Promise<'present' | 'absent' | SscardError> {
    const answer = await this.#ask(talk)({ kind: 'slot-status' });
    if (answer.command === 'failed' && answer.card !== 'absent') return ccidRefusal(answer, 'act');
    return answer.card === 'absent' ? 'absent' : 'present';
  }

  async powerOn(talk: Talk<E>, how: 'cold' | 'warm', wanted: readonly Protocol[]): Promise<PoweredCard | SscardError> {
    const ask = this.#ask(talk);
    let bytes = await this.#reset(ask, how);
    for (let fast = true; !(bytes instanceof SscardError); fast = false) {
      const [fault] = inspectAtr(bytes).faults;
      if (fault !== undefined) return unresponsive(fault.reason);
      const protocol = await this.#level.settle(ask, parseAtr(bytes), wanted, fast);
      if (protocol instanceof SscardError) return protocol;
      if (protocol !== 'again') return { atr: bytes, protocol };
      bytes = await this.#reset(ask, 'cold');
    }
    return bytes;
  }

  async powerOff(talk: Talk<E>): Promise<SscardError | undefined> {
    const answer = await this.#ask(talk)({ kind: 'power-off' });
    return answer.command === 'failed' && answer.card !== 'absent' ? ccidRefusal(answer, 'act') : undefined;
  }

  /** @throws SscardError `card-mute`, `card-removed` (`unknown`): the answer is lost */
  transmit(talk: Talk<E>, command: Uint8Array): Promise<Uint8Array | SscardError> {
    return this.#explained(talk, () => this.#level.transmit(this.#ask(talk), command));
  }

  /** @param wait milliseconds for the person, and for the card after that */
  enterPin(talk: Talk<E>, pin: PinCommand, wait: number): Promise<Uint8Array | SscardError> {
    return this.#level.enterPin(this.#ask(talk, wait), pin);
  }

  #ask(talk: Talk<E>, wait?: number): Ask {
    return async (command) => {
      const limit = command.kind === 'secure' ? wait : undefined;
      const answer = await this.#session.ask(talk, this.place, command, limit);
      this.#card = answer.card;
      return answer;
    };
  }

  /** Cold, at the voltages that are tried one after the other; warm, at the one the card came up with. */
  async #reset(ask: Ask, how: 'cold' | 'warm'): Promise<Uint8Array | SscardError> {
    const warm = how === 'warm' && this.#voltage !== undefined && this.#card === 'active' ? this.#voltage : undefined;
    let refused: SscardError | undefined;
    for (const voltage of warm === undefined ? this.#voltages : [warm]) {
      if (warm === undefined && this.#card !== 'inactive') await ask({ kind: 'power-off' });
      const answer = await ask(powerOn(voltage));
      if (answer.command !== 'failed') {
        this.#voltage = voltage;
        return answer.data;
      }
      refused = ccidRefusal(answer, 'reset', !this.place.tells);
      if (answer.card === 'absent') break;
    }
    return refused as SscardError;
  }

  /** The answer to a card command is lost: the slot tells why, where there is time to ask it. */
  async #explained<T>(talk: Talk<E>, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!isSilent(error)) throw error;
      const late = talk.left() < LOOK_TIME;
      const answer = late ? undefined : await this.#session.ask(talk, this.place, { kind: 'slot-status' });
      const code = answer?.card === 'absent' ? 'card-removed' : 'card-mute';
      throw new SscardError(code, 'the answer of the card is lost', error.details, { cause: error });
    }
  }
}

function unresponsive(reason: string): SscardError {
  return new SscardError('card-unresponsive', 'what the card says after its reset is no ATR', { reason });
}
