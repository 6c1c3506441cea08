import { concat } from '../../../apdu/bytes.ts';
import type { VirtualCard } from '../readers.ts';
import type { LineForm } from '../wire/wire.ts';
import { protocolOf, sendApdu } from './apdu-level.ts';
import { Crt02Link } from './crt-02-link.ts';
import { ascii, powerOffAll } from './manners.ts';
import { Motor, type MotorOptions } from './motor.ts';
import { Seat } from './seat.ts';
import type { Station } from './station.ts';
import { EmulatedUnit, type UnitLink, type UnitSeats } from './unit.ts';

/** How an 02 unit is made. */
export interface Crt02Options extends Pick<MotorOptions, 'bin'> {
  /** False: works as soon as a frame is taken, without ENQ. Default true. */
  readonly enq?: boolean;
  /** A result stands before the command in every answer, as in a published HID form: 50 good, 4E refused. Default false. */
  readonly resultHead?: boolean;
}

const VERSION = 'CRT 310 V3.0';
const SOCKETS = 8;
const SENSORS = 5;
const LONGEST_APDU = 262;
/** Rest of the APDU commands: two bytes of length before the APDU. */
const LENGTH_BYTES = 2;
/** Y, Z, N, E, W (readers.md 7): good, good with T=1, failed, no card, card not in place. */
const P = { good: 0x59, goodT1: 0x5a, failed: 0x4e, none: 0x45, misplaced: 0x57 } as const;
const SPEEDS = [1_200, 2_400, 4_800, 9_600, 19_200, 38_400];
const S1 = { none: 0x4e, front: 0x49, inside: 0x4a, contacts: 0x4b, rear: 0x4c } as const;
const FRONT_LOOSE = 0x48;
/** Second byte of the status, by what opens the mouth: closed, magnetic, switch, signal. */
const S2: Readonly<Record<number, number>> = { 49: 0x4e, 50: 0x49, 51: 0x4a, 52: 0x4b };
const CLOSED = 0x31;

/** A refusal with its code (readers.md 7). */
interface Refused {
  readonly error: number;
}
type Told = Uint8Array | Refused;
const UNKNOWN: Refused = { error: 0x00 };
const PARAMETER: Refused = { error: 0x01 };
const DATA: Refused = { error: 0x04 };

/**
 * An insert or motor reader with eight PSAM sockets, 02 … 03 BCC frames (readers.md 7). Its mouth opens by its switch from the
 * start. The same unit sits behind HID reports.
 *
 * What the reference leaves open is chosen so, ASSUMED all of it: movements and settings answer a status P; a card that is torn
 * out, or does not answer, is N; what is let go at the rear falls into the bin there.
 */
export class Crt02Unit extends EmulatedUnit {
  readonly line: LineForm = { baud: 9_600, bits: 10 };
  readonly #motor: Motor;
  readonly #sockets: readonly Seat[];
  readonly #enq: boolean;
  readonly #resultHead: boolean;
  #serial: Uint8Array = ascii('00000001');
  #entry = 0x33;
  #rearClosed = true;
  #speed: number | undefined;

  constructor({ card, sams = [] }: UnitSeats, { enq = true, resultHead = false, ...motor }: Crt02Options = {}) {
    super();
    this.#enq = enq;
    this.#motor = new Motor(card, { ...motor, open: true, draws: 'inside' });
    this.#sockets = Array.from({ length: SOCKETS }, (_, at) => new Seat(sams[at]));
    this.#resultHead = resultHead;
  }

  protected get seats(): readonly Seat[] {
    return [this.#motor.contacts, ...this.#sockets];
  }

  protected begin(station: Station): UnitLink {
    return new Crt02Link(this.#enq, station, {
      obey: (text) => this.#obey(text),
      answered: () => this.#answered(),
    });
  }

  insert(card?: VirtualCard): void {
    this.#motor.insert(card);
  }

  remove(): void {
    this.#motor.remove();
  }

