import { SscardError } from '../../../apdu/errors.ts';
import { Line } from '../../line.ts';
import type { Protocol, Waiting } from '../../reader.ts';
import type { Talk } from '../../talk.ts';
import { assertShort, identityOf, poweredCard, protocolOf } from '../cards.ts';
import { readOptions } from '../options.ts';
import { refusalError } from '../refusals.ts';
import { frameTime } from '../timing.ts';
import type { PoweredCard, Unit, UnitListener, UnitPlace, UnitProtocol, UnitSlot } from '../unit.ts';
import {
  type AlparVoltage,
  cardCommand,
  checkPresence,
  cutTo,
  LONGEST_FRAME,
  powerOff,
  powerUp,
  readPresence,
  selectSocket,
  shortLe,
  withLongLe,
} from './commands.ts';
import { type AlparEvent, alparFramer } from './framer.ts';
import { type AlparAnswer, acquaint, ask, changeSpeed } from './link.ts';
import { type AlparPolicy, alparPolicy, NO_CARD, SWITCHED_OFF, UNKNOWN_COMMAND } from './policy.ts';

const OPTIONS = {
  /** What is in the one socket: the holder's card, or a PSAM. */
  kind: ['card', 'sam'],
  /** 2: a TDA8007 mask, with a PSAM in its second socket. */
  slots: ['1', '2'],
  voltage: ['auto', '5', '3', '1.8'],
} as const;

type Options = Partial<Record<keyof typeof OPTIONS, string>>;

/**
 * TDA8029 modules, and TDA8007 with two sockets (readers.md 5). Options: `kind`, `slots`, `voltage` (default 5 V). `baud` is the
 * speed to work at: a module that is found at another one is set to it.
 */
export const alpar: UnitProtocol = alparProtocol();

/** @param policy other times, for tests */
export function alparProtocol(policy: AlparPolicy = alparPolicy): UnitProtocol {
  return {
    name: 'alpar',
    // The module tells by itself; what it said while nobody had the port open, or in a damaged frame, is found out.
    poll: 1_000,
    open: (place, listener, waiting = {}) => open(policy, place, listener, waiting),
  };
}

async function open(policy: AlparPolicy, place: UnitPlace, listener: UnitListener, waiting: Waiting): Promise<Unit> {
  const options = readOptions(place.options, OPTIONS);
  const { baud = policy.speeds[0] ?? 0 } = place;
  const speeds = [baud, ...policy.speeds.filter((speed) => speed !== baud)];
  let unit: AlparUnit | undefined;
  const line = await Line.open<AlparEvent>(
    place.ports,
    place.port,
    { baud },
    {
      framer: alparFramer(),
      frameTime: (speed) => frameTime(LONGEST_FRAME, speed),
      unasked: (event) => {
        if (event.kind !== 'notice') return false;
        unit?.noticed(event.present);
        return true;
      },
      recover: async (talk) => {
        unit?.forget();
        const now = talk.baud ?? baud;
        await acquaint(talk, [now, ...speeds.filter((speed) => speed !== now)], policy);
      },
      gone: (cause) => listener.gone(cause),
    },
    waiting,
  );
  try {
    const firmware = await line.run(waiting, async (talk) => {
      const text = await acquaint(talk, speeds, policy);
      if (place.baud !== undefined) await changeSpeed(talk, place.baud, policy);
      return text;
    });
    unit = new AlparUnit(line, listener, policy, options, identityOf(firmware, 'ALPAR'));
    return unit;
  } catch (error) {
    await line.close();
    throw error;
  }
}

class AlparUnit implements Unit {
  readonly identity: string;
  readonly slots: readonly UnitSlot[];
  readonly #line: Line<AlparEvent>;
  readonly #listener: UnitListener;
  readonly #policy: AlparPolicy;
  readonly #voltage: AlparVoltage;
  readonly #failsOnShortLe: boolean;
  /** Slots whose card has power, or has none; one that is in neither may have it from an earlier program. */
  readonly #powered = new Set<number>();
  readonly #off = new Set<number>();
  #selected: number | undefined;
  /** The module said that the card is out, since it got power. */
  #out = false;

  constructor(
    line: Line<AlparEvent>,
    listener: UnitListener,
    policy: AlparPolicy,
    { kind = 'card', slots = '1', voltage = '5' }: Options,
    identity: string,
  ) {
    this.#line = line;
    this.#listener = listener;
    this.#policy = policy;
    this.#voltage = voltage as AlparVoltage;
    this.#failsOnShortLe = policy.failsOnShortLe.test(identity);
    this.identity = identity;
    // Some masks hand 61xx up (iso7816.md, levels of APDU exchange); following it where the module did already changes nothing.
    const slot = (index: number): UnitSlot => ({
      index,
      kind: index === 0 ? 'card' : 'sam',
      interface: 'contact',
      chains: false,
    });
    this.slots = slots === '2' ? [slot(0), slot(1)] : [slot(kind === 'sam' ? 1 : 0)];
  }

