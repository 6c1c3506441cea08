import { basename } from 'node:path';
import { parseAtr } from '../../apdu/atr.ts';
import { SscardError } from '../../apdu/errors.ts';
import type { Protocol, Waiting } from '../reader.ts';
import type { PoweredCard, Unit, UnitListener, UnitProtocol, UnitSlot } from '../units/unit.ts';
import type { LibraryCall } from './calls.ts';
import { LibraryChild } from './child.ts';
import { type Act, CODE, libraryError } from './codes.ts';

/** Between two looks at the slots: a look is a call for each of them. */
const POLL = 300;
const OPEN_TIMEOUT = 15_000;
const LONGEST_ATR = 33;
const LONGEST_SHORT = 258;

/** A slot as the unit counts it, and the number the library has for it. */
export interface Seat {
  readonly slot: UnitSlot;
  readonly code: number;
}

export interface LibraryUnitOptions {
  readonly library: string;
  readonly seats: readonly Seat[];
  /** What the process runs; another one for tests that run the sources. */
  readonly program?: string;
}

/** A maker's library as a unit: opening it starts the process, and a process that ended is a unit that is gone. */
export function libraryProtocol({ library, seats, program }: LibraryUnitOptions): UnitProtocol {
  return {
    name: basename(library),
    poll: POLL,
    async open({ port }, listener, { timeout = OPEN_TIMEOUT, signal } = {}): Promise<Unit> {
      const gone = (cause: SscardError) => listener.gone(cause);
      const child = new LibraryChild({ library, gone, ...(program !== undefined && { program }) });
      const waiting: Waiting = { timeout, ...(signal !== undefined && { signal }) };
      const reply = await child.call({ kind: 'open', library, port }, waiting);
      if (reply.kind === 'returned' && reply.code >= 0) return new LibraryUnit(child, library, seats, listener);
      await child.end();
      throw libraryError('open', reply.kind === 'returned' ? reply.code : CODE.notSupported, port);
    },
  };
}

class LibraryUnit implements Unit {
  readonly identity: string;
  readonly slots: readonly UnitSlot[];
  readonly #child: LibraryChild;
  readonly #seats: readonly Seat[];
  readonly #listener: UnitListener;
  /** Slots that were given power, and the protocol of the card. */
  readonly #powered = new Map<number, Protocol>();
  #gone = false;

  constructor(child: LibraryChild, library: string, seats: readonly Seat[], listener: UnitListener) {
    this.#child = child;
    this.#seats = seats;
    this.#listener = listener;
    this.identity = basename(library);
    this.slots = seats.map(({ slot }) => slot);
  }

