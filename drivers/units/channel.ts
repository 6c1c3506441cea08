import { type ErrorDetails, SscardError } from '../../apdu/errors.ts';
import type { Channel, ChannelFeature, Ending, Protocol, Waiting } from '../reader.ts';
import { Turns } from '../turns.ts';
import type { PoweredCard, Unit, UnitSlot } from './unit.ts';

const SHORTEST_COMMAND = 4;
const CLOSE_TIMEOUT = 5_000;

/** After these nobody knows the state of the card, or there is none: nothing more is sent through this connection. */
const FATAL = new Set([
  'cancelled',
  'card-mute',
  'card-protocol',
  'card-removed',
  'card-unresponsive',
  'no-card',
  'reader-lost',
  'unit-silent',
]);

export interface UnitChannelParts {
  readonly unit: Unit;
  readonly slot: UnitSlot;
  readonly name: string;
  readonly card: PoweredCard;
  readonly protocols: readonly Protocol[];
  /** A command found out that the card is gone. */
  readonly onRemoved: () => void;
  readonly onClosed: () => void;
}

/** A connection to one card in one slot of a unit. See `Channel` for the rules it keeps. */
export class UnitChannel implements Channel {
  readonly slot: string;
  readonly chains: boolean;
  readonly lacks: ReadonlySet<ChannelFeature>;
  readonly #parts: UnitChannelParts;
  /** An APDU may be several conversations on the line; those of two APDUs to one card must not mix. */
  readonly #turns = new Turns();
  #card: PoweredCard;
  /** Why nothing can be sent any more. */
  #end: SscardError | undefined;
  #closing: Promise<void> | undefined;
  #heard = performance.now();

  constructor(parts: UnitChannelParts) {
    this.#parts = parts;
    this.#card = parts.card;
    this.slot = parts.name;
    this.chains = parts.slot.chains;
    // Nobody else is on the port: every channel is exclusive, and a transaction has nobody to keep out.
    this.lacks = new Set(['attributes', 'shared', ...(parts.unit.control === undefined ? ['control' as const] : [])]);
  }

  get atr(): Uint8Array {
    return this.#card.atr;
  }

  get protocol(): Protocol {
    return this.#card.protocol;
  }

  /** When the card was last heard of, on the steady clock. */
  get heard(): number {
    return this.#heard;
  }

  async transmit(command: Uint8Array, options: Waiting = {}): Promise<Uint8Array> {
    if (command.length < SHORTEST_COMMAND) {
      const message = `a command of ${command.length} bytes`;
      throw new SscardError('command-malformed', message, { offset: command.length, outcome: 'not-done' });
    }
    // It may carry a PIN, and the caller may wipe its bytes before our turn comes.
    const sent = new Uint8Array(command);
    const { unit, slot } = this.#parts;
    try {
      const answer = await this.#inTurn(options, () => unit.transmit(slot.index, sent, options));
      if (answer.length >= 2) return answer;
      throw this.#die(new SscardError('card-removed', `an answer of ${answer.length} bytes`, { outcome: 'unknown' }));
    } finally {
      sent.fill(0);
    }
  }

  async transaction<T>(ending: Ending, work: () => Promise<T>): Promise<T> {
    this.#assertAlive();
    let failed = true;
    try {
      const result = await work();
      failed = false;
      return result;
    } finally {
      await this.#endTransaction(failed ? 'reset' : ending);
    }
  }

  async reset(kind: 'warm' | 'cold', options: Waiting = {}): Promise<Uint8Array> {
    const { unit, slot, protocols } = this.#parts;
    this.#card = await this.#inTurn(options, () => unit.powerOn(slot.index, kind, protocols, options));
    return this.#card.atr;
  }

  control(code: number, data: Uint8Array, options: Waiting = {}): Promise<Uint8Array> {
    const { unit, slot } = this.#parts;
    const copy = new Uint8Array(data);
    return this.#inTurn(options, async () => {
      if (unit.control === undefined) throw unsupported('control', this.slot);
      return unit.control(slot.index, code, copy, options);
    });
  }

  async attribute(): Promise<Uint8Array> {
    throw unsupported('attributes', this.slot);
  }

  /** The card is gone, or its unit: said by the unit, not found out by a command. */
  lose(code: 'card-removed' | 'reader-lost'): void {
    this.#die(new SscardError(code, 'gone'));
  }

  close(ending: Ending = 'reset'): Promise<void> {
    this.#closing ??= this.#close(ending);
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(ending: Ending): Promise<void> {
    const turn = this.#turns.take();
    if (turn) await turn;
    const gone = this.#end?.code === 'card-removed' || this.#end?.code === 'reader-lost';
    this.#end ??= new SscardError('channel-closed', 'the connection was closed');
    this.#turns.leave();
    try {
      if (!gone) await this.#release(ending);
    } catch (error) {
      // With the card or the unit gone there is nothing left to end.
      if (!(error instanceof SscardError && FATAL.has(error.code))) throw error;
    } finally {
      this.#parts.onClosed();
    }
  }

  /** Without power no right is left; the next one who connects gives it power again. */
  async #release(ending: Ending): Promise<void> {
    if (ending === 'leave') return;
    const { unit, slot } = this.#parts;
    await unit.powerOff(slot.index, { timeout: CLOSE_TIMEOUT });
    if (ending === 'eject' && slot.kind === 'card') await unit.mover?.eject();
  }

  async #endTransaction(ending: Ending): Promise<void> {
    if (this.#end || ending === 'leave') return;
    try {
      await this.reset(ending === 'reset' ? 'warm' : 'cold');
    } catch (error) {
      // The right is gone with the card; the next call tells the caller.
      if (!(error instanceof SscardError && FATAL.has(error.code))) throw error;
    }
  }

  async #inTurn<T>(options: Waiting, work: () => Promise<T>): Promise<T> {
    const turn = this.#turns.take(options.signal);
    if (turn) await turn;
    try {
      this.#assertAlive();
      const result = await work();
      this.#heard = performance.now();
      return result;
    } catch (error) {
      throw this.#judge(error);
    } finally {
      this.#turns.leave();
    }
  }

  /** Names the slot, and notes when this was the last command. */
  #judge(error: unknown): unknown {
    if (!(error instanceof SscardError)) return error;
    const begun = error.details.outcome !== 'not-done';
    if (begun && FATAL.has(error.code)) return this.#die(error);
    return placed(error, this.slot);
  }

  #die(error: SscardError): SscardError {
    const told = placed(error, this.slot);
    const news = this.#end === undefined;
    this.#end ??= placed(error, this.slot, 'not-done');
    if (news && told.code === 'card-removed') this.#parts.onRemoved();
    return told;
  }

  #assertAlive(): void {
    // A new error each time: its stack tells who asked.
    if (this.#end) throw placed(this.#end, this.slot);
  }
}

/** A power-on that found no card is a card that was pulled: a channel belongs to one insertion. */
function placed({ code, message, details, cause }: SscardError, place: string, outcome?: 'not-done'): SscardError {
  const told: ErrorDetails = { ...details, place, ...(outcome !== undefined && { outcome }) };
  return new SscardError(code === 'no-card' ? 'card-removed' : code, message, told, { cause });
}

function unsupported(what: string, place: string): SscardError {
  return new SscardError('unsupported', `this unit has no ${what}`, { place, outcome: 'not-done' });
}
