import { SscardError } from '../../apdu/errors.ts';
import type { Channel, ReaderEvent, Readers, SlotState, WaitForCardOptions, Waiting } from '../reader.ts';
import { ReplayChannel } from './channel.ts';
import { cutsChannel, type EventName, eventCode } from './events.ts';
import { type Happening, scriptOf } from './exchanges.ts';
import { type Match, Player } from './player.ts';
import { parseTranscript, type Transcript } from './transcript.ts';

/** How a transcript is played. */
/** How a transcript is played. */
export interface ReplayOptions {
  /** Default `strict`. */
  readonly match?: Match;
  /** Name of the slot; default `replay`. */
  readonly name?: string;
}

/**
 * A transcript as a reader with one slot. The card answers what was recorded, at once: no time passes in a replay, so
 * `waitForCard` says `no-card` at once when the transcript has no card at this place, and `! mute` ends its command
 * at once. Events act at their place (in `any` and `header`: with the command they stand before or after). A channel
 * that was closed goes on, opened again, where it stood. A masked byte of an answer is given as 2A (an asterisk).
 *
 * @param source a transcript, its text, or the bytes of its file
 * @throws SscardError `transcript-malformed`; `transmit` throws `replay-mismatch` (nothing was taken from the
 * transcript), `replay-exhausted`, and what the events say
 *
 * @example
 * await using channel = await replayReaders('atr 3B 00\n> 00 A4 00 00 02 DD F1\n< 6A 82\n').waitForCard();
 */
export function replayReaders(source: Transcript | string | Uint8Array, options: ReplayOptions = {}): Readers {
  const parsed = typeof source === 'string' || source instanceof Uint8Array ? parseTranscript(source) : source;
  return new ReplayReaders(parsed, options);
}

class ReplayReaders implements Readers {
  readonly scheme = 'replay';
  readonly #name: string;
  readonly #player: Player;
  readonly #protocol: 'T=0' | 'T=1';
  readonly #watchers = new Set<(event: ReaderEvent) => void>();
  readonly #end = new AbortController();
  #open: ReplayChannel | undefined;
  /** What took the reader away; the next insertion brings it back. */
  #lost: EventName | undefined;

  constructor(transcript: Transcript, { match = 'strict', name = 'replay' }: ReplayOptions) {
    this.#name = name;
    this.#protocol = transcript.headers.get('protocol') === 'T=1' ? 'T=1' : 'T=0';
    this.#player = new Player(scriptOf(transcript), match, (happening) => this.#happened(happening));
  }

  async list(_options?: Waiting): Promise<readonly SlotState[]> {
    return [this.#slot()];
  }

  async *watch({ signal }: { readonly signal?: AbortSignal } = {}): AsyncGenerator<ReaderEvent> {
    const ends = signal ? AbortSignal.any([signal, this.#end.signal]) : this.#end.signal;
    const { atr: _, ...bare } = this.#slot();
    const queue: ReaderEvent[] = [{ type: 'reader-attached', slot: { ...bare, state: 'empty' } }];
    if (this.#player.atr) queue.push({ type: 'card-inserted', slot: this.#slot() });
    let wake = () => {};
    const deliver = (event: ReaderEvent) => {
      queue.push(event);
      wake();
    };
    const stop = () => wake();
    this.#watchers.add(deliver);
    ends.addEventListener('abort', stop);
    try {
      while (!ends.aborted) {
        const event = queue.shift();
        if (event) yield event;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      this.#watchers.delete(deliver);
      ends.removeEventListener('abort', stop);
    }
  }

  async waitForCard(options: WaitForCardOptions = {}): Promise<Channel> {
    const { reader, except, protocols, signal } = options;
    const place = { place: this.#name };
    const wanted = reader === undefined || this.#name.toLowerCase().includes(reader.toLowerCase());
    if (!wanted || except?.includes(this.#name)) {
      throw new SscardError('reader-not-found', 'a transcript has one slot only', { choices: [this.#name] });
    }
    if (signal?.aborted || this.#end.signal.aborted) {
      throw new SscardError('cancelled', 'cancelled while waiting for a card', place);
    }
    if (this.#open) throw new SscardError('card-in-use', 'a channel to this card is open', place);
    if (!this.#player.atr) this.#player.insert();
    const { atr } = this.#player;
    if (!atr) throw new SscardError('no-card', 'the transcript has no card at this place', place);
    if (protocols && !protocols.includes(this.#protocol)) {
      throw new SscardError('card-unresponsive', `the transcript is of a ${this.#protocol} card`, place);
    }
    const released = () => {
      if (this.#open === channel) this.#open = undefined;
    };
    const slot = { name: this.#name, protocol: this.#protocol, player: this.#player, released };
    const channel = new ReplayChannel(slot, atr);
    this.#open = channel;
    return channel;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.#open?.close();
  }

  #slot(): SlotState {
    const { atr } = this.#player;
    const slot = { name: this.#name, kind: 'card' as const };
    if (!atr) return { ...slot, state: 'empty' };
    return { ...slot, state: 'present', atr, ...(this.#open && { inUse: 'exclusive' as const }) };
  }

  #happened({ event, outcome }: Happening): void {
    const code = eventCode(event);
    if (code !== undefined && cutsChannel(event, outcome)) {
      this.#open?.cut(code);
      // Its card is gone: a new channel may be opened. A reset card is still held.
      if (event !== 'reset') this.#open = undefined;
    }
    for (const report of this.#reports(event)) for (const deliver of this.#watchers) deliver(report);
  }

  /** What those who watch are told. */
  #reports(event: EventName): readonly ReaderEvent[] {
    const { atr: _, ...bare } = this.#slot();
    const lost = this.#lost;
    this.#lost = undefined;
    switch (event) {
      case 'removed':
        return [{ type: 'card-removed', name: this.#name }];
      case 'reader-lost':
        this.#lost = event;
        return [{ type: 'reader-detached', name: this.#name }];
      case 'service-lost':
        this.#lost = event;
        return [{ type: 'service-lost' }];
      case 'inserted': {
        const inserted: ReaderEvent = { type: 'card-inserted', slot: this.#slot() };
        if (lost === 'reader-lost') return [{ type: 'reader-attached', slot: { ...bare, state: 'empty' } }, inserted];
        return lost === 'service-lost' ? [{ type: 'service-back' }, inserted] : [inserted];
      }
      default:
        return [];
    }
  }
}
