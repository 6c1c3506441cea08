import { SscardError } from '../../apdu/errors.ts';
import { createMasker } from '../../src/trace/mask.ts';
import type { Channel, ChannelFeature, Ending, Protocol, Waiting } from '../reader.ts';
import { cutsChannel, eventOf } from './events.ts';
import { TRANSCRIPT_FORMAT } from './transcript.ts';

/**
 * Takes one line of a transcript, without line end. A promise it returns is waited for when the channel is closed.
 */
export type LineWriter = (line: string) => void | Promise<void>;

/** A channel whose exchanges are written down. */
export interface Recording extends Channel {
  /** Writes a comment between the lines, for the reader of the transcript: it is shown as it is, so nothing secret. */
  note(text: string): void;
}

/**
 * The same channel, with every exchange written as a line of a transcript as it happens. Masking is done where the
 * line is made: the writer never gets a byte that `src/trace/mask-policy.ts` does not show. The lines make one
 * transcript: headers, the ATR, commands, answers, events; `replayReaders` replays it.
 *
 * A writer that fails never breaks an exchange: nothing is written any more, and `close` throws, once the card has
 * been let go.
 * @throws `close`: SscardError `trace-write-failed` (the writer's error is its `cause`)
 *
 * @example
 * const channel = recordChannel(await readers.waitForCard(), (line) => lines.push(line));
 */
export function recordChannel(channel: Channel, write: LineWriter): Recording {
  return new RecordedChannel(channel, write);
}

/** A command on its way. Answers come in the order of the commands, but several may be on their way. */
interface Entry {
  /** Ours: the caller wipes its bytes when it likes. Wiped when the line is made. */
  readonly command: Uint8Array;
  written: boolean;
  /** The lines after the command's; `undefined` while it is on its way. */
  result?: () => void;
}

class RecordedChannel implements Recording {
  readonly slot: string;
  readonly chains: boolean;
  readonly lacks: ReadonlySet<ChannelFeature>;
  readonly #inner: Channel;
  readonly #write: LineWriter;
  readonly #masker = createMasker();
  readonly #entries: Entry[] = [];
  /** Writes that have not ended. */
  #pending: Promise<unknown> = Promise.resolve();
  #failure: { readonly cause: unknown } | undefined;
  /** Nothing goes through the channel; attempts make no lines. */
  #dead = false;
  #closing: Promise<void> | undefined;

  constructor(inner: Channel, write: LineWriter) {
    this.slot = inner.slot;
    this.chains = inner.chains;
    this.lacks = inner.lacks;
    this.#inner = inner;
    this.#write = write;
    this.#line(`format ${TRANSCRIPT_FORMAT}`);
    this.#line(`protocol ${inner.protocol}`);
    this.#line(`atr ${this.#masker.atr(inner.atr)}`);
  }

  get atr(): Uint8Array {
    return this.#inner.atr;
  }

  get protocol(): Protocol {
    return this.#inner.protocol;
  }

  note(text: string): void {
    this.#line(`# ${text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, ' ')}`);
  }

  async transmit(command: Uint8Array, options?: Waiting): Promise<Uint8Array> {
    const entry: Entry = { command: command.slice(), written: false };
    this.#entries.push(entry);
    this.#flush();
    try {
      const answer = await this.#inner.transmit(command, options);
      const kept = answer.slice();
      entry.result = () => this.#answered(entry, kept);
      return answer;
    } catch (error) {
      entry.result = () => this.#failed(entry, error);
      throw error;
    } finally {
      this.#flush();
    }
  }

  async transaction<T>(ending: Ending, work: () => Promise<T>, options?: Waiting): Promise<T> {
    let begun = false;
    let failed = true;
    try {
      return await this.#inner.transaction(
        ending,
        async () => {
          begun = true;
          const result = await work();
          failed = false;
          return result;
        },
        options,
      );
    } finally {
      if (begun && (failed || ending !== 'leave')) this.#restarted(ending === 'eject' && !failed);
    }
  }

  async reset(kind: 'warm' | 'cold', options?: Waiting): Promise<Uint8Array> {
    const atr = await this.#inner.reset(kind, options);
    this.#dead = false;
    this.#restarted(false);
    return atr;
  }

  control(code: number, data: Uint8Array, options?: Waiting): Promise<Uint8Array> {
    return this.#inner.control(code, data, options);
  }

  attribute(tag: number): Promise<Uint8Array> {
    return this.#inner.attribute(tag);
  }

  close(ending?: Ending): Promise<void> {
    this.#closing ??= this.#close(ending);
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The card first: a writer that hangs must not hold it. */
  async #close(ending: Ending | undefined): Promise<void> {
    await this.#inner.close(ending);
    await this.#pending;
    if (this.#failure) {
      const details = { place: this.slot };
      throw new SscardError('trace-write-failed', 'the recording is incomplete', details, this.#failure);
    }
  }

  #flush(): void {
    for (let entry = this.#entries[0]; entry; entry = this.#entries[0]) {
      if (!entry.written && !this.#dead) this.#writeCommand(entry);
      if (entry.result === undefined) return;
      this.#entries.shift();
      entry.result();
    }
  }

  #writeCommand(entry: Entry): void {
    this.#line(`> ${this.#masker.command(entry.command)}`);
    entry.command.fill(0);
    entry.written = true;
  }

  #answered(entry: Entry, answer: Uint8Array): void {
    // A driver may bring a card back by itself.
    this.#dead = false;
    if (!entry.written) this.#writeCommand(entry);
    this.#line(answer.length < 2 ? '! malformed' : `< ${this.#masker.answer(answer)}`);
  }

  #failed(entry: Entry, error: unknown): void {
    entry.command.fill(0);
    if (!entry.written) return;
    const { code, details } = error instanceof SscardError ? error : {};
    const event = eventOf(code);
    const outcome = details?.outcome === 'not-done' ? 'not-done' : 'unknown';
    this.#line(`! ${event} ${outcome}`);
    if (event === 'reset') this.#masker.reset();
    if (cutsChannel(event, outcome)) this.#dead = true;
  }

  #restarted(ejected: boolean): void {
    if (this.#dead) return;
    if (ejected) {
      this.#masker.reset();
      this.#dead = true;
      this.#line('! removed');
      return;
    }
    this.#line('! reset');
    this.#line(`atr ${this.#masker.atr(this.#inner.atr)}`);
  }

  #line(text: string): void {
    if (this.#failure) return;
    try {
      const written = this.#write(text);
      if (written) this.#pending = Promise.all([this.#pending, written.catch((cause) => this.#fail(cause))]);
    } catch (cause) {
      this.#fail(cause);
    }
  }

  #fail(cause: unknown): void {
    this.#failure ??= { cause };
  }
}
