import { SscardError } from '../../apdu/errors.ts';
import type { Framer } from '../framer.ts';
import { Line } from '../line.ts';
import type { PinEntered, PinEntry } from '../pin-pad.ts';
import type { Ports } from '../port.ts';
import type { Waiting } from '../reader.ts';
import type { LineEvent, Talk } from '../talk.ts';
import { followKeys, type PadKey } from './line-pad.ts';

/** What pads that answer each command with a frame have in common: commands, the acquaintance, the keys of an entry. */

/** How long, in milliseconds, and how often. */
export interface PadPolicy {
  readonly baud: number;
  readonly answer: number;
  readonly frame: number;
  readonly graceOfEntry: number;
  readonly tries: number;
}

/** One kind of pad: its frames, its keys, and the commands that any pad has. */
export interface PadLanguage<E extends { readonly kind: string }, A> {
  readonly policy: PadPolicy;
  /** @returns nothing where the event is no answer */
  readonly answerIn: (event: LineEvent<E>) => A | undefined;
  readonly meaning: (event: E) => PadKey | undefined;
  /** Who are you? */
  readonly identity: Uint8Array;
  readonly keypadOff: Uint8Array;
}

/** Commands to one kind of pad. */
export class PadAsking<E extends { readonly kind: string }, A> {
  readonly #language: PadLanguage<E, A>;

  constructor(language: PadLanguage<E, A>) {
    this.#language = language;
  }

  /** Opens the port and asks who is there. @throws SscardError what the port throws, `unit-silent` */
  async open(
    { ports, port, baud }: { readonly ports: Ports; readonly port: string; readonly baud?: number },
    framer: Framer<E>,
    waiting: Waiting,
  ): Promise<Line<E>> {
    const { policy, identity, keypadOff } = this.#language;
    const manners = {
      framer,
      frameTime: () => policy.frame,
      stop: async (talk: Talk<E>) => void (await this.ask(talk, keypadOff)),
      recover: async (talk: Talk<E>) => void (await this.ask(talk, identity)),
      gone: () => {},
    };
    const line = await Line.open<E>(ports, port, { baud: baud ?? policy.baud }, manners, waiting);
    try {
      await line.run(waiting, (talk) => this.ask(talk, identity));
    } catch (error) {
      await line.close();
      throw error;
    }
    return line;
  }

  /** A command and its answer; a damaged answer is asked for again, where the pad may do the same twice. */
  async ask(talk: Talk<E>, command: Uint8Array, tries: number = this.#language.policy.tries): Promise<A> {
    for (let attempt = 1; ; attempt++) {
      await talk.send(command);
      const answer = await this.#answer(talk);
      if (answer !== undefined) return answer;
      if (attempt >= tries) throw new SscardError('unit-silent', 'the pad does not answer', { outcome: 'unknown' });
    }
  }

  /**
   * The keys of an entry that is open, until something comes of it; too few digits open it again.
   * @param reopen opens the entry again; what came of that, where it cannot
   * @returns nothing when it was entered
   */
  async keys(
    talk: Talk<E>,
    entry: PinEntry,
    seconds: number,
    reopen: () => Promise<PinEntered | undefined>,
  ): Promise<PinEntered | undefined> {
    const { policy, meaning } = this.#language;
    const end = performance.now() + 1000 * seconds + policy.graceOfEntry;
    for (;;) {
      const ended = await followKeys(talk, entry, end - performance.now(), meaning);
      if (ended.kind === 'entered') return undefined;
      if (ended.kind !== 'too-few') return ended;
      const refused = await reopen();
      if (refused !== undefined) return refused;
    }
  }

  /** @returns nothing when the answer is damaged or does not come */
  async #answer(talk: Talk<E>): Promise<A | undefined> {
    const end = performance.now() + this.#language.policy.answer;
    for (;;) {
      const event = await talk.next(Math.max(0, end - performance.now()));
      if (event.kind !== 'key') return this.#language.answerIn(event);
    }
  }
}