  /** The answer to a change of speed is on the line at the old one. */
  #answered(): number | undefined {
    const speed = this.mischief.take('speed-lost') ? this.line.baud : this.#speed;
    this.#speed = undefined;
    return speed;
  }

  async #obey(text: Uint8Array): Promise<Uint8Array> {
    const pulled = this.mischief.take('pulled');
    if (pulled) this.#motor.contacts.pullAtNext(pulled.when);
    if (this.mischief.take('jam')) this.#motor.jam();
    const [cm = 0, pm = 0] = text;
    const told = text.length < 2 ? DATA : await this.#run(cm, pm, text.subarray(2));
    if (told instanceof Uint8Array) return concat([Uint8Array.of(...(this.#resultHead ? [0x50] : []), cm, pm), told]);
    return Uint8Array.of(0x4e, cm, ...(this.#resultHead ? [pm] : []), told.error);
  }

  async #run(cm: number, pm: number, data: Uint8Array): Promise<Told> {
    switch (cm) {
      case 0x2e:
        return Uint8Array.of(P.good);
      case 0x2f:
        return this.#admit(pm, data[0] ?? CLOSED);
      case 0x30:
        return this.#about(pm, data);
      case 0x31:
        return this.#tellState(pm);
      case 0x32:
        return this.#move(pm);
      case 0x33:
        return this.#power(pm);
      case 0x34:
        return this.#changeSpeed(pm);
      case 0x37:
        return this.#placed ?? (await this.#card(this.#motor.contacts, pm, data));
      case 0x3d:
        return this.#sam(pm, data);
      case 0x4a:
        return this.#samsOff(pm);
      default:
        return UNKNOWN;
    }
  }

  #about(pm: number, data: Uint8Array): Told {
    if (pm === 0x3a) return this.#serial;
    if (pm === 0x3b) {
      this.#serial = data.slice();
      return Uint8Array.of(P.good);
    }
    if (pm < 0x30 || pm > 0x32) return PARAMETER;
    powerOffAll(this.seats);
    if (this.#motor.place !== 'none' && pm !== 0x30) this.#move(pm === 0x31 ? 0x30 : 0x33);
    return ascii(VERSION);
  }

  #tellState(pm: number): Told {
    const { place, loose, contacts } = this.#motor;
    const sensor = place === 'none' ? '0' : '1';
    if (pm === 0x2e || pm === 0x2f) return ascii(sensor.repeat(SENSORS));
    if (pm === 0x31) {
      if (place === 'none') return ascii('N0');
      return ascii(contacts.card === undefined ? 'N2' : `1${protocolOf(contacts.card.atr)}`);
    }
    if (pm !== 0x30) return PARAMETER;
    const where = place === 'front' && loose ? FRONT_LOOSE : S1[place];
    return Uint8Array.of(where, S2[this.#entry] ?? S2[CLOSED] ?? 0, this.#rearClosed ? 0x4e : 0x4a);
  }

  #move(pm: number): Told {
    const move = {
      ...{ 46: () => this.#motor.move('inside'), 47: () => this.#motor.move('contacts') },
      ...{ 48: () => this.#motor.move('front', true), 49: () => this.#motor.move('front') },
      ...{ 50: () => this.#motor.move('rear'), 51: () => this.#motor.retain() },
    }[pm];
    if (move === undefined) return PARAMETER;
    const moved = move();
    return Uint8Array.of(moved === 'moved' ? P.good : moved === 'no-card' ? P.none : P.failed);
  }

  #admit(front: number, rear: number): Told {
    if (S2[front] === undefined || (rear !== 0x30 && rear !== CLOSED)) return PARAMETER;
    this.#entry = front;
    this.#rearClosed = rear === CLOSED;
    this.#motor.admit(front !== CLOSED);
    return Uint8Array.of(P.good);
  }

  #changeSpeed(pm: number): Told {
    const baud = SPEEDS[pm - 0x30];
    if (baud === undefined) return PARAMETER;
    this.#speed = baud;
    return Uint8Array.of(P.good);
  }

  /** Why the card cannot be spoken to. */
  get #placed(): Uint8Array | undefined {
    if (this.#motor.place === 'none') return Uint8Array.of(P.none);
    return this.#motor.place === 'contacts' ? undefined : Uint8Array.of(P.misplaced);
  }

  #power(pm: number): Told {
    if (pm !== 0x30 && pm !== 0x31) return PARAMETER;
    if (this.#placed) return this.#placed;
    if (pm === 0x30) this.#motor.contacts.powerOn();
    else this.#motor.contacts.powerOff();
    return Uint8Array.of(P.good);
  }

  async #sam(pm: number, data: Uint8Array): Promise<Told> {
    const number = data[0] ?? 0;
    const socket = this.#sockets[number - 0x30];
    if (socket === undefined) return PARAMETER;
    const told = await this.#card(socket, pm, data.subarray(1));
    return told instanceof Uint8Array ? concat([Uint8Array.of(number), told]) : told;
  }

  #samsOff(pm: number): Told {
    if (pm !== 0x31) return PARAMETER;
    powerOffAll(this.#sockets);
    return Uint8Array.of(P.good);
  }

  async #card(seat: Seat, pm: number, data: Uint8Array): Promise<Told> {
    if (pm === 0x30) return reset(seat.powerOn());
    if (pm === 0x2f) return reset(seat.reset());
    return pm === 0x31 || pm === 0x32 ? apdu(seat, pm, data) : PARAMETER;
  }
}

function reset(atr: Uint8Array | undefined): Uint8Array {
  if (atr === undefined) return Uint8Array.of(P.failed);
  return withLength(protocolOf(atr) === 1 ? P.goodT1 : P.good, atr);
}

async function apdu(seat: Seat, pm: number, data: Uint8Array): Promise<Told> {
  const command = data.subarray(LENGTH_BYTES);
  const length = ((data[0] ?? 0) << 8) + (data[1] ?? 0);
  if (length !== command.length || length < 4 || length > LONGEST_APDU) return DATA;
  if (seat.card === undefined || pm - 0x31 !== protocolOf(seat.card.atr)) return Uint8Array.of(P.failed);
  const said = await sendApdu(seat, command);
  return said.kind === 'answer' && said.bytes.length >= 2 ? withLength(P.good, said.bytes) : Uint8Array.of(P.failed);
}

function withLength(status: number, bytes: Uint8Array): Uint8Array {
  return concat([Uint8Array.of(status, bytes.length >> 8, bytes.length & 0xff), bytes]);
}
