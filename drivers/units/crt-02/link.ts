import type { Talk } from '../../talk.ts';
import { answerLost, isNotTaken, notTaken, sayEot } from '../acknowledged.ts';
import { lineTime, nextBefore, pause } from '../timing.ts';
import { type Crt02Answer, readAnswer, reset, setSpeed } from './commands.ts';
import { type Crt02Event, crt02Frame, crt02Signals } from './framer.ts';
import type { Crt02Policy } from './policy.ts';

/** The form of the flow: units behind HID work without ENQ, and put a result in front of their answers. */
export interface Crt02Form {
  readonly enq: boolean;
  readonly resultHead: boolean;
}

/** How long an answer is waited for, and how a command is sent. */
export interface Asking {
  readonly ms: number;
  /** Not asked again when its answer comes damaged: an APDU, a movement. */
  readonly once?: boolean;
  /** Default: the policy's. */
  readonly sends?: number;
}

type Heard = Crt02Answer | { readonly kind: 'damaged' | 'silence' | 'not-taken' };

/** Commands to one unit and their answers: ACK, NAK, ENQ, EOT (readers.md 7). */
export class Crt02Link {
  readonly #form: Crt02Form;
  readonly #policy: Crt02Policy;

  constructor(form: Crt02Form, policy: Crt02Policy) {
    this.#form = form;
    this.#policy = policy;
  }

  /**
   * Before ENQ nothing is done, so that a frame may be sent until it is acknowledged; ENQ is sent once. An answer cannot be asked for
   * again: only a question that changes nothing is.
   * @throws SscardError `unit-silent`, `unit-refused` (`frame-refused`: NAK each time, `not-done`), `card-mute` (an APDU was
   * taken, and its answer is lost: `unknown`)
   */
  async ask(talk: Talk<Crt02Event>, command: Uint8Array, asking: Asking): Promise<Crt02Answer> {
    const { once = false, sends = this.#policy.sends } = asking;
    const frame = crt02Frame(command);
    try {
      for (let asked = 1, sent = 0; ; ) {
        if (this.#form.enq) await this.#deliver(talk, frame, sends);
        else await talk.send(frame);
        const heard = await this.#answer(talk, command, asking.ms);
        if (heard.kind === 'done' || heard.kind === 'refused') return heard;
        if (heard.kind === 'not-taken') {
          if (++sent >= sends) throw notTaken('nak', 'not-done');
        } else if (heard.kind === 'silence' || once || ++asked > this.#policy.asks)
          throw answerLost(once, heard.kind === 'damaged');
      }
    } finally {
      // It may carry a PIN.
      frame.fill(0);
    }
  }

  /** @returns whether the unit said that it stopped */
  stop(talk: Talk<Crt02Event>): Promise<boolean> {
    return sayEot(talk, crt02Signals.eot, this.#policy.times.acknowledge);
  }

  /** Resets the unit at the first of these speeds at which it answers. @throws SscardError `unit-silent` */
  async acquaint(talk: Talk<Crt02Event>, speeds: readonly number[]): Promise<Crt02Answer> {
    const { rounds, times } = this.#policy;
    for (let round = 0; round < rounds; round++) {
      for (const baud of talk.baud === undefined ? [undefined] : speeds) {
        if (baud !== undefined && baud !== talk.baud) await talk.setSpeed(baud);
        try {
          return await this.ask(talk, reset, { ms: times.move, sends: 1 });
        } catch (error) {
          if (!isNotTaken(error)) throw error;
        }
      }
    }
    throw notTaken('silence', 'not-done');
  }

  /** Both sides to another speed; back to the old one where the unit is not found at the new one (readers.md 1, rule 7). */
  async changeSpeed(talk: Talk<Crt02Event>, baud: number): Promise<void> {
    const [before, code] = [talk.baud, this.#policy.speeds.get(baud)];
    if (before === undefined || before === baud || code === undefined) return;
    const { query, afterSpeed } = this.#policy.times;
    // The answer still comes at the old speed.
    const answer = await this.ask(talk, setSpeed(code), { ms: query, once: true });
    if (answer.kind === 'refused') return;
    await talk.setSpeed(baud);
    await pause(afterSpeed);
    await this.acquaint(talk, [baud, before]);
  }

  async #deliver(talk: Talk<Crt02Event>, frame: Uint8Array, sends: number): Promise<void> {
    for (let sent = 1; ; sent++) {
      await talk.send(frame);
      const end = performance.now() + this.#policy.times.acknowledge + lineTime(frame.length + 1, talk.baud);
      const said = await this.#acknowledgement(talk, end);
      if (said === 'ack') return talk.send(crt02Signals.enq);
      if (sent >= sends) throw notTaken(said, 'not-done');
      // Not twice in the unit, which would wait for ENQ a second time.
      if (said === 'silence') await this.stop(talk);
    }
  }

  async #acknowledgement(talk: Talk<Crt02Event>, end: number): Promise<'ack' | 'nak' | 'silence'> {
    for (;;) {
      const { kind } = await nextBefore(talk, end);
      if (kind === 'ack' || kind === 'nak' || kind === 'silence') return kind;
    }
  }

  async #answer(talk: Talk<Crt02Event>, command: Uint8Array, ms: number): Promise<Heard> {
    const end = performance.now() + ms;
    for (;;) {
      const event = await nextBefore(talk, end);
      if (event.kind === 'silence') return { kind: 'silence' };
      if (event.kind === 'bad-check' || event.kind === 'cut') return { kind: 'damaged' };
      if (event.kind === 'nak' && !this.#form.enq) return { kind: 'not-taken' };
      if (event.kind !== 'frame') continue;
      const answer = readAnswer(event.text, command, this.#form.resultHead);
      if (answer !== undefined) return answer;
    }
  }
}
