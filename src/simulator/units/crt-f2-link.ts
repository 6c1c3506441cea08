import { concat } from '../../../apdu/bytes.ts';
import { Intake, LONGEST } from './intake.ts';
import { type Station, xorOf } from './station.ts';
import type { UnitLink } from './unit.ts';

const STX = 0xf2;
const ETX = 0x03;
const ACK = 0x06;
const NAK = 0x15;
const EOT = 0x04;
/** Before the search at the first initialise. */
const FIRST_SPEED = 9_600;
/** Bytes around a text: F2, address, length, 03, BCC. */
const AROUND = 6;

/**
 * The line of an F2 unit (readers.md 6): frames with an address, ACK or NAK, answers that are given again on NAK, EOT.
 *
 * ASSUMED: a frame that comes before the acknowledgement of the one before takes its place; at work the unit hears EOT only;
 * an answer is given again until the next command.
 */
export class F2Link implements UnitLink {
  readonly #address: number;
  readonly #station: Station;
  readonly #obey: (text: Uint8Array) => Promise<Uint8Array>;
  readonly #intake: Intake;
  #waiting: Uint8Array | undefined;
  /** Number of the command at work; another one when it was stopped. */
  #run = 0;
  #working = false;
  #last: Uint8Array | undefined;

  /** @param obey a command, head and all, and what is answered */
  constructor(address: number, station: Station, obey: (text: Uint8Array) => Promise<Uint8Array>) {
    this.#address = address;
    this.#station = station;
    this.#obey = obey;
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
    } else if (byte === NAK && this.#last && !this.#working) {
      this.#give(this.#last);
    }
  }

  #heard(frame: Uint8Array): void {
    // Another unit on the same line.
    if (frame[1] !== this.#address || this.#working) return;
    const { mischief } = this.#station;
    mischief.count();
    if (mischief.take('silence')) return;
    if (xorOf(frame) !== 0 || frame.at(-2) !== ETX || mischief.take('refuse')) {
      this.#station.send(Uint8Array.of(NAK));
      return;
    }
    const takesPlace = this.#waiting !== undefined;
    this.#waiting = frame.subarray(4, -2);
    if (!takesPlace) void this.#acknowledge();
  }

  async #acknowledge(): Promise<void> {
    const run = this.#run;
    const late = this.#station.mischief.take('late-acknowledge');
    if (late) await this.#station.wait(late.ms);
    const text = this.#waiting;
    if (run !== this.#run || text === undefined) return;
    this.#waiting = undefined;
    this.#working = true;
    this.#station.send(Uint8Array.of(ACK));
    const answer = await this.#obey(text);
    if (!(await this.#mayAnswer(run))) return;
    this.#answer(answer);
    if (this.#station.mischief.take('speed-lost')) this.#station.setSpeed(FIRST_SPEED);
  }

  async #mayAnswer(run: number): Promise<boolean> {
    const { mischief } = this.#station;
    const late = mischief.take('late-answer');
    if (late) await this.#station.wait(late.ms);
    if (run !== this.#run) return false;
    this.#working = false;
    return !mischief.take('no-answer');
  }

  #answer(text: Uint8Array): void {
    const { mischief } = this.#station;
    if (mischief.take('stale-answer') && this.#last) this.#station.send(this.#last);
    if (mischief.take('misaddressed')) text[2] = (text[2] ?? 0) ^ 0x0f;
    const head = Uint8Array.of(STX, this.#address, text.length >> 8, text.length & 0xff);
    const body = concat([head, text, Uint8Array.of(ETX)]);
    this.#last = concat([body, Uint8Array.of(xorOf(body))]);
    this.#give(this.#last);
  }

  #give(frame: Uint8Array): void {
    const sent = frame.slice();
    if (this.#station.mischief.take('wrong-check')) sent[sent.length - 1] = (sent.at(-1) ?? 0) ^ 0xff;
    this.#station.send(sent);
  }
}

function frameLength(begun: Uint8Array): number | undefined {
  if (begun.length < 4) return undefined;
  const length = AROUND + ((begun[2] ?? 0) << 8) + (begun[3] ?? 0);
  return length > LONGEST ? 0 : length;
}
