import { concat } from '../../../apdu/bytes.ts';
import type { VirtualCard } from '../readers.ts';
import type { LineForm } from '../wire/wire.ts';
import { protocolOf, sendApdu } from './apdu-level.ts';
import { F2Link } from './crt-f2-link.ts';
import { ascii, isEmvAtr, powerOffAll } from './manners.ts';
import { Motor, type MotorOptions } from './motor.ts';
import { Seat } from './seat.ts';
import type { Station } from './station.ts';
import { EmulatedUnit, type UnitLink, type UnitSeats } from './unit.ts';

/** How an F2 unit is made. */
export interface CrtF2Options extends Omit<MotorOptions, 'open' | 'draws'> {
  /** 0 to 15. Default 0. */
  readonly address?: number;
  /** What its search at the first initialise came to. Default 9,600. */
  readonly baud?: 9_600 | 19_200 | 38_400 | 57_600;
  /** Head of a refusal: as the manual prints its hex (default), or its letter. */
  readonly refusalHead?: 0x45 | 0x4e;
}

const POSITIVE = 0x50;
const VERSION = 'CRT-591-M001';
const SERIAL = '00000001';
const SOCKETS = 5;
const SENSORS = 10;
const LONGEST_APDU = 261;

/** A refusal: two ASCII characters, and what is told beside. */
interface Refused {
  readonly error: string;
  readonly data?: Uint8Array;
}
type Told = Uint8Array | Refused;

const NOTHING = new Uint8Array(0);
const UNKNOWN: Refused = { error: '00' };
const PARAMETER: Refused = { error: '01' };
const ORDER: Refused = { error: '02' };
/** Vcc: what the EMV check is made with, and what not (readers.md 6). */
const EMV_5V = 0x30;
const SUPPLIES: readonly number[] = [EMV_5V, 0x33, 0x35];
const MOVES: Readonly<Record<number, 'front' | 'contacts' | 'inside' | 'bin' | 'gate'>> = {
  ...{ 48: 'front', 49: 'contacts', 50: 'inside', 51: 'bin', 57: 'gate' },
};

/**
 * A card unit with a motor and five SAM sockets, F2 frames (readers.md 6). The mouth is closed until a host opens it; the card
 * of `seats` is in it all the same.
 *
 * What the reference leaves open is chosen so, ASSUMED all of it: a card command without a card at the contacts is out of order
 * (02); an empty socket cannot be activated (61); a card that is torn out is as one that does not answer (63).
 */
export class CrtF2Unit extends EmulatedUnit {
  readonly line: LineForm;
  readonly #motor: Motor;
  readonly #sockets: readonly Seat[];
  readonly #address: number;
  readonly #refusalHead: number;
  #initialised = false;
  #socket = 0;

  constructor({ card, sams = [] }: UnitSeats, options: CrtF2Options = {}) {
    super();
    this.line = { baud: options.baud ?? 9_600, bits: 10 };
    this.#motor = new Motor(card, { ...options, open: false, draws: 'front' });
    this.#sockets = Array.from({ length: SOCKETS }, (_, at) => new Seat(sams[at]));
    this.#refusalHead = options.refusalHead ?? 0x45;
    this.#address = options.address ?? 0;
  }

