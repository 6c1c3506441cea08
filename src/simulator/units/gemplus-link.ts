import { concat } from '../../../apdu/bytes.ts';
import { HEADER, messageLength } from './ccid-message.ts';
import { Intake } from './intake.ts';
import { type Station, xorOf } from './station.ts';
import type { UnitLink } from './unit.ts';

const SYNC = 0x03;
const ACK = 0x06;
const NAK = 0x15;
/** Data bytes of a command that is echoed whole; a longer one is echoed without its data (pcsc-on-this-stack.md 4). */
const LONGEST_ECHO = 64;
/** dwMaxCCIDMessageLength. */
const LONGEST_MESSAGE = 271;
/** Message that ends what the person at the keys was asked for. */
const ABORT = 0x72;
/** One raw byte: more time, please (readers.md 3). */
const TIME_REQUEST = 0x85;

/** What sits on the line. */
export interface GemplusWorker {
  /** Gives every command frame back first. */
  readonly echo: boolean;
  /** Card notices between a command and its answer only. */
  readonly holdsNotices: boolean;
  obey(message: Uint8Array): Promise<Uint8Array>;
  /** The answer is on the line. @returns speed to go to */
  answered(): number | undefined;
  /** The person at the keys is not waited for any more. */
  abort(): void;
}

/** The line of a Gemplus unit (readers.md 3). A unit at work takes the next frame afterwards. */
export class GemplusLink implements UnitLink {
  readonly #station: Station;
  readonly #worker: GemplusWorker;
  readonly #intake: Intake;
  #notice: Uint8Array | undefined;
  #work: Promise<void> = Promise.resolve();
  #last: Uint8Array | undefined;

  constructor(station: Station, worker: GemplusWorker) {
    this.#station = station;
    this.#worker = worker;
    this.#intake = new Intake(
      { begins: (byte) => byte === SYNC, length: frameLength },
      { frame: (frame) => this.#heard(frame) },
    );
  }

  receive(bytes: Uint8Array): void {
    this.#intake.push(bytes);
  }

  stop(): void {
    this.#intake.stop();
    this.#worker.abort();
  }

  moved(present: boolean): void {
    const notice = noticeOf(present);
    if (this.#worker.holdsNotices) this.#notice = notice;
    else this.#station.send(notice);
  }

  #heard(frame: Uint8Array): void {
    const { mischief } = this.#station;
    mischief.count();
    if (mischief.take('silence')) return;
    if (frame[1] === NAK) {
      if (this.#last) this.#station.send(this.#last);
    } else if (xorOf(frame) !== 0 || mischief.take('refuse')) {
      this.#station.send(Uint8Array.of(SYNC, NAK, SYNC ^ NAK));
    } else {
      this.#take(frame.subarray(2, -1));
    }
  }

  #take(message: Uint8Array): void {
    this.#tell('before-acknowledge');
    if (this.#worker.echo) this.#station.send(echoOf(message));
    if (message[0] === ABORT) this.#worker.abort();
    this.#work = this.#work.then(() => this.#obey(message));
  }

  async #obey(message: Uint8Array): Promise<void> {
    const { mischief } = this.#station;
    this.#sendNotice();
    while (mischief.take('time-requests')) this.#station.send(Uint8Array.of(TIME_REQUEST));
    const answer = await this.#worker.obey(message);
    this.#sendNotice();
    this.#tell('before-answer');
    if (mischief.take('no-answer')) return;
    const late = mischief.take('late-answer');
    if (late) await this.#station.wait(late.ms);
    this.#answer(answer);
    this.#tell('after-answer');
    const speed = this.#worker.answered();
    if (speed !== undefined) this.#station.setSpeed(speed);
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
}

function frameLength(begun: Uint8Array): number | undefined {
  const [, control] = begun;
  if (control === undefined) return undefined;
  if (control === NAK) return 3;
  if (control !== ACK) return 0;
  const message = messageLength(begun.subarray(2));
  if (message === undefined) return undefined;
  return message > LONGEST_MESSAGE ? 0 : message + 3;
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
