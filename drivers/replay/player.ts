import { SscardError } from '../../apdu/errors.ts';
import { createMasker } from '../../src/trace/mask.ts';
import type { MaskedBytes } from '../../src/trace/masked-bytes.ts';
import { eventCode } from './events.ts';
import type { Exchange, Happening, Script } from './exchanges.ts';
import { fits, fitsHeader } from './masked-hex.ts';

/**
 * How a command finds its recorded answer: `strict` in order; `any` any recorded command in any order, also again;
 * `header` the first unused one with the same CLA INS P1 P2.
 */
export type Match = 'strict' | 'any' | 'header';

/** A script and how far it has been played. */
export class Player {
  /** Of the card in the slot; `undefined`: the slot is empty. */
  atr: Uint8Array | undefined;
  readonly #script: Script;
  readonly #match: Match;
  readonly #happened: (happening: Happening) => void;
  readonly #used = new Set<Exchange>();
  readonly #acted = new Set<Happening>();
  /** The exchange that is next in the order of the recording. */
  #next = 0;
  /** Of the card that was in the slot last. */
  #lastAtr: Uint8Array | undefined;

  /** @param happened is told of every event that acts. */
  constructor(script: Script, match: Match, happened: (happening: Happening) => void) {
    this.#script = script;
    this.#match = match;
    this.#happened = happened;
    this.atr = script.atr;
    this.#lastAtr = script.atr;
  }

  /**
   * @throws SscardError `replay-mismatch`, `replay-exhausted`, or what an event of the transcript makes of the command
   */
  transmit(command: Uint8Array): Uint8Array {
    const { exchanges, after } = this.#script;
    const exchange = this.#pick(command);
    const early = this.#pending(exchange?.before ?? after);
    if (early || exchange === undefined) {
      this.#next = exchange?.index ?? exchanges.length;
      throw early ? this.#act(early, 'not-done') : exhausted('not-done');
    }
    if (this.#match === 'strict' && !fits(exchange.command, command)) throw mismatch(command, exchange);
    this.#used.add(exchange);
    this.#next = exchange.index + 1;
    const { result } = exchange;
    if (result === undefined) throw exhausted('unknown');
    if ('answer' in result) return result.answer.slice();
    throw this.#act(result.happening, 'unknown');
  }

  /** The program resets the card: a recorded reset at this place was this one. */
  reset(): void {
    const pending = this.#pending(this.#here());
    if (pending?.event === 'reset') this.#apply(pending);
  }

  /** Puts the next card in, when the recording says that one came. */
  insert(): void {
    const pending = this.#pending(this.#here());
    if (pending?.event === 'inserted') this.#apply(pending);
  }

  /** What happened at the place where the recording stands. */
  #here(): readonly Happening[] {
    return this.#script.exchanges[this.#next]?.before ?? this.#script.after;
  }

  #pending(list: readonly Happening[]): Happening | undefined {
    return list.find((happening) => {
      // Played out of order, an insertion may be met with the card in the slot.
      const pointless = happening.event === 'inserted' && this.atr !== undefined;
      return !pointless && !this.#acted.has(happening);
    });
  }

  #pick(command: Uint8Array): Exchange | undefined {
    const { exchanges } = this.#script;
    if (this.#match === 'strict') return exchanges[this.#next];
    const same = this.#match === 'any' ? fits : fitsHeader;
    const found = exchanges.find((exchange) => !this.#used.has(exchange) && same(exchange.command, command));
    // In `any`, the last recorded answer is given as often as it is asked for.
    const again = this.#match === 'any' && exchanges.findLast((exchange) => fits(exchange.command, command));
    if (!found && !again && this.#used.size < exchanges.length) throw mismatch(command);
    return found ?? (again || undefined);
  }

  #act(happening: Happening, outcome: 'not-done' | 'unknown'): SscardError {
    const { event, line } = happening;
    this.#apply(happening);
    // A foreign reset is noticed before anything is sent (drivers/reader.ts).
    const known = event === 'reset' ? 'not-done' : (happening.outcome ?? outcome);
    return new SscardError(eventCode(event) ?? event, `the transcript says: ${event}`, { line, outcome: known });
  }

  #apply(happening: Happening): void {
    const { event } = happening;
    this.#acted.add(happening);
    this.#lastAtr = happening.atr ?? this.#lastAtr;
    if (event === 'inserted' || event === 'reset') this.atr = this.#lastAtr;
    if (event === 'removed' || event === 'reader-lost' || event === 'service-lost') this.atr = undefined;
    this.#happened(happening);
  }
}

function exhausted(outcome: 'not-done' | 'unknown'): SscardError {
  return new SscardError('replay-exhausted', 'the transcript has no more answers', { outcome });
}

function mismatch(command: Uint8Array, exchange?: Exchange): SscardError {
  const sent = createMasker().command(command);
  if (exchange === undefined) {
    return new SscardError('replay-mismatch', `no unused command of the transcript fits ${sent}`, {
      outcome: 'not-done',
    });
  }
  const { line } = exchange;
  const message = `line ${line} of the transcript has ${expectedForm(exchange.command)}, the program sent ${sent}`;
  return new SscardError('replay-mismatch', message, { line, outcome: 'not-done' });
}

/** Without what the transcript hides, nor what it should have hidden: it may be one that was never masked. */
function expectedForm({ bytes, hidden }: MaskedBytes): string {
  const shown = createMasker().command(bytes).replaceAll(' ', '');
  return Array.from(hidden, (masked, at) => (masked ? '**' : shown.slice(2 * at, 2 * at + 2))).join(' ');
}
