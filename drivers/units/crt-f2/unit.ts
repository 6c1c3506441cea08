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
import type { CrtF2Answer, CrtF2Contacts, CrtF2Place, CrtF2Supply } from './commands.ts';
import * as commands from './commands.ts';
import { type CrtF2Event, crtF2Framer } from './framer.ts';
import { type Asking, CrtF2Link } from './link.ts';
import { ACTIVATION_FAILED, type CrtF2Policy, crtF2Policy, LACKING, NOT_EMV, NOT_INITIALISED } from './policy.ts';

const OPTIONS = {
  /** On a line with several units. */
  addr: numbers(0, 15),
  /** The slot of the card, and SAM sockets. */
  slots: numbers(1, 6),
  voltage: ['5', '3'],
  motor: ['yes', 'no'],
} as const;

const SUPPLIES: Readonly<Record<string, readonly CrtF2Supply[]>> = { '5': [0x33], '3': [0x35] };
/** A SAM socket cannot tell: what does not come up is not there. */
const EMPTY_SOCKET = refusals([[ACTIVATION_FAILED], 'absent', 'activation-failed']);
const POLL = 250;

/** Motor units with F2 frames: CRT-591, CRT-571, CRT-711 (readers.md 6). Options: `addr`, `slots`, `voltage`, `motor`. */
export const crtF2: UnitProtocol = crtF2Protocol();

/** @param policy other times, for tests */
export function crtF2Protocol(policy: CrtF2Policy = crtF2Policy): UnitProtocol {
  return {
    name: 'crt-f2',
    poll: POLL,
    open: (place, listener, waiting = {}) => open(policy, place, listener, waiting),
  };
}

async function open(policy: CrtF2Policy, place: UnitPlace, listener: UnitListener, waiting: Waiting): Promise<Unit> {
  const { addr = '0', slots = '6', voltage = '', motor = 'yes' } = readOptions(place.options, OPTIONS);
  const supplied = { ...policy, ...supplies(voltage) };
  const family = {
    name: 'F2',
    framer: crtF2Framer(),
    longestFrame: commands.LONGEST_FRAME,
    speeds: policy.speeds,
    slots: Number(slots),
    moves: motor === 'yes',
    dialect: (where: Whereabouts, restarted: () => void) => new CrtF2Dialect(Number(addr), supplied, where, restarted),
  };
  return openMotorUnit(family, place, listener, waiting);
}

function supplies(voltage: string): Partial<CrtF2Policy> {
  const only = SUPPLIES[voltage];
  return only === undefined ? {} : { cardSupplies: only, samSupplies: only };
}

/** F2 commands as the acts of a motor unit. */
class CrtF2Dialect implements MotorAcquaintance<CrtF2Event> {
  readonly #policy: CrtF2Policy;
  readonly #link: CrtF2Link;
  readonly #where: Whereabouts;
  readonly #restarted: () => void;
  /** SAM socket that is selected, from 0. */
  #socket: number | undefined;
  /** Slots whose protocol the caller fixed; else the unit takes the card's. */
  readonly #fixed = new Set<number>();

  constructor(address: number, policy: CrtF2Policy, where: Whereabouts, restarted: () => void) {
    this.#policy = policy;
    this.#link = new CrtF2Link(address, policy);
    this.#where = where;
    this.#restarted = restarted;
  }

