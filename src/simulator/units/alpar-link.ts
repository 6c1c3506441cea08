import { concat } from '../../../apdu/bytes.ts';
import { Intake } from './intake.ts';
import { type Station, xorOf } from './station.ts';
import type { UnitLink } from './unit.ts';

const GOOD = 0x60;
const REFUSED = 0xe0;
const WAKE = 0xaa;
/** Before the first answer of a module that slept (seen, vector alp-26). */
const STRAY = 0x51;
const NOTICE = 0xa0;
/** Bytes around the data: 60, length, CMD, LRC. */
const AROUND = 5;
const LONGEST_DATA = 506;
/** Our frame had a bad LRC; it was not complete in time. */
const BAD_LRC = 0xf0;
const INCOMPLETE = 0xff;

/** What sits on the line. */
export interface AlparWorker {
  readonly asleep: boolean;
  /** @returns data of the answer, or the error of a refusal */
  obey(cmd: number, data: Uint8Array): Promise<Uint8Array | number>;
  /** The answer is on the line. @returns speed to go to */
  answered(): number | undefined;
}

/** The line of an ALPAR module (readers.md 5). A module at work takes the next frame afterwards. */
export class AlparLink implements UnitLink {
  readonly #station: Station;
  readonly #worker: AlparWorker;
  readonly #intake: Intake;
  #asleep: boolean;
  #stray = false;
  #work: Promise<void> = Promise.resolve();
  #last: Uint8Array | undefined;

  constructor(station: Station, worker: AlparWorker) {
    this.#station = station;
    this.#worker = worker;
    this.#asleep = worker.asleep;
    this.#intake = new Intake(
      { begins: (byte) => byte === GOOD, length: frameLength },
      {
        frame: (frame) => this.#heard(frame),
        byte: (byte) => this.#signal(byte),
        incomplete: () => {
          if (!this.#asleep) this.#refuse(0x00, INCOMPLETE);
        },
      },
    );
  }

  receive(bytes: Uint8Array): void {
    this.#intake.push(bytes);
  }

  stop(): void {
    this.#intake.stop();
  }

  sleep(): void {
    this.#asleep = true;
  }

  /** Unasked: a card came or went. */
  moved(present: boolean): void {
    if (!this.#asleep) this.#station.send(framed(GOOD, NOTICE, Uint8Array.of(present ? 1 : 0)));
  }

  #signal(byte: number): void {
    if (byte !== WAKE || !this.#asleep) return;
    this.#asleep = false;
    this.#stray = true;
  }

  #heard(frame: Uint8Array): void {
    if (this.#asleep) return;
    const { mischief } = this.#station;
    mischief.count();
    if (mischief.take('silence')) return;
    const cmd = frame[3] ?? 0;
    if (xorOf(frame) !== 0 || mischief.take('refuse')) this.#refuse(cmd, BAD_LRC);
    else this.#work = this.#work.then(() => this.#obey(cmd, frame.subarray(4, -1)));
  }

  async #obey(cmd: number, data: Uint8Array): Promise<void> {
    const { mischief } = this.#station;
    this.#tell('before-acknowledge');
    const told = await this.#worker.obey(cmd, data);
    this.#tell('before-answer');
    const late = mischief.take('late-answer');
    if (late) await this.#station.wait(late.ms);
    if (mischief.take('no-answer')) return;
    if (mischief.take('stale-answer') && this.#last) this.#station.send(this.#last);
    const marked = mischief.take('misaddressed') ? cmd ^ 0x0f : cmd;
    this.#answer(typeof told === 'number' ? framed(REFUSED, marked, Uint8Array.of(told)) : framed(GOOD, marked, told));
    this.#tell('after-answer');
    const speed = this.#worker.answered();
    if (speed !== undefined) this.#station.setSpeed(speed);
  }

  #answer(frame: Uint8Array): void {
    if (this.#stray) this.#station.send(Uint8Array.of(STRAY));
    this.#stray = false;
    this.#last = frame;
    const sent = frame.slice();
    if (this.#station.mischief.take('wrong-check')) sent[sent.length - 1] = (sent.at(-1) ?? 0) ^ 0xff;
    this.#station.send(sent);
  }

  #refuse(cmd: number, error: number): void {
    this.#station.send(framed(REFUSED, cmd, Uint8Array.of(error)));
  }

  #tell(when: 'before-acknowledge' | 'before-answer' | 'after-answer'): void {
    const order = this.#station.mischief.take('notice', (one) => one.when === when);
    if (order) this.moved(order.present);
  }
}

function framed(head: number, cmd: number, data: Uint8Array): Uint8Array {
  const body = concat([Uint8Array.of(head, data.length >> 8, data.length & 0xff, cmd), data]);
  return concat([body, Uint8Array.of(xorOf(body))]);
}

function frameLength(begun: Uint8Array): number | undefined {
  if (begun.length < 3) return undefined;
  const length = ((begun[1] ?? 0) << 8) + (begun[2] ?? 0);
  return length > LONGEST_DATA ? 0 : length + AROUND;
}