  async presence(slot: number, waiting: Waiting = {}): Promise<'present' | 'absent' | 'unknown'> {
    const reply = await this.#child.call({ kind: 'status', seat: this.#seat(slot) }, waiting);
    if (reply.kind === 'lacking') return this.#presenceByPower(slot, waiting);
    const { code } = reply;
    if (code >= 0) return 'present';
    if (code === CODE.noCard || code === CODE.parameter) return this.#empty(slot);
    if (code === CODE.connection || code === CODE.notOpen) throw this.#refusal('power-off', code);
    if (code !== CODE.noPower) return 'unknown';
    // A card that has lost the power we gave it is another one, or the same one put in again.
    if (this.#powered.has(slot)) this.#listener.card(slot, this.#empty(slot) !== 'absent');
    return 'present';
  }

  async powerOn(
    slot: number,
    how: 'cold' | 'warm',
    protocols: readonly Protocol[],
    waiting: Waiting = {},
  ): Promise<PoweredCard> {
    // The library has a cold reset only, and is free to leave a card alone that has power.
    if (how === 'cold' || this.#powered.has(slot)) await this.powerOff(slot, waiting);
    const { code, data } = await this.#call('power-on', { kind: 'power-on', seat: this.#seat(slot) }, waiting);
    if (code > LONGEST_ATR) throw this.#malformed(`an answer to reset of ${code} bytes`);
    const atr = data ?? new Uint8Array(0);
    const protocol = protocolOf(atr);
    if (!protocols.includes(protocol)) {
      throw new SscardError('card-unresponsive', `the card speaks ${protocol}`, { reason: 'protocol' });
    }
    this.#powered.set(slot, protocol);
    return { atr, protocol };
  }

  async powerOff(slot: number, waiting: Waiting = {}): Promise<void> {
    this.#powered.delete(slot);
    const reply = await this.#child.call({ kind: 'power-off', seat: this.#seat(slot) }, waiting);
    // A card that has no power any more has what was asked for.
    const lost = reply.kind === 'returned' && (reply.code === CODE.connection || reply.code === CODE.notOpen);
    if (lost) throw this.#refusal('power-off', reply.code);
  }

  async transmit(slot: number, command: Uint8Array, waiting: Waiting = {}): Promise<Uint8Array> {
    const sent = this.#powered.get(slot) === 'T=0' ? withoutLe(command) : command;
    const call: LibraryCall = { kind: 'transmit', seat: this.#seat(slot), command: sent };
    const { code, data } = await this.#call('transmit', call, waiting);
    if (data !== undefined && data.length === code && code >= 2 && (code <= LONGEST_SHORT || isExtended(command))) {
      return data;
    }
    throw this.#malformed(`an answer of ${code} bytes`);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#child.end();
  }

  /** For a library without a call for it: power decides. A card that has power has just answered. */
  async #presenceByPower(slot: number, waiting: Waiting): Promise<'present' | 'absent'> {
    if (this.#powered.has(slot)) return 'present';
    const seat = this.#seat(slot);
    const reply = await this.#child.call({ kind: 'power-on', seat }, waiting);
    if (reply.kind === 'lacking' || reply.code === CODE.noCard || reply.code === CODE.parameter) return 'absent';
    await this.powerOff(slot, waiting);
    return 'present';
  }

  #empty(slot: number): 'absent' {
    this.#powered.delete(slot);
    return 'absent';
  }

  #seat(slot: number): number {
    const seat = this.#seats.find((one) => one.slot.index === slot);
    if (seat === undefined) throw new RangeError(`no slot ${slot}`);
    return seat.code;
  }

  async #call(act: Act, call: LibraryCall, waiting: Waiting): Promise<{ code: number; data?: Uint8Array }> {
    const reply = await this.#child.call(call, waiting);
    const code = reply.kind === 'lacking' ? CODE.notSupported : reply.code;
    if (code < 0) throw this.#refusal(act, code);
    return reply as { code: number; data?: Uint8Array };
  }

  /** The library lost its unit: opened again it may find it. */
  #refusal(act: Act, code: number): SscardError {
    const error = libraryError(act, code, this.identity);
    if (error.code === 'reader-lost' && !this.#gone) {
      this.#gone = true;
      this.#listener.gone(error);
    }
    return error;
  }

  #malformed(message: string): SscardError {
    return new SscardError('answer-malformed', message, { place: this.identity, outcome: 'unknown' });
  }
}

/** @throws SscardError `card-unresponsive` for bytes that are no answer to reset */
function protocolOf(atr: Uint8Array): Protocol {
  try {
    return parseAtr(atr).defaultProtocol === 1 ? 'T=1' : 'T=0';
  } catch (cause) {
    throw new SscardError('card-unresponsive', 'no answer to reset', { reason: 'atr' }, { cause });
  }
}

/** On T=0 a command that has data goes without Le: the card says 61xx (iso7816.md 4), and the library is not known to cut it off. */
function withoutLe(command: Uint8Array): Uint8Array {
  const lc = command[4] ?? 0;
  return lc > 0 && command.length === 6 + lc ? command.subarray(0, 5 + lc) : command;
}

function isExtended(command: Uint8Array): boolean {
  return command.length > 5 && command[4] === 0;
}
