import { concat } from '../../../apdu/bytes.ts';
import type { VirtualCard } from '../readers.ts';
import type { LineForm, Wire } from '../wire/wire.ts';
import { answerMessage, type CcidModel } from './ccid.ts';
import { HEADER, messageLength } from './ccid-message.ts';
import { CcidSlot } from './ccid-slot.ts';
import { type GemplusModel, type GemplusModelName, gemplusModels } from './gemplus-models.ts';
import { Intake, LONGEST } from './intake.ts';
import type { Order } from './mischief.ts';
import { Seat } from './seat.ts';
import { Station, xorOf } from './station.ts';
import type { EmulatedUnit, Seats } from './unit.ts';

const SYNC = 0x03;
const ACK = 0x06;
const NAK = 0x15;
/** Data bytes of a command that is echoed whole; a longer one is echoed without its data (pcsc-on-this-stack.md 4). */
const LONGEST_ECHO = 64;
/** Data bytes of a message (dwMaxCCIDMessageLength 271). */
const LONGEST_DATA = 271 - HEADER;
/** One raw byte: more time, please (readers.md 3). */
const TIME_REQUEST = 0x85;
/** SIM Pro 2 after its Escape. */
const FAST = 115_200;

/** How a Gemplus unit is made. */
export interface GemplusOptions {
  /** Default `twin`. */
  readonly model?: GemplusModelName;
}

/**
 * CCID on a serial line, Gemplus form, at TPDU level (readers.md 3): SYNC, ACK or NAK, message, LRC.
 *
 * What the reference leaves open is chosen so, ASSUMED all of it: a frame that stays incomplete is forgotten; a unit at work
 * takes the next frame afterwards; an Escape it does not know fails with error 00.
 * @example const unit = new GemplusUnit({ card: new SimulatedCard(image) }, { model: 'pos-pro' });
 */
export class GemplusUnit implements EmulatedUnit {
  readonly line: LineForm;
  readonly #model: GemplusModel;
  readonly #slots: readonly CcidSlot[];
  readonly #ccid: CcidModel;
  readonly #station = new Station();
  readonly #intake: Intake;
  /** Card notices between a command and its answer only. */
  #noticesHeld = false;
  #notice: Uint8Array | undefined;
  #work: Promise<void> = Promise.resolve();
  #last: Uint8Array | undefined;
  #speed: number | undefined;

  constructor(seats: Seats, { model = 'twin' }: GemplusOptions = {}) {
    this.#model = gemplusModels[model];
    this.line = { baud: this.#model.baud, bits: 11 };
    this.#slots = this.#seat(seats);
    this.#ccid = {
      slots: this.#slots,
      escape: (data) => this.#escape(data),
      exchange: (slot, data) => slot.exchange(data),
    };
    this.#intake = new Intake(
      { begins: (byte) => byte === SYNC, length: frameLength },
      { frame: (frame) => this.#heard(frame) },
    );
  }

  attach(wire: Wire): void {
    this.#station.attach(wire);
  }

  receive(bytes: Uint8Array): void {
    this.#intake.push(bytes);
  }

