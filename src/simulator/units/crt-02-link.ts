import { concat } from '../../../apdu/bytes.ts';
import { Intake, LONGEST } from './intake.ts';
import { type Station, xorOf } from './station.ts';
import type { UnitLink } from './unit.ts';

const STX = 0x02;
const ETX = 0x03;
const EOT = 0x04;
const ENQ = 0x05;
const ACK = 0x06;
const NAK = 0x15;
/** Bytes around a text: 02, length, 03, BCC. */
const AROUND = 5;
/** Command, data and all (readers.md 7). */
const LONGEST_TEXT = 2 + 264;

/** What sits on the line. */
export interface Crt02Worker {
  /** A command, CM and all. @returns what is answered */
  obey(text: Uint8Array): Promise<Uint8Array>;
  /** Its answer is on the line. @returns speed to go to */
  answered(): number | undefined;
}

/**
 * The line of an 02 unit (readers.md 7): a frame is acknowledged, and waits for ENQ; answers are not acknowledged.
 *
 * ASSUMED: the last frame before ENQ counts; ENQ without a frame is not answered; at work the unit hears EOT only.
 */
export class Crt02Link implements UnitLink {
  readonly #enq: boolean;
  readonly #station: Station;
  readonly #worker: Crt02Worker;
  readonly #intake: Intake;
  #waiting: Uint8Array | undefined;
  /** Number of the command at work; another one when it was stopped. */
  #run = 0;
  #working = false;
  #last: Uint8Array | undefined;

  /** @param enq false: works without ENQ, as HID forms do */
  constructor(enq: boolean, station: Station, worker: Crt02Worker) {
    this.#enq = enq;
    this.#station = station;
    this.#worker = worker;
    this.#intake = new Intake(
      { begins: (byte) => byte === STX, length: frameLength },
      { frame: (frame) => this.#heard(frame), byte: (byte) => this.#signal(byte) },
    );
  }

  receive(bytes: Uint8Array): void {
    this.#intake.push(bytes);
  }

  stop(): void {
    this.#intake.stop();
  }

  #signal(byte: number): void {
    if (byte === EOT) {
      this.#run++;
      this.#working = false;
      this.#waiting = undefined;
      this.#station.send(Uint8Array.of(EOT));
    } else if (byte === ENQ) {
      this.#begin();
    }
  }

  #heard(frame: Uint8Array): void {
    if (this.#working) return;
    const { mischief } = this.#station;
    mischief.count();
    if (mischief.take('silence')) return;
    if (xorOf(frame) !== 0 || frame.at(-2) !== ETX || mischief.take('refuse')) {
      this.#station.send(Uint8Array.of(NAK));
      return;
    }
    this.#waiting = frame.subarray(3, -2);
    const late = mischief.take('late-acknowledge');
    if (late) void this.#station.wait(late.ms).then(() => this.#acknowledge());
    else this.#acknowledge();
  }

  #acknowledge(): void {
    if (this.#waiting === undefined) return;
    this.#station.send(Uint8Array.of(ACK));
    if (!this.#enq) this.#begin();
  }

  #begin(): void {
    const text = this.#waiting;
    if (text === undefined || this.#working) return;
    this.#waiting = undefined;
    void this.#work(text);
  }

  async #work(text: Uint8Array): Promise<void> {
    const { mischief } = this.#station;
    const run = this.#run;
    this.#working = true;
    const answer = await this.#worker.obey(text);
    const late = mischief.take('late-answer');
    if (late) await this.#station.wait(late.ms);
    if (run !== this.#run) return;
    this.#working = false;
    if (!mischief.take('no-answer')) this.#answer(answer);
    const speed = this.#worker.answered();
    if (speed !== undefined) this.#station.setSpeed(speed);
  }

  #answer(text: Uint8Array): void {
    const { mischief } = this.#station;
    if (mischief.take('stale-answer') && this.#last) this.#station.send(this.#last);
    if (mischief.take('misaddressed')) text[1] = (text[1] ?? 0) ^ 0x0f;
    const body = concat([Uint8Array.of(STX, text.length >> 8, text.length & 0xff), text, Uint8Array.of(ETX)]);
    this.#last = concat([body, Uint8Array.of(xorOf(body))]);
    const sent = this.#last.slice();
    if (mischief.take('wrong-check')) sent[sent.length - 1] = (sent.at(-1) ?? 0) ^ 0xff;
    this.#station.send(sent);
  }
}

function frameLength(begun: Uint8Array): number | undefined {
  if (begun.length < 3) return undefined;
  const length = ((begun[1] ?? 0) << 8) + (begun[2] ?? 0);
  return length > LONGEST_TEXT || length + AROUND > LONGEST ? 0 : length + AROUND;
}
