import { concat, equalBytes } from '../../../apdu/bytes.ts';
import { contactless } from '../contactless.ts';
import type { VirtualCard } from '../readers.ts';
import type { LineForm } from '../wire/wire.ts';
import { AcsLink } from './acs-link.ts';
import { type AcsModel, type AcsModelName, acsModels } from './acs-models.ts';
import { sendApdu } from './apdu-level.ts';
import { answerMessage, type CcidModel } from './ccid.ts';
import { readCommand, writeAnswer } from './ccid-message.ts';
import { CcidSlot, type Exchanged, FAULT } from './ccid-slot.ts';
import { ascii } from './manners.ts';
import { Seat } from './seat.ts';
import type { Station } from './station.ts';
import { EmulatedUnit, type UnitLink, type UnitSeats } from './unit.ts';

/** How an ACS unit is made. */
export interface AcsOptions {
  /** Default `acr1281s`. */
  readonly model?: AcsModelName;
  /** Speed after power on. ACR122L: 115,200 with a strap. Default 9,600. */
  readonly baud?: 9_600 | 115_200;
}

const FIRMWARE = 'ACR1281S V103';
/** By the low bits of `44 nn`; the highest bit wants card notices. */
const SPEEDS = [9_600, 19_200, 38_400, 57_600, 115_200, 128_000, 230_400, 250_000, 256_000, 500_000];
const NOTICES = 0x80;
/** Commands of the reader's own in the samples: buzzer, firmware. */
const BUZZER = Uint8Array.of(0xe0, 0x00, 0x00, 0x28, 0x01);
const WHO = Uint8Array.of(0xe0, 0x00, 0x00, 0x18, 0x00);
/** ACR122: speed 9600 or 115200 as a command to the reader. */
const SPEED_APDU = Uint8Array.of(0xff, 0x00, 0x44);
/** With a card that has power, samples have this beside a command that did not fail (acs-17, acs-19). */
const ESCAPE_ERROR = 0x81;
const ESCAPED = 0x83;

/**
 * CCID on a serial line, ACS form, at APDU level (readers.md 4): marks, message, checksum of the message, and a status frame at
 * once.
 *
 * What the reference leaves open is chosen so, ASSUMED all of it: the host's NAK gets the answer alone, without a status frame;
 * card notices have the two bits of the slot at its place, as in NotifySlotChange.
 */
export class AcsUnit extends EmulatedUnit {
  readonly line: LineForm;
  readonly #model: AcsModel;
  readonly #slots: readonly CcidSlot[];
  #notices = false;
  #speed: number | undefined;

  constructor({ card, sams = [] }: UnitSeats, { model = 'acr1281s', baud = 9_600 }: AcsOptions = {}) {
    super();
    this.#model = acsModels[model];
    this.line = { baud, bits: 10 };
    const main = new Seat(this.#faced(card), (present) => this.moved(present));
    const tells = this.#model.tellsCards ? 'cards' : 'nothing';
    const sockets = this.#model.places.slice(1).map((_, at) => new Seat(sams[at]));
    this.#slots = [main, ...sockets].map((seat) => new CcidSlot(seat, tells));
  }

  protected get seats(): readonly Seat[] {
    return this.#slots.map(({ seat }) => seat);
  }

  protected begin(station: Station): UnitLink {
    this.#notices = false;
    return new AcsLink(station, {
      marks: new Set(this.#model.places.map(({ mark }) => mark)),
      incomplete: this.#model.incomplete,
      obey: (message, mark) => this.#obey(message, mark),
      answered: () => this.#answered(),
      notice: (present, ordered) => (this.#notices || ordered ? this.#notice(present) : undefined),
    });
  }

  insert(card?: VirtualCard): void {
    this.#slots[0]?.seat.insert(this.#faced(card));
  }

  remove(): void {
    this.#slots[0]?.seat.remove();
  }

  #faced(card: VirtualCard | undefined): VirtualCard | undefined {
    return card !== undefined && this.#model.contactless ? contactless(card) : card;
  }

  #notice(present: boolean): Uint8Array {
    const bits = (present ? 3 : 2) << (2 * this.#model.places[0].slot);
    return Uint8Array.of(0x02, 0x50, bits, 0x50 ^ bits, 0x03);
  }

  #answered(): number | undefined {
    const speed = this.mischief.take('speed-lost') ? this.line.baud : this.#speed;
    this.#speed = undefined;
    return speed;
  }

  async #obey(message: Uint8Array, mark: number): Promise<Uint8Array> {
    const pulled = this.mischief.take('pulled');
    if (pulled) this.#slots[0]?.seat.pullAtNext(pulled.when);
    const own = this.#speedApdu(message);
    if (own) return own;
    const answer = await answerMessage(this.#ccid(mark), message);
    if (answer[0] === ESCAPED && answer[7] === 0) answer[8] = ESCAPE_ERROR;
    return answer;
  }

  /** The slots behind one pair of marks, by their number there. */
  #ccid(mark: number): CcidModel {
    const slots: CcidSlot[] = [new CcidSlot(new Seat(undefined))];
    for (const [at, place] of this.#model.places.entries()) {
      if (place.mark === mark) slots[place.slot] = this.#slots[at] as CcidSlot;
    }
    return { slots, escape: (data) => this.#escape(data), exchange: carry };
  }

  /** A command to the reader in the form of one to the card; no card needs to be there. */
  #speedApdu(message: Uint8Array): Uint8Array | undefined {
    const command = readCommand(message);
    const { data } = command;
    if (this.#model.tellsCards || command.type !== 0x6f || !equalBytes(data.subarray(0, 3), SPEED_APDU))
      return undefined;
    this.#speed = data[3] === 0x01 ? 115_200 : 9_600;
    return writeAnswer(command, { type: 0x80, icc: 0, data: Uint8Array.of(0x90, data[3] ?? 0) });
  }

  #escape(data: Uint8Array): Uint8Array | undefined {
    if (equalBytes(data, WHO)) return concat([Uint8Array.of(0xe0, 0, 0, 0, 0), ascii(FIRMWARE)]);
    if (data.length === 6 && equalBytes(data.subarray(0, 5), BUZZER))
      return Uint8Array.of(0xe1, 0, 0, 0, 1, data[5] ?? 0);
    const wanted = data[1] ?? 0;
    const baud = SPEEDS[wanted & ~NOTICES];
    if (data[0] !== 0x44 || data.length !== 2 || baud === undefined) return undefined;
    this.#notices = (wanted & NOTICES) !== 0;
    this.#speed = baud;
    return Uint8Array.of(0x90, wanted);
  }
}

async function carry({ seat }: CcidSlot, apdu: Uint8Array): Promise<Exchanged> {
  if (apdu.length < 4) return FAULT.length;
  const said = await sendApdu(seat, apdu);
  return said.kind === 'answer' ? said.bytes : FAULT.mute;
}
