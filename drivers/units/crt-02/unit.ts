import { SscardError } from '../../../apdu/errors.ts';
import type { Protocol, Waiting } from '../../reader.ts';
import type { Talk } from '../../talk.ts';
import { isNotTaken } from '../acknowledged.ts';
import type { Destination } from '../motor.ts';
import { type MotorAcquaintance, openMotorUnit } from '../motor-open.ts';
import { numbers, readOptions } from '../options.ts';
import { refusalError, refusals } from '../refusals.ts';
import type { PoweredCard, Unit, UnitListener, UnitPlace, UnitProtocol } from '../unit.ts';
import type { Whereabouts } from '../whereabouts.ts';
import type { Crt02Contacts } from './commands.ts';
import * as commands from './commands.ts';
import { type Crt02Event, crt02Framer } from './framer.ts';
import { type Asking, type Crt02Form, Crt02Link } from './link.ts';
import { type Crt02Policy, crt02Policy, FAILED, LACKING } from './policy.ts';

const OPTIONS = {
  /** The slot of the card, and PSAM sockets; the manual has eight. */
  slots: numbers(1, 9),
  motor: ['yes', 'no'],
  enq: ['yes', 'no'],
  /** A result in front of every answer, as a published HID unit has it. */
  head: ['yes', 'no'],
} as const;

const AFTER_MOVE = { inside: 'inside', contacts: 'contacts', eject: 'front', retain: 'none' } as const;
/** A PSAM socket cannot tell: what does not come up is not there. */
const EMPTY_SOCKET = refusals([[FAILED], 'absent', 'failed']);
const POLL = 250;

/**
 * Units with 02 … 03 BCC frames: CRT-310, CRT-288 and many like them, on serial lines and behind HID reports (readers.md 7).
 * Options: `slots` (default 5), `motor`, `enq`, `head`. `baud` is the speed to work at: a unit found at another one is set to it.
 */
export const crt02: UnitProtocol = crt02Protocol();

/** @param policy other times, for tests */
export function crt02Protocol(policy: Crt02Policy = crt02Policy): UnitProtocol {
  return {
    name: 'crt-02',
    poll: POLL,
    open: (place, listener, waiting = {}) => open(policy, place, listener, waiting),
  };
}

async function open(policy: Crt02Policy, place: UnitPlace, listener: UnitListener, waiting: Waiting): Promise<Unit> {
  const { slots = '5', motor = 'yes', enq = 'yes', head = 'no' } = readOptions(place.options, OPTIONS);
  const form = { enq: enq === 'yes', resultHead: head === 'yes' };
  const family = {
    name: 'CRT',
    framer: crt02Framer(),
    longestFrame: commands.LONGEST_FRAME,
    speeds: [...policy.speeds.keys()],
    slots: Number(slots),
    moves: motor === 'yes',
    dialect: (where: Whereabouts, restarted: () => void) => new Crt02Dialect(form, policy, where, restarted),
  };
  return openMotorUnit(family, place, listener, waiting);
}

/** 02 commands as the acts of a motor unit. */
class Crt02Dialect implements MotorAcquaintance<Crt02Event> {
  readonly #policy: Crt02Policy;
  readonly #link: Crt02Link;
  readonly #where: Whereabouts;
  readonly #restarted: () => void;

  constructor(form: Crt02Form, policy: Crt02Policy, where: Whereabouts, restarted: () => void) {
    this.#policy = policy;
    this.#link = new Crt02Link(form, policy);
    this.#where = where;
    this.#restarted = restarted;
  }

  /**
   * @param wanted speed to go to
   * @returns what the unit calls itself
   */
  async begin(talk: Talk<Crt02Event>, speeds: readonly number[], wanted?: number): Promise<Uint8Array> {
    const answer = await this.#link.acquaint(talk, speeds);
    if (wanted !== undefined) await this.#link.changeSpeed(talk, wanted);
    this.#restarted();
    // A unit that refuses to tell its version is one.
    return answer.kind === 'done' ? answer.data : new Uint8Array(0);
  }

  async recover(talk: Talk<Crt02Event>, speeds: readonly number[]): Promise<void> {
    try {
      await this.look(talk);
    } catch (error) {
      if (!isNotTaken(error)) throw error;
      await this.begin(talk, speeds);
    }
  }