  /** A card came or went: whose power the module has taken. */
  noticed(present: boolean): void {
    const [first] = this.slots;
    if (first === undefined) return;
    this.#powered.delete(first.index);
    this.#off.add(first.index);
    if (!present) this.#out = true;
    this.#listener.card(first.index, present);
  }

  /** Nobody knows any more which socket is selected. */
  forget(): void {
    this.#selected = undefined;
  }

  async presence(slot: number, waiting: Waiting = {}): Promise<'present' | 'absent' | 'unknown'> {
    if (slot !== 0) return 'unknown';
    const answer = await this.#run(slot, waiting, (talk) => this.#query(talk, checkPresence));
    if (answer.kind === 'done') return readPresence(answer.data);
    if (answer.error === NO_CARD) return 'absent';
    if (answer.error === UNKNOWN_COMMAND) return 'unknown';
    throw refusalError(this.#policy.refusals, answer.error, 'act');
  }

  async powerOn(
    slot: number,
    how: 'cold' | 'warm',
    protocols: readonly Protocol[],
    waiting: Waiting = {},
  ): Promise<PoweredCard> {
    const answer = await this.#run(slot, waiting, async (talk) => {
      // There is no opcode for a warm reset: power up again is one (LIKELY).
      const warm = how === 'warm' && this.#powered.has(slot);
      if (!warm && !this.#off.has(slot)) await this.#query(talk, powerOff);
      this.#powered.delete(slot);
      this.#off.delete(slot);
      this.#out = false;
      return ask(talk, powerUp(this.#voltage), { ms: this.#policy.times.power }, this.#policy);
    });
    if (answer.kind === 'refused') throw refusalError(this.#policy.refusals, answer.error, 'reset');
    this.#powered.add(slot);
    return poweredCard(answer.data, protocolOf(answer.data), protocols);
  }

  async powerOff(slot: number, waiting: Waiting = {}): Promise<void> {
    // A refusal says that there is nothing that has power.
    await this.#run(slot, waiting, (talk) => this.#query(talk, powerOff));
    this.#powered.delete(slot);
    this.#off.add(slot);
  }

  async transmit(slot: number, command: Uint8Array, waiting: Waiting = {}): Promise<Uint8Array> {
    assertShort(command);
    const le = this.#failsOnShortLe ? shortLe(command) : undefined;
    const sent = le === undefined ? command : withLongLe(command);
    try {
      const answer = await this.#run(slot, waiting, (talk) => this.#exchange(talk, sent));
      if (answer instanceof SscardError) throw answer;
      return le === undefined ? answer : cutTo(le, answer);
    } finally {
      if (le !== undefined) sent.fill(0);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#line.close();
  }

  async #exchange(talk: Talk<AlparEvent>, command: Uint8Array): Promise<Uint8Array | SscardError> {
    const answer = await ask(talk, cardCommand(command), { ms: talk.left(), once: true }, this.#policy);
    if (answer.kind === 'done') return answer.data;
    const present = answer.error === SWITCHED_OFF ? await this.#query(talk, checkPresence) : undefined;
    if (this.#out || (present?.kind === 'done' && readPresence(present.data) === 'absent'))
      return removed(answer.error);
    return refusalError(this.#policy.refusals, answer.error, 'command');
  }

  #query(talk: Talk<AlparEvent>, command: Parameters<typeof ask>[1]): Promise<AlparAnswer> {
    return ask(talk, command, { ms: this.#policy.times.query }, this.#policy);
  }

  /** One conversation about a slot; which one is said only where the module has two and the other was used. */
  #run<T>(slot: number, waiting: Waiting, work: (talk: Talk<AlparEvent>) => Promise<T>): Promise<T> {
    return this.#line.run(waiting, async (talk) => {
      if (this.slots.length > 1 && this.#selected !== slot) {
        this.#selected = undefined;
        const answer = await this.#query(talk, selectSocket(slot + 1));
        if (answer.kind === 'refused') throw refusalError(this.#policy.refusals, answer.error, 'act');
        this.#selected = slot;
      }
      return work(talk);
    });
  }
}

function removed(platformCode: number): SscardError {
  return new SscardError('card-removed', 'the card was taken out', { platformCode, outcome: 'unknown' });
}
