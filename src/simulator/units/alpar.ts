import { inspectAtr } from '../../../apdu/atr.ts';
import type { VirtualCard } from '../readers.ts';
import type { LineForm } from '../wire/wire.ts';
import { AlparLink } from './alpar-link.ts';
import { protocolOf, sendApdu } from './apdu-level.ts';
import { ascii, isEmvAtr } from './manners.ts';
import { type CardSaid, Seat } from './seat.ts';
import type { Station } from './station.ts';
import { EmulatedUnit, type UnitLink, type UnitSeats } from './unit.ts';

/** How an ALPAR module is made. */
export interface AlparOptions {
  /** Firmware. 6 fails on case 4 with Le 1 or 2. Default 7. */
  readonly mask?: 6 | 7;
  /** 2: a TDA8007 mask, with the first SAM of the seats in its second socket. Default 1: the card alone. */
  readonly sockets?: 1 | 2;
  /** It sleeps until it is woken, and a stray byte comes before its next answer. Default false. */
  readonly asleep?: boolean;
}

/** Why a command is refused (readers.md 5). */
const FAULT = {
  ...{ apdu: 0x20, apduShort: 0x21, parameter: 0x35, unknown: 0x55, overtime: 0x81, status: 0x91 },
  ...{ notEmv: 0x93, off: 0xa1, absent: 0xc0, number: 0xe0 },
} as const;
type Told = Uint8Array | number;

const NOTHING = new Uint8Array(0);
const LONGEST_APDU = 261;
/** By the byte of `0D`: 06 CERTAIN, the others LIKELY. */
const SPEEDS = [4_800, 9_600, 19_200, 38_400, 57_600, 76_800, 115_200];
/** Settings that a module takes and that change nothing one could see from outside. */
const TAKEN: ReadonlySet<number> = new Set([0x0b, 0x0c, 0x11, 0xa5, 0xa2, 0xa4]);

/**
 * A card module with the TDA8029 or TDA8007 firmware, ALPAR frames (readers.md 5).
 *
 * What the reference leaves open is chosen so, ASSUMED all of it: sockets are numbered from 01; a card without power is A1, one
 * that is gone C0; the EMV checks fail with 93; mask 06 says 20 to what it fails on.
 */
export class AlparUnit extends EmulatedUnit {
  readonly line: LineForm = { baud: 38_400, bits: 10 };
  readonly #mask: 6 | 7;
  readonly #asleep: boolean;
  protected readonly seats: readonly Seat[];
  #selected = 0;
  #speed: number | undefined;

  constructor({ card, sams = [] }: UnitSeats, { mask = 7, sockets = 1, asleep = false }: AlparOptions = {}) {
    super();
    this.#mask = mask;
    this.#asleep = asleep;
    const main = new Seat(card, (present) => this.moved(present));
    this.seats = sockets === 1 ? [main] : [main, new Seat(sams[0])];
  }

  protected begin(station: Station): UnitLink {
    this.#selected = 0;
    const link: AlparLink = new AlparLink(station, {
      asleep: this.#asleep,
      obey: (cmd, data) => this.#obey(cmd, data, link),
      answered: () => this.#answered(),
    });
    return link;
  }

  insert(card?: VirtualCard): void {
    this.seats[0]?.insert(card);
  }

  remove(): void {
    this.seats[0]?.remove();
  }

  get #seat(): Seat {
    return this.seats[this.#selected] as Seat;
  }

  #answered(): number | undefined {
    const speed = this.mischief.take('speed-lost') ? this.line.baud : this.#speed;
    this.#speed = undefined;
    return speed;
  }

  async #obey(cmd: number, data: Uint8Array, link: AlparLink): Promise<Told> {
    const pulled = this.mischief.take('pulled');
    if (pulled) this.seats[0]?.pullAtNext(pulled.when);
    switch (cmd) {
      case 0x0a:
        return ascii(`0${this.#mask} Release 1.0`);
      case 0x09:
        return Uint8Array.of(this.#seat.present ? 0x01 : 0x00);
      case 0xaa:
        return Uint8Array.of(this.#seat.present ? 0x01 : 0x00, this.#seat.powered ? 0x01 : 0x00);
      case 0x0d:
        return this.#changeSpeed(data);
      case 0x6a:
        return this.#select(data);
      case 0xa3:
        link.sleep();
        return NOTHING;
      default:
        return TAKEN.has(cmd) ? NOTHING : this.#card(cmd, data);
    }
  }

  async #card(cmd: number, data: Uint8Array): Promise<Told> {
    switch (cmd) {
      case 0x69:
        return this.#powerUp(0x00);
      case 0x6e:
      case 0x6d:
      case 0x68:
        return this.#powerUp(data[0]);
      case 0x4d:
        this.#seat.powerOff();
        return NOTHING;
      case 0x00:
        return this.#command(data);
      case 0x10:
      case 0xa6:
        return this.#parameters(cmd);
      default:
        return FAULT.unknown;
    }
  }

  /** A card that has power already is reset (LIKELY). */
  #powerUp(checks: number | undefined): Told {
    if (checks !== 0x00 && checks !== 0x01) return FAULT.parameter;
    const seat = this.#seat;
    const atr = seat.powered ? seat.reset() : seat.powerOn();
    if (atr === undefined) return FAULT.absent;
    if (checks === 0x00 || isEmvAtr(atr)) return atr;
    seat.powerOff();
    return FAULT.notEmv;
  }

  async #command(apdu: Uint8Array): Promise<Told> {
    const seat = this.#seat;
    if (!seat.present) return FAULT.absent;
    if (!seat.powered) return FAULT.off;
    if (apdu.length < 4) return FAULT.apduShort;
    if (apdu.length > LONGEST_APDU || this.#stumbles(apdu)) return FAULT.apdu;
    return heard(await sendApdu(seat, apdu));
  }

  #stumbles(apdu: Uint8Array): boolean {
    const le = apdu.at(-1) ?? 0;
    return this.#mask === 6 && apdu.length === 6 + (apdu[4] ?? 0) && apdu.length > 6 && le > 0 && le < 3;
  }

  /** Negotiation is done with the answer to reset here; what runs is told. */
  #parameters(cmd: number): Told {
    const { card, powered } = this.#seat;
    if (card === undefined) return FAULT.absent;
    if (!powered) return FAULT.off;
    if (cmd === 0x10) return NOTHING;
    return Uint8Array.of(inspectAtr(card.atr).atr.groups?.[0]?.ta ?? 0x11, protocolOf(card.atr));
  }

  #changeSpeed(data: Uint8Array): Told {
    const baud = SPEEDS[data[0] ?? SPEEDS.length];
    if (data.length !== 1 || baud === undefined) return FAULT.parameter;
    this.#speed = baud;
    return NOTHING;
  }

  #select(data: Uint8Array): Told {
    if (this.seats.length === 1) return FAULT.unknown;
    const number = (data[0] ?? 0) - 1;
    if (!(number in this.seats)) return FAULT.number;
    this.#selected = number;
    return NOTHING;
  }
}

function heard(said: CardSaid): Told {
  if (said.kind === 'gone') return FAULT.absent;
  if (said.kind === 'mute') return FAULT.overtime;
  return said.bytes.length < 2 ? FAULT.status : said.bytes;
}
