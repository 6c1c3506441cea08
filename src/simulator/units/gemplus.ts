import { type PadAct, SimulatedPinPad } from '../pin-pad.ts';
import type { VirtualCard } from '../readers.ts';
import type { LineForm } from '../wire/wire.ts';
import { answerMessage, type CcidModel } from './ccid.ts';
import { secure } from './ccid-secure.ts';
import { CcidSlot } from './ccid-slot.ts';
import { GemplusLink } from './gemplus-link.ts';
import { type GemplusModel, type GemplusModelName, gemplusModels } from './gemplus-models.ts';
import { ascii } from './manners.ts';
import { Seat } from './seat.ts';
import type { Station } from './station.ts';
import { EmulatedUnit, type UnitLink, type UnitSeats } from './unit.ts';

/** SIM Pro 2 after its Escape. */
const FAST = 115_200;
const NOTHING = new Uint8Array(0);

/** How a Gemplus unit is made. */
export interface GemplusOptions {
  /** Default `twin`. */
  readonly model?: GemplusModelName;
}

/**
 * CCID on a serial line, Gemplus form, at TPDU level (readers.md 3): SYNC, ACK or NAK, message, LRC.
 *
 * What the reference leaves open is chosen so, ASSUMED all of it: a frame that stays incomplete is forgotten; an Escape it does
 * not know fails with error 00.
 * @example const unit = new GemplusUnit({ card: new SimulatedCard(image) }, { model: 'pos-pro' });
 */
export class GemplusUnit extends EmulatedUnit {
  readonly line: LineForm;
  readonly #model: GemplusModel;
  readonly #slots: readonly CcidSlot[];
  /** The person at the keys. */
  readonly #pad = new SimulatedPinPad();
  #holdsNotices = false;
  #speed: number | undefined;

  constructor({ card, sams = [] }: UnitSeats, { model = 'twin' }: GemplusOptions = {}) {
    super();
    this.#model = gemplusModels[model];
    this.line = { baud: this.#model.baud, bits: 11 };
    const sockets = Array.from({ length: this.#model.slots - 1 }, (_, at) => new CcidSlot(new Seat(sams[at]), 'power'));
    this.#slots = [new CcidSlot(new Seat(card, (present) => this.moved(present))), ...sockets];
  }

  protected get seats(): readonly Seat[] {
    return this.#slots.map(({ seat }) => seat);
  }

  insert(card?: VirtualCard): void {
    this.#slots[0]?.seat.insert(card);
  }

  remove(): void {
    this.#slots[0]?.seat.remove();
  }

  /** What the person at the keys does next, where the model has keys. Without an act they wait. */
  act(...acts: readonly PadAct[]): void {
    this.#pad.act(...acts);
  }

  protected begin(station: Station): UnitLink {
    this.#holdsNotices = false;
    let entry = new AbortController();
    const ccid: CcidModel = {
      slots: this.#slots,
      escape: (data) => this.#escape(data),
      exchange: (slot, data) => slot.exchange(data),
      ...(this.#model.pad && {
        secure: (slot: CcidSlot, data: Uint8Array) => {
          entry = new AbortController();
          return secure(this.#pad, slot, data, entry.signal);
        },
      }),
    };
    const holdsNotices = () => this.#holdsNotices;
    return new GemplusLink(station, {
      echo: this.#model.echo,
      get holdsNotices() {
        return holdsNotices();
      },
      obey: (message) => this.#obey(ccid, message),
      answered: () => this.#answered(),
      abort: () => entry.abort(),
    });
  }

  #obey(ccid: CcidModel, message: Uint8Array): Promise<Uint8Array> {
    const pulled = this.mischief.take('pulled');
    if (pulled) this.#slots[0]?.seat.pullAtNext(pulled.when);
    return answerMessage(ccid, message);
  }

  #answered(): number | undefined {
    const speed = this.mischief.take('speed-lost') ? this.#model.baud : this.#speed;
    this.#speed = undefined;
    return speed;
  }

  #escape(data: Uint8Array): Uint8Array | undefined {
    const [first, second, third] = data;
    if (data.length === 1 && first === 0x02) return ascii(this.#model.firmware);
    if (data.length === 3 && first === 0x01 && second === 0x01) {
      this.#holdsNotices = third === 0x01;
      return NOTHING;
    }
    if (data.length === 3 && first === 0x01 && second === 0x10 && third === 0x20 && this.#model.baud !== FAST) {
      // The answer still comes at the old speed (readers.md 1, rule 7).
      this.#speed = FAST;
      return NOTHING;
    }
    // Texts for the display, and what the firmware has: a short answer is tolerated.
    if (this.#model.pad && (first === 0xb2 || first === 0x6a)) return NOTHING;
    return undefined;
  }
}