  detach(): void {
    this.#intake.stop();
    this.#station.detach();
    for (const { seat } of this.#slots) seat.powerOff();
  }

  insert(card?: VirtualCard): void {
    this.#slots[0]?.seat.insert(card);
  }

  remove(): void {
    this.#slots[0]?.seat.remove();
  }

  misbehave(...orders: readonly Order[]): void {
    this.#station.mischief.order(...orders);
  }

  #seat({ card, sams = [] }: Seats): readonly CcidSlot[] {
    const main = new Seat(card, (present) => this.#noticed(present));
    const sockets = Array.from({ length: this.#model.slots - 1 }, (_, at) => new CcidSlot(new Seat(sams[at]), 'power'));
    return [new CcidSlot(main), ...sockets];
  }

  #noticed(present: boolean): void {
    const notice = noticeOf(present);
    if (this.#noticesHeld) this.#notice = notice;
    else this.#station.send(notice);
  }

  #heard(frame: Uint8Array): void {
    const { mischief } = this.#station;
    mischief.count();
    if (mischief.take('silence')) return;
    if (frame[1] === NAK && frame.length === 3) {
      if (this.#last) this.#station.send(this.#last);
    } else if (xorOf(frame) !== 0 || mischief.take('refuse')) {
      this.#station.send(Uint8Array.of(SYNC, NAK, SYNC ^ NAK));
    } else {
      this.#work = this.#work.then(() => this.#obey(frame.subarray(2, -1)));
    }
  }

  async #obey(message: Uint8Array): Promise<void> {
    const { mischief } = this.#station;
    const pulled = mischief.take('pulled');
    if (pulled) this.#slots[0]?.seat.pullAtNext(pulled.when);
    this.#tell('before-acknowledge');
    if (this.#model.echo) this.#station.send(echoOf(message));
    this.#sendNotice();
    while (mischief.take('time-requests')) this.#station.send(Uint8Array.of(TIME_REQUEST));
    const answer = await answerMessage(this.#ccid, message);
    this.#sendNotice();
    this.#tell('before-answer');
    if (mischief.take('no-answer')) return;
    const late = mischief.take('late-answer');
    if (late) await this.#station.wait(late.ms);
    this.#answer(answer);
    this.#tell('after-answer');
    this.#changeSpeed();
  }

  #answer(message: Uint8Array): void {
    const { mischief } = this.#station;
    if (mischief.take('stale-answer') && this.#last) this.#station.send(this.#last);
    // bSeq counts round (readers.md 2).
    if (mischief.take('misaddressed')) message[6] = ((message[6] ?? 0) + 1) & 0xff;
    const frame = framed(message);
    this.#last = frame;
    this.#station.send(mischief.take('wrong-check') ? spoilt(frame) : frame);
  }

  #tell(when: 'before-acknowledge' | 'before-answer' | 'after-answer'): void {
    const order = this.#station.mischief.take('notice', (one) => one.when === when);
    if (order) this.#station.send(noticeOf(order.present));
  }

  #sendNotice(): void {
    if (this.#notice) this.#station.send(this.#notice);
    this.#notice = undefined;
  }

  #changeSpeed(): void {
    if (this.#station.mischief.take('speed-lost')) this.#speed = this.#model.baud;
    if (this.#speed !== undefined) this.#station.setSpeed(this.#speed);
    this.#speed = undefined;
  }

  #escape(data: Uint8Array): Uint8Array | undefined {
    const [first, second, third] = data;
    if (data.length === 1 && first === 0x02) return new TextEncoder().encode(this.#model.firmware);
    if (data.length === 3 && first === 0x01 && second === 0x01) {
      this.#noticesHeld = third === 0x01;
      return new Uint8Array(0);
    }
    if (data.length === 3 && first === 0x01 && second === 0x10 && third === 0x20 && this.#model.baud !== FAST) {
      // The answer still comes at the old speed (readers.md 1, rule 7).
      this.#speed = FAST;
      return new Uint8Array(0);
    }
    // Texts for the display, and what the firmware has: a short answer is tolerated.
    if (this.#model.pad && (first === 0xb2 || first === 0x6a)) return new Uint8Array(0);
    return undefined;
  }
}

function frameLength(begun: Uint8Array): number | undefined {
  const [, control] = begun;
  if (control === undefined) return undefined;
  if (control === NAK) return 3;
  if (control !== ACK) return 0;
  const message = messageLength(begun.subarray(2));
  if (message === undefined) return undefined;
  return message > HEADER + LONGEST_DATA || message > LONGEST ? 0 : message + 3;
}

function framed(message: Uint8Array): Uint8Array {
  const head = concat([Uint8Array.of(SYNC, ACK), message]);
  return concat([head, Uint8Array.of(xorOf(head))]);
}

function echoOf(message: Uint8Array): Uint8Array {
  if (message.length <= HEADER + LONGEST_ECHO) return framed(message);
  const bare = message.slice(0, HEADER);
  bare.fill(0, 1, 5);
  return framed(bare);
}

function spoilt(frame: Uint8Array): Uint8Array {
  const bad = frame.slice();
  bad[bad.length - 1] = (bad.at(-1) ?? 0) ^ 0xff;
  return bad;
}

function noticeOf(present: boolean): Uint8Array {
  return Uint8Array.of(0x50, present ? 0x03 : 0x02);
}
