import { concat } from '../../../apdu/bytes.ts';
import { HEADER, messageLength } from './ccid-message.ts';
import { Intake } from './intake.ts';
import { type Station, xorOf } from './station.ts';
import type { UnitLink } from './unit.ts';

/** dwLength above this is an error of its own (readers.md 4). */
const LONGEST_DATA = 0x105;
/** What is said at once of a frame. */
const STATUS = { taken: 0x00, checksum: 0xff, length: 0xfe, end: 0xfd, incomplete: 0xfc } as const;
/** Answers to the contactless side have the first marks. */
const CONTACTLESS = 0x32;

/** What sits on the line. */
export interface AcsWorker {
  /** First bytes that frames of this unit have. */
  readonly marks: ReadonlySet<number>;
  /** Says so when a frame is not complete in time. */
  readonly incomplete: boolean;
  obey(message: Uint8Array, mark: number): Promise<Uint8Array>;
  /** The answer is on the line. @returns speed to go to */
  answered(): number | undefined;
  /** The frame that says that the holder's card came or went; undefined: nobody wants to know. */
  notice(present: boolean, ordered: boolean): Uint8Array | undefined;
}

/** The line of an ACS unit (readers.md 4). At work it hears nothing. */
export class AcsLink implements UnitLink {
  readonly #station: Station;
  readonly #worker: AcsWorker;
  readonly #intake: Intake;
  #working = false;
  #last: Uint8Array | undefined;

  constructor(station: Station, worker: AcsWorker) {
    this.#station = station;
    this.#worker = worker;
    this.#intake = new Intake(
      { begins: (byte) => worker.marks.has(byte), length: frameLength },
      {
        frame: (frame) => this.#heard(frame),
        incomplete: (begun) => {
          if (worker.incomplete) this.#status(begun, STATUS.incomplete);
        },
        refused: (begun) => this.#status(begun, STATUS.length),
      },
    );
  }

  receive(bytes: Uint8Array): void {
    this.#intake.push(bytes);
  }

  stop(): void {
    this.#intake.stop();
  }

  moved(present: boolean): void {
    this.#notify(present, false);
  }

  #notify(present: boolean, ordered: boolean): void {
    const notice = this.#worker.notice(present, ordered);
    if (notice) this.#station.send(notice);
  }

  #heard(frame: Uint8Array): void {
    if (this.#working) return;
    const { mischief } = this.#station;
    mischief.count();
    if (mischief.take('silence')) return;
    const message = frame.subarray(1, -2);
    if (frame.at(-1) !== (frame[0] ?? 0) + 1) this.#status(frame, STATUS.end);
    else if (xorOf(message) !== frame.at(-2) || mischief.take('refuse')) this.#status(frame, STATUS.checksum);
    else if (message.every((byte) => byte === 0)) this.#repeat();
    else void this.#obey(frame, message);
  }

  /** The host's NAK. */
  #repeat(): void {
    if (this.#last) this.#give(this.#last);
  }

  async #obey(frame: Uint8Array, message: Uint8Array): Promise<void> {
    const { mischief } = this.#station;
    this.#working = true;
    this.#tell('before-acknowledge');
    const lateStatus = mischief.take('late-acknowledge');
    if (lateStatus) await this.#station.wait(lateStatus.ms);
    this.#status(frame, STATUS.taken);
    const mark = frame[0] ?? 0;
    const answer = await this.#worker.obey(message, mark);
    this.#tell('before-answer');
    const late = mischief.take('late-answer');
    if (late) await this.#station.wait(late.ms);
    this.#working = false;
    if (mischief.take('no-answer')) return;
    this.#answer(answer, answerMark(mark));
    this.#tell('after-answer');
    const speed = this.#worker.answered();
    if (speed !== undefined) this.#station.setSpeed(speed);
  }

  #answer(message: Uint8Array, mark: number): void {
    const { mischief } = this.#station;
    if (mischief.take('stale-answer') && this.#last) this.#station.send(this.#last);
    if (mischief.take('misaddressed')) message[6] = ((message[6] ?? 0) + 1) & 0xff;
    this.#last = concat([Uint8Array.of(mark), message, Uint8Array.of(xorOf(message), mark + 1)]);
    this.#give(this.#last);
  }

  #give(frame: Uint8Array): void {
    const sent = frame.slice();
    if (this.#station.mischief.take('wrong-check')) sent[sent.length - 2] = (sent.at(-2) ?? 0) ^ 0xff;
    this.#station.send(sent);
  }

  #status(frame: Uint8Array, code: number): void {
    const mark = answerMark(frame[0] ?? 0);
    this.#station.send(Uint8Array.of(mark, code, code, mark + 1));
  }

  #tell(when: 'before-acknowledge' | 'before-answer' | 'after-answer'): void {
    const order = this.#station.mischief.take('notice', (one) => one.when === when);
    if (order) this.#notify(order.present, true);
  }
}

const answerMark = (mark: number) => (mark === CONTACTLESS ? 0x02 : mark);

function frameLength(begun: Uint8Array): number | undefined {
  const message = messageLength(begun.subarray(1));
  if (message === undefined) return undefined;
  return message > HEADER + LONGEST_DATA ? 0 : message + 3;
}