  async stop(talk: Talk<Crt02Event>): Promise<void> {
    if (!(await this.#link.stop(talk))) await this.#link.stop(talk);
  }

  async look(talk: Talk<Crt02Event>): Promise<SscardError | undefined> {
    const answer = await this.#link.ask(talk, commands.status, { ms: this.#policy.times.query });
    if (answer.kind === 'refused') return refusalError(this.#policy.refusals, answer.error, 'act');
    const position = commands.readPosition(answer.data);
    if (position === undefined) return malformed('no position');
    this.#where.see(position);
    return undefined;
  }

  admit(talk: Talk<Crt02Event>, allowed: boolean): Promise<SscardError | undefined> {
    return this.#act(talk, commands.admit(allowed), this.#policy.times.query);
  }

  async move(talk: Talk<Crt02Event>, to: Destination): Promise<SscardError | undefined> {
    const error = await this.#act(talk, commands.moves[to], this.#policy.times.move);
    if (error === undefined) this.#where.see(AFTER_MOVE[to], to === 'eject');
    return error;
  }

  async reset(talk: Talk<Crt02Event>, slot: number, how: 'cold' | 'warm'): Promise<PoweredCard | SscardError> {
    const asking = { ms: this.#policy.times.power };
    // Units that want no power on before the reset refuse it.
    if (slot === 0 && how === 'cold') await this.#link.ask(talk, commands.power(true), asking);
    const warm = slot === 0 && how === 'warm';
    const card = await this.#card(talk, slot, warm ? commands.warmReset : commands.coldReset(contactsOf(slot)), asking);
    if (card.kind === 'good') return { atr: card.bytes, protocol: card.protocol };
    return this.#failure(card, 'reset', slot);
  }

  async powerOff(talk: Talk<Crt02Event>, slot: number, others: ReadonlySet<number>): Promise<void> {
    const asking = { ms: this.#policy.times.query };
    // There is one power off for all sockets: while others work, a reset takes this one's rights.
    const alone = [...others].every((other) => other === 0);
    const off = slot === 0 ? commands.power(false) : alone ? commands.samsOff : commands.coldReset(contactsOf(slot));
    // A refusal says that it has none.
    await this.#link.ask(talk, off, asking);
  }

  async transmit(
    talk: Talk<Crt02Event>,
    slot: number,
    protocol: Protocol,
    command: Uint8Array,
  ): Promise<Uint8Array | SscardError> {
    const text = commands.apdu(contactsOf(slot), protocol, command);
    try {
      const card = await this.#card(talk, slot, text, { ms: talk.left(), once: true });
      return card.kind === 'good' ? card.bytes : this.#failure(card, 'command', slot);
    } finally {
      text.fill(0);
    }
  }

  async #card(talk: Talk<Crt02Event>, slot: number, command: Uint8Array, asking: Asking): Promise<commands.Crt02Card> {
    const answer = await this.#link.ask(talk, command, asking);
    if (answer.kind === 'refused') return { kind: 'failed', status: answer.error };
    return commands.readCard(answer.data, contactsOf(slot));
  }

  #failure(
    card: Exclude<commands.Crt02Card, { kind: 'good' }>,
    during: 'reset' | 'command',
    slot: number,
  ): SscardError {
    if (card.kind === 'malformed') return malformed('less than it says');
    const blind = slot > 0 && during === 'reset' && card.status === FAILED;
    return refusalError(blind ? EMPTY_SOCKET : this.#policy.refusals, card.status, during);
  }

  async #act(talk: Talk<Crt02Event>, command: Uint8Array, ms: number): Promise<SscardError | undefined> {
    const answer = await this.#link.ask(talk, command, { ms, once: true });
    const code = answer.kind === 'refused' ? answer.error : commands.readFailure(answer.data);
    if (code === undefined) return undefined;
    const refusal = refusalError(this.#policy.refusals, code, 'act');
    if (!LACKING.has(code)) return refusal;
    return new SscardError('unsupported', 'this unit has no such place', refusal.details);
  }
}

function contactsOf(slot: number): Crt02Contacts {
  return slot === 0 ? 'card' : slot - 1;
}

function malformed(why: string): SscardError {
  return new SscardError('answer-malformed', `an answer of the unit: ${why}`, { outcome: 'unknown' });
}
