import type { Talk } from '../../talk.ts';
import { answerLost, isNotTaken, notTaken, sayEot } from '../acknowledged.ts';
import { lineTime, nextBefore } from '../timing.ts';
import { type CrtF2Answer, initialise, readAnswer } from './commands.ts';
import { type CrtF2Event, crtF2Frame, crtF2Signals } from './framer.ts';
import type { CrtF2Policy } from './policy.ts';

/** How long an answer is waited for, and how a command is sent. */
export interface Asking {
  readonly ms: number;
  /** An APDU: sent again only when the unit says that it did not take it. */
  readonly once?: boolean;
  /** Default: the policy's. */
  readonly sends?: number;
}

/** What comes of a frame that was sent. */
type Reaction =
  | { readonly kind: 'taken' | 'nak' | 'silence' }
  | { readonly kind: 'answered'; readonly answer: CrtF2Answer };

/** Commands to one unit and their answers: ACK, NAK, answers that are asked for again, EOT (readers.md 6). */
export class CrtF2Link {
  readonly #address: number;
  readonly #policy: CrtF2Policy;

  constructor(address: number, policy: CrtF2Policy) {
    this.#address = address;
    this.#policy = policy;
  }

  /**
   * Nothing was heard of a frame: it is sent again behind EOT, so that the unit does not have it twice. An APDU is not: the
   * unit may have it, and does not say whether it runs it twice (readers.md 1, rule 6).
   * @throws SscardError `unit-silent`, `unit-refused` (`frame-refused`: NAK each time, `not-done`), `card-mute` (an APDU was
   * taken, and its answer is lost: `unknown`)
   */
  async ask(talk: Talk<CrtF2Event>, command: Uint8Array, asking: Asking): Promise<CrtF2Answer> {
    const { once = false, sends = this.#policy.sends } = asking;
    const frame = crtF2Frame(command, this.#address);
    try {
      for (let sent = 1; ; sent++) {
        await talk.send(frame);
        const reaction = await this.#reaction(talk, frame.length, command, once);
        if (reaction.kind === 'answered') return reaction.answer;
        if (reaction.kind === 'taken') return await this.#answer(talk, command, asking);
        if (sent >= sends || (once && reaction.kind === 'silence')) throw notTaken(reaction.kind, 'unknown');
        if (reaction.kind === 'silence') await this.stop(talk);
      }
    } finally {
      // It may carry a PIN.
      frame.fill(0);
    }
  }

  /** @returns whether the unit said that it stopped */
  stop(talk: Talk<CrtF2Event>): Promise<boolean> {
    return sayEot(talk, crtF2Signals.eot, this.#policy.times.acknowledge);
  }

  /** Initialises the unit at the first of these speeds at which it answers. @throws SscardError `unit-silent` */
  async acquaint(talk: Talk<CrtF2Event>, speeds: readonly number[]): Promise<CrtF2Answer> {
    const { rounds, times } = this.#policy;
    for (let round = 0; round < rounds; round++) {
      for (const baud of talk.baud === undefined ? [undefined] : speeds) {
        if (baud !== undefined && baud !== talk.baud) await talk.setSpeed(baud);
        try {
          return await this.ask(talk, initialise, { ms: times.move, sends: 1 });
        } catch (error) {
          if (!isNotTaken(error)) throw error;
        }
      }
    }
    throw notTaken('silence', 'not-done');
  }

  async #reaction(talk: Talk<CrtF2Event>, length: number, command: Uint8Array, once: boolean): Promise<Reaction> {
    const { acknowledge, late } = this.#policy.times;
    const end = performance.now() + acknowledge + lineTime(length + 1, talk.baud) + (once ? late : 0);
    for (;;) {
      const event = await nextBefore(talk, end);
      switch (event.kind) {
        case 'ack':
          return { kind: 'taken' };
        case 'nak':
          return { kind: 'nak' };
        case 'silence':
          return { kind: 'silence' };
        case 'frame': {
          // Its ACK was lost on the way.
          const answer = await this.#read(talk, event, command);
          if (answer !== undefined) return { kind: 'answered', answer };
          break;
        }
        case 'bad-check':
        case 'cut':
          await talk.send(crtF2Signals.nak);
          return { kind: 'taken' };
      }
    }
  }

  async #answer(talk: Talk<CrtF2Event>, command: Uint8Array, { ms, once = false }: Asking): Promise<CrtF2Answer> {
    const end = performance.now() + ms;
    for (let damaged = 0; ; ) {
      const event = await nextBefore(talk, end);
      if (event.kind === 'silence') throw answerLost(once, damaged > 0);
      if (event.kind === 'bad-check' || event.kind === 'cut') {
        if (++damaged > this.#policy.repeats) throw answerLost(once, true);
        await talk.send(crtF2Signals.nak);
      } else if (event.kind === 'frame') {
        const answer = await this.#read(talk, event, command);
        if (answer !== undefined) return answer;
      }
    }
  }

  /** A good frame of our unit is acknowledged at once, also one that nobody waits for. */
  async #read(
    talk: Talk<CrtF2Event>,
    { address, text }: Extract<CrtF2Event, { kind: 'frame' }>,
    command: Uint8Array,
  ): Promise<CrtF2Answer | undefined> {
    if (address !== this.#address) return undefined;
    await talk.send(crtF2Signals.ack);
    return readAnswer(text, command);
  }
}