  /** @returns what the unit calls itself */
  async begin(talk: Talk<CrtF2Event>, speeds: readonly number[]): Promise<Uint8Array> {
    const answer = await this.#link.acquaint(talk, speeds);
    // It selects socket 1, and whatever had power has none (ASSUMED).
    this.#socket = 0;
    this.#restarted();
    if (answer.kind === 'refused') throw refusalError(this.#policy.refusals, answer.error, 'act');
    this.#see(answer.place, 'inside');
    return answer.data;
  }

  async recover(talk: Talk<CrtF2Event>, speeds: readonly number[]): Promise<void> {
    this.#socket = undefined;
    try {
      await this.look(talk);
    } catch (error) {
      if (!isNotTaken(error)) throw error;
      await this.begin(talk, speeds);
    }
  }

  /** "Wait 300 ms, send it again if silent" (readers.md 6). */
  async stop(talk: Talk<CrtF2Event>): Promise<void> {
    if (!(await this.#link.stop(talk))) await this.#link.stop(talk);
  }

  async look(talk: Talk<CrtF2Event>): Promise<SscardError | undefined> {
    return this.#refusal(await this.#ask(talk, commands.status, { ms: this.#policy.times.query }), 'act');
  }

  async admit(talk: Talk<CrtF2Event>, allowed: boolean): Promise<SscardError | undefined> {
    return lacking(
      this.#refusal(await this.#ask(talk, commands.admit(allowed), { ms: this.#policy.times.query }), 'act'),
    );
  }

  async move(talk: Talk<CrtF2Event>, to: Destination): Promise<SscardError | undefined> {
    const answer = await this.#ask(talk, commands.moves[to], { ms: this.#policy.times.move }, to);
    return lacking(this.#refusal(answer, 'act'));
  }

  async reset(
    talk: Talk<CrtF2Event>,
    slot: number,
    how: 'cold' | 'warm',
    wanted: readonly Protocol[],
  ): Promise<PoweredCard | SscardError> {
    if (wanted.length === 1) this.#fixed.add(slot);
    else this.#fixed.delete(slot);
    const contacts = contactsOf(slot);
    const { cardSupplies, samSupplies, times } = this.#policy;
    let refusal: SscardError | undefined;
    for (const supply of slot === 0 ? cardSupplies : samSupplies) {
      const command = how === 'warm' ? commands.warmReset(contacts) : commands.coldReset(contacts, supply);
      const answer = await this.#contact(talk, slot, command, { ms: times.power });
      const card = answer.kind === 'done' || answer.error === NOT_EMV ? commands.readReset(answer.data) : undefined;
      if (card !== undefined) return card;
      refusal = this.#refusal(answer, 'reset', slot) ?? new SscardError('card-unresponsive', 'no answer to reset');
      if (refusal.details.platformCode !== ACTIVATION_FAILED) break;
    }
    return refusal ?? new SscardError('card-unresponsive', 'no supply to try');
  }

  async powerOff(talk: Talk<CrtF2Event>, slot: number): Promise<void> {
    // A refusal says that it has none.
    await this.#contact(talk, slot, commands.powerOff(contactsOf(slot)), { ms: this.#policy.times.query });
  }

  async transmit(
    talk: Talk<CrtF2Event>,
    slot: number,
    protocol: Protocol,
    command: Uint8Array,
  ): Promise<Uint8Array | SscardError> {
    const text = commands.apdu(contactsOf(slot), this.#fixed.has(slot) ? protocol : undefined, command);
    try {
      const answer = await this.#contact(talk, slot, text, { ms: talk.left(), once: true });
      return answer.kind === 'done' ? answer.data : (this.#refusal(answer, 'command', slot) as SscardError);
    } finally {
      text.fill(0);
    }
  }

  /** A command to a card; a SAM socket is selected only when another one was used. */
  async #contact(
    talk: Talk<CrtF2Event>,
    slot: number,
    command: Uint8Array,
    asking: Asking,
    again = false,
  ): Promise<CrtF2Answer> {
    const refusal = slot > 0 ? await this.#select(talk, slot - 1) : undefined;
    const answer = refusal ?? (await this.#ask(talk, command, asking));
    const restarted = answer.kind === 'refused' && answer.error === NOT_INITIALISED;
    // A reset does not mind that the power was gone; an APDU does.
    if (!restarted || asking.once || slot === 0 || again) return answer;
    return this.#contact(talk, slot, command, asking, true);
  }

  async #select(talk: Talk<CrtF2Event>, socket: number): Promise<CrtF2Answer | undefined> {
    if (this.#socket === socket) return undefined;
    this.#socket = undefined;
    const answer = await this.#ask(talk, commands.selectSam(socket), { ms: this.#policy.times.query });
    if (answer.kind === 'refused') return answer;
    this.#socket = socket;
    return undefined;
  }

  /** @param to where the command takes the card */
  async #ask(
    talk: Talk<CrtF2Event>,
    command: Uint8Array,
    asking: Asking,
    to?: Destination,
    again = false,
  ): Promise<CrtF2Answer> {
    const answer = await this.#link.ask(talk, command, asking);
    if (answer.kind === 'done') this.#see(answer.place, to);
    else if (answer.error === NOT_INITIALISED) {
      // The unit lost its power and has it again; nothing was done. What concerns a card is for whoever thought it had power.
      await this.begin(talk, [talk.baud ?? 0]);
      if (!again && !commands.isAboutCard(command)) return this.#ask(talk, command, asking, to, true);
    }
    return answer;
  }

  /** A card that is pulled or moved shows in st0 only: every answer is looked at. */
  #see(place: CrtF2Place | undefined, to?: Destination): void {
    if (place === undefined) return;
    // st0 does not tell the contacts from the rest of the inside.
    const atContacts = to === undefined ? this.#where.atContacts : to === 'contacts';
    const inside = atContacts ? 'contacts' : 'inside';
    this.#where.see(({ '0': 'none', '1': 'front', '2': inside } as const)[place], to === 'eject');
  }

  #refusal(answer: CrtF2Answer, during: 'reset' | 'command' | 'act', slot = 0): SscardError | undefined {
    if (answer.kind === 'done') return undefined;
    const blind = slot > 0 && during === 'reset' && answer.error === ACTIVATION_FAILED;
    return refusalError(blind ? EMPTY_SOCKET : this.#policy.refusals, answer.error, during);
  }
}

function contactsOf(slot: number): CrtF2Contacts {
  return slot === 0 ? 'card' : 'sam';
}

function lacking(refusal: SscardError | undefined): SscardError | undefined {
  if (refusal === undefined || !LACKING.has(refusal.details.platformCode ?? -1)) return refusal;
  return new SscardError('unsupported', 'this unit has no such place', refusal.details);
}
