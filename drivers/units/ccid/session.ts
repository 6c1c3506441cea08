import { SscardError } from '../../../apdu/errors.ts';
import type { LineEvent, Talk } from '../../talk.ts';
import { lineTime, nextBefore } from '../timing.ts';
import { longestMessage } from './carriage.ts';
import { type CcidAnswer, type CcidCommand, decodeAnswer, encodeCommand, fits, isCommand } from './messages.ts';

/** What an event of a carrier means for the message that is on its way. */
export type Heard =
  /** A message from the unit, or the echo of ours. */
  | { readonly kind: 'message'; readonly message: Uint8Array; readonly face: number }
  /** `taken`: the unit has our frame. `refused`: it wants it again. `damaged`: what it said is to be said again. `more-time`: the card works. */
  | { readonly kind: 'taken' | 'refused' | 'damaged' | 'more-time' | 'silence' | 'nothing' }
  /** Cards left these slots: an answer may not come any more. */
  | { readonly kind: 'cards-gone'; readonly slots: readonly number[] };

/** How CCID messages travel on one kind of line. */
export interface Carrier<E extends { readonly kind: string }> {
  frame(message: Uint8Array, face: number): Uint8Array;
  /** Asks for the last answer once more; undefined: the unit cannot repeat. */
  repeat(face: number): Uint8Array | undefined;
  /** The face that a message to this one is answered with. */
  answersAt(face: number): number;
  read(event: LineEvent<E>): Heard;
  /** Milliseconds in which the unit has to say that it took a frame; undefined: it says nothing of it. */
  readonly acknowledge?: number;
}

/** Where a message goes: bSlot, and which pair of marks its frame has, where a carrier has several. */
export interface CcidAddress {
  readonly slot: number;
  readonly face: number;
}

/** Milliseconds in which a message is answered (readers.md 1, 3; ASSUMED where they say nothing); others take a short one. */
const WAITS: Partial<Record<CcidCommand['kind'], number>> = { escape: 2_000, 'power-on': 5_000, transfer: 10_000 };
const SHORT_WAIT = 1_000;
/** With all time a card asks for. */
const LONGEST_WAIT = 60_000;
/** After a card was pulled: its command is answered now, or never. */
const AFTER_CARD_GONE = 1_000;
const REPEAT_WAIT = 2_000;
/** So often a frame is sent again that was not taken, and an answer asked for again (readers.md 1, rule 5). */
const MOST_REPEATS = 3;

/** Messages to one unit and their answers, whatever carries them. */
export class CcidSession<E extends { readonly kind: string }> {
  readonly #carrier: Carrier<E>;
  readonly #stale: () => void;
  #sequence = 0;
  #busy = false;
  /** What was sent last, and is not answered. */
  #pending: { readonly kind: CcidCommand['kind']; readonly address: CcidAddress } | undefined;

  /** @param stale told of every answer that nobody waits for any more */
  constructor(carrier: Carrier<E>, stale: () => void) {
    this.#carrier = carrier;
    this.#stale = stale;
  }

  /** A message is on its way. */
  get busy(): boolean {
    return this.#busy;
  }

  /**
   * Sends a message and takes its answer; a refusal is an answer.
   * @param wait milliseconds for it, where the kind of message does not tell
   * @throws SscardError `unit-silent` (`unknown`), `unit-refused` (the frame was not taken, `not-done`), `answer-malformed`,
   * `cancelled`, `reader-lost`
   */
  async ask(talk: Talk<E>, address: CcidAddress, command: CcidCommand, wait?: number): Promise<CcidAnswer> {
    const sequence = this.#sequence;
    this.#sequence = (sequence + 1) & 0xff;
    const message = encodeCommand(command, address.slot, sequence);
    const frame = this.#carrier.frame(message, address.face);
    this.#pending = { kind: command.kind, address };
    this.#busy = true;
    try {
      await talk.send(frame);
      const answer = await this.#answer(
        talk,
        frame,
        { ...address, sequence },
        wait ?? WAITS[command.kind] ?? SHORT_WAIT,
      );
      this.#pending = undefined;
      if (!fits(command, answer))
        throw new SscardError('answer-malformed', 'CCID: an answer to something else', { outcome: 'unknown' });
      return answer;
    } finally {
      this.#busy = false;
      // It may carry a PIN.
      message.fill(0);
      frame.fill(0);
    }
  }

  /** Stops what the unit was doing when its conversation broke: PIN entry, at which a person may stand for long. */
  async stop(talk: Talk<E>): Promise<void> {
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending?.kind === 'secure') await this.ask(talk, pending.address, { kind: 'abort' });
  }

  async #answer(
    talk: Talk<E>,
    frame: Uint8Array,
    { slot, face, sequence }: CcidAddress & { readonly sequence: number },
    wait: number,
  ): Promise<CcidAnswer> {
    const carrier = this.#carrier;
    const onLine = lineTime(frame.length + longestMessage, talk.baud);
    const end = performance.now() + Math.max(LONGEST_WAIT, wait);
    const within = (ms: number) => Math.min(end, performance.now() + ms + onLine);
    let until = within(carrier.acknowledge ?? wait);
    let refused = 0;
    let damaged = 0;
    for (;;) {
      const heard = carrier.read(await nextBefore(talk, until));
      switch (heard.kind) {
        case 'message': {
          if (isCommand(heard.message)) break;
          const answer = decodeAnswer(heard.message);
          if (answer.sequence !== sequence || answer.slot !== slot || heard.face !== carrier.answersAt(face)) {
            this.#stale();
            break;
          }
          if (answer.command !== 'time-extension') return answer;
          until = within(wait);
          break;
        }
        case 'taken':
        case 'more-time':
          until = within(wait);
          break;
        case 'refused':
          if (++refused > MOST_REPEATS) throw notTaken();
          await talk.send(frame);
          until = within(carrier.acknowledge ?? wait);
          break;
        case 'damaged': {
          const repeat = carrier.repeat(face);
          if (repeat === undefined || ++damaged > MOST_REPEATS) throw silent('answer-damaged');
          await talk.send(repeat);
          until = within(REPEAT_WAIT);
          break;
        }
        case 'cards-gone':
          if (heard.slots.includes(slot)) until = Math.min(until, within(AFTER_CARD_GONE));
          break;
        case 'silence':
          throw silent(damaged > 0 ? 'answer-damaged' : 'no-answer');
        case 'nothing':
          break;
      }
    }
  }
}

function notTaken(): SscardError {
  const details = { reason: 'frame-refused', outcome: 'not-done' } as const;
  return new SscardError('unit-refused', `the unit did not take a frame ${MOST_REPEATS + 1} times`, details);
}

function silent(reason: string): SscardError {
  return new SscardError('unit-silent', 'the unit did not answer', { reason, outcome: 'unknown' });
}