  protected get seats(): readonly Seat[] {
    return [this.#motor.contacts, ...this.#sockets];
  }

  protected begin(station: Station): UnitLink {
    this.#initialised = false;
    return new F2Link(this.#address, station, (text) => this.#obey(text));
  }

  insert(card?: VirtualCard): void {
    this.#motor.insert(card);
  }

  remove(): void {
    this.#motor.remove();
  }

  async #obey(text: Uint8Array): Promise<Uint8Array> {
    const pulled = this.mischief.take('pulled');
    if (pulled) this.#motor.contacts.pullAtNext(pulled.when);
    if (this.mischief.take('jam')) this.#motor.jam();
    const [head, cm = 0, pm = 0] = text;
    const told = head === 0x43 && text.length >= 3 ? await this.#run(cm, pm, text.subarray(3)) : UNKNOWN;
    if (told instanceof Uint8Array) return concat([Uint8Array.of(POSITIVE, cm, pm), this.#state(), told]);
    const { error, data = NOTHING } = told;
    return concat([Uint8Array.of(this.#refusalHead, cm, pm), ascii(error), data]);
  }

  #state(): Uint8Array {
    const { place, stacked, binFull } = this.#motor;
    const st0 = place === 'none' ? 0 : place === 'front' ? 1 : 2;
    return ascii(`${st0}${Math.min(stacked, 2)}${binFull ? 1 : 0}`);
  }

  async #run(cm: number, pm: number, data: Uint8Array): Promise<Told> {
    if (cm === 0x30) return this.#initialise(pm);
    if (!this.#initialised) return { error: 'B0' };
    switch (cm) {
      case 0x31:
        return this.#tellState(pm);
      case 0x32:
        return this.#move(pm);
      case 0x33:
        return this.#admit(pm);
      case 0x50:
        return this.#cardType(pm);
      case 0x51:
        return this.#motor.place === 'contacts' ? this.#card(this.#motor.contacts, pm, data) : ORDER;
      case 0x52:
        return this.#sam(pm, data);
      default:
        return this.#about(cm, pm);
    }
  }

  /** Everything loses its power; socket 1 is selected. */
  #initialise(pm: number): Told {
    // 34, 35 and 37 count the bin's cards, too.
    const how = pm & ~0x04;
    if (![0x30, 0x31, 0x33].includes(how)) return PARAMETER;
    powerOffAll(this.seats);
    this.#socket = 0;
    this.#initialised = true;
    const { place } = this.#motor;
    const moved = how === 0x33 || place === 'none' ? NOTHING : this.#move(how === 0x31 ? 0x33 : 0x30);
    return moved instanceof Uint8Array ? ascii(VERSION) : moved;
  }

  #tellState(pm: number): Told {
    if (pm === 0x30) return NOTHING;
    return pm === 0x31 ? ascii((this.#motor.place === 'none' ? '0' : '1').repeat(SENSORS)) : PARAMETER;
  }

  #move(pm: number): Told {
    const to = MOVES[pm];
    if (to === undefined) return PARAMETER;
    const moved = to === 'bin' ? this.#motor.retain() : this.#motor.move(to === 'gate' ? 'front' : to, to === 'gate');
    return { moved: NOTHING, 'no-card': { error: 'A0' }, jam: { error: '10' }, full: { error: 'A1' } }[moved];
  }

  #admit(pm: number): Told {
    if (pm !== 0x30 && pm !== 0x31) return PARAMETER;
    this.#motor.admit(pm === 0x30);
    return NOTHING;
  }

  /** LIKELY two ASCII digits as in the other family: 10 CPU card with T=0, 11 with T=1. */
  #cardType(pm: number): Told {
    const { card } = this.#motor.contacts;
    if (pm !== 0x30 && pm !== 0x31) return PARAMETER;
    return ascii(pm === 0x31 || card === undefined ? '00' : `1${protocolOf(card.atr)}`);
  }

  async #sam(pm: number, data: Uint8Array): Promise<Told> {
    if (pm === 0x40) {
      const socket = (data[0] ?? 0) - 0x30;
      if (data.length !== 1 || !(socket in this.#sockets)) return PARAMETER;
      this.#socket = socket;
      return NOTHING;
    }
    const told = await this.#card(this.#sockets[this.#socket] as Seat, pm, data);
    return pm === 0x32 && told instanceof Uint8Array ? concat([told, ascii(`${this.#socket}`)]) : told;
  }

  async #card(seat: Seat, pm: number, data: Uint8Array): Promise<Told> {
    switch (pm) {
      case 0x30:
        return this.#activate(seat, data[0] ?? EMV_5V);
      case 0x31:
        seat.powerOff();
        return NOTHING;
      case 0x32:
        return ascii(seat.powered ? '1' : '0');
      case 0x38:
        return seat.powered ? reset(seat.reset()) : { error: '65' };
      case 0x33:
      case 0x34:
      case 0x39:
        return apdu(seat, pm, data);
      default:
        return PARAMETER;
    }
  }

  #activate(seat: Seat, supply: number): Told {
    if (!SUPPLIES.includes(supply)) return PARAMETER;
    const told = reset(seat.powerOn());
    if (!(told instanceof Uint8Array) || supply !== EMV_5V || isEmvAtr(told.subarray(1))) return told;
    seat.powerOff();
    return { error: '69', data: told };
  }

  #about(cm: number, pm: number): Told {
    const emptied = cm === 0xa5 && pm === 0x31;
    if (emptied) this.#motor.emptyBin();
    const texts: Readonly<Record<number, string>> = {
      ...{ 162: SERIAL, 163: VERSION, 164: VERSION, 165: `${this.#motor.binned}`.padStart(3, '0') },
    };
    const text = texts[cm];
    if (text === undefined) return UNKNOWN;
    return pm === 0x30 || emptied ? ascii(text) : PARAMETER;
  }
}

/** Type and answer to reset. */
function reset(atr: Uint8Array | undefined): Told {
  return atr === undefined ? { error: '61' } : concat([ascii(`${protocolOf(atr)}`), atr]);
}

async function apdu(seat: Seat, pm: number, command: Uint8Array): Promise<Told> {
  if (command.length < 4 || command.length > LONGEST_APDU) return { error: '04' };
  if (!seat.powered || seat.card === undefined) return { error: '65' };
  if (pm !== 0x39 && pm - 0x33 !== protocolOf(seat.card.atr)) return { error: '62' };
  const said = await sendApdu(seat, command);
  if (said.kind === 'answer' && said.bytes.length >= 2) return said.bytes;
  seat.powerOff();
  return { error: said.kind === 'answer' ? '64' : '63' };
}
