import { SscardError } from '../../apdu/errors.ts';
import type { Channel, Protocol, ReaderEvent, Readers, SlotState, WaitForCardOptions, Waiting } from '../reader.ts';
import type { Binding, BindingName } from './binding.ts';
import { PcscChannel } from './channel.ts';
import { hasCode, SCARD } from './codes.ts';
import { exitDespiteStuckCalls } from './exit.ts';
import { Monitor } from './monitor.ts';
import { nativeCalls } from './native-calls.ts';
import { chooseSlots, eventsBetween, filledSlots, type Picture, type SeenSlot, seeSlots } from './slots.ts';

const LIST_TIMEOUT = 5_000;
const CARD_TIMEOUT = 30_000;
/** A service that is started by our first call finds its readers a little later than it answers. */
const FIRST_READER_GRACE = 1_000;

/** Which binding to use, and what the readers are called here. */
export interface PcscOptions {
  /** Default `koffi`: no compiler, every feature. `smartcard` and `pcsclite` are packages of their own. */
  readonly binding?: BindingName;
  /** Short names for readers: alias to a slot's name or a part of it. */
  readonly aliases?: Readonly<Record<string, string>>;
}

/**
 * The readers of the system's PC/SC service. Loads the native part at the first call, not here.
 *
 * Blocking calls run on libuv's pool: set `UV_THREADPOOL_SIZE` to the number of readers plus 4 before the process starts;
 * see `NativeCalls` for what happens when it is too small.
 *
 * @example
 * await using readers = pcscReaders({ aliases: { counter: 'Lab Reader' } });
 * const channel = await readers.waitForCard({ reader: 'counter' });
 * @throws SscardError (from the methods) also `binding-missing`, `pcsc-library-missing`, `pcsc-threads-exhausted`
 */
export function pcscReaders(options: PcscOptions = {}): Readers {
  return new PcscReaders(options);
}

class PcscReaders implements Readers {
  readonly scheme = 'pcsc';
  readonly #options: PcscOptions;
  readonly #monitor: Monitor;
  readonly #channels = new Set<Channel>();
  readonly #disposed = new AbortController();
  #loading: Promise<Binding> | undefined;

  constructor(options: PcscOptions) {
    this.#options = options;
    this.#monitor = new Monitor(() => this.#binding(), options.aliases ?? {}, nativeCalls);
    exitDespiteStuckCalls(nativeCalls);
  }

  async list({ timeout = LIST_TIMEOUT, signal }: Waiting = {}): Promise<readonly SlotState[]> {
    const binding = await this.#binding();
    const limits = { timeout, signal, overdue: 'service-unavailable' };
    const look = async () => {
      const session = await binding.openSession();
      try {
        return await session.states(undefined, 0);
      } finally {
        await session.close();
      }
    };
    try {
      const raw = await nativeCalls.run(look, limits);
      return seeSlots(raw, this.#options.aliases ?? {}).map(({ shown }) => shown);
    } catch (error) {
      throw unavailable(error);
    }
  }

  async *watch({ signal }: { readonly signal?: AbortSignal } = {}): AsyncGenerator<ReaderEvent, void, undefined> {
    await this.#binding();
    const until = this.#until(signal);
    if (until.aborted) return;
    using look = this.#monitor.look();
    let seen: Picture | undefined;
    while (!until.aborted) {
      let now: Picture;
      try {
        now = await look.next(seen, until);
      } catch (error) {
        if (hasCode(error, 'cancelled')) return;
        throw error;
      }
      yield* eventsBetween(seen, now);
      seen = now;
    }
  }

  async waitForCard(options: WaitForCardOptions = {}): Promise<Channel> {
    const { timeout = CARD_TIMEOUT, signal } = options;
    const begin = performance.now();
    const left = () => Math.max(1, timeout - (performance.now() - begin));
    await this.#binding();
    const until = this.#until(signal);
    using look = this.#monitor.look();
    let picture = await this.#next(look, undefined, until, left());
    if (picture?.service === 'down') throw new SscardError('service-unavailable', 'no PC/SC service answers');
    let known = false;
    for (;;) {
      const slots = picture?.service === 'up' ? chooseSlots(picture.slots, options) : [];
      known ||= slots.length > 0;
      if (picture !== undefined && !known) {
        const grace = picture.slots.length === 0 && picture.service === 'up';
        const later = grace ? await this.#next(look, picture, until, Math.min(left(), FIRST_READER_GRACE)) : undefined;
        if (later === undefined || later.slots.length === 0) throw noSuchReader(picture, options);
        picture = later;
        continue;
      }
      const channel = await this.#connectToOne(slots, options, left());
      if (channel !== undefined) return channel;
      const next = await this.#next(look, picture, until, left());
      if (next === undefined) throw new SscardError('no-card', `no card within ${timeout} ms`, choices(slots));
      picture = next;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed.abort();
    await Promise.all([...this.#channels].map((channel) => channel.close()));
    await this.#monitor.settled();
  }

  #binding(): Promise<Binding> {
    this.#loading ??= loadBinding(this.#options.binding ?? 'koffi').catch((error: unknown) => {
      // Installed in the meantime, perhaps.
      this.#loading = undefined;
      throw error;
    });
    return this.#loading;
  }

  #until(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? this.#disposed.signal : AbortSignal.any([signal, this.#disposed.signal]);
  }

  /** The next picture, or nothing when the time is up. */
  async #next(look: ReturnType<Monitor['look']>, seen: Picture | undefined, until: AbortSignal, timeout: number) {
    const timer = new AbortController();
    const handle = setTimeout(() => timer.abort(), timeout);
    try {
      return await look.next(seen, AbortSignal.any([until, timer.signal]));
    } catch (error) {
      if (until.aborted) throw error;
      return undefined;
    } finally {
      clearTimeout(handle);
    }
  }

  /** @returns nothing when there is no card, or it left before it could be reached */
  async #connectToOne(slots: readonly SeenSlot[], options: WaitForCardOptions, left: number) {
    const filled = filledSlots(slots);
    const [slot] = filled;
    if (slot === undefined) return undefined;
    if (filled.length > 1) {
      throw new SscardError('reader-ambiguous', `${filled.length} readers have a card`, choices(filled));
    }
    try {
      return await this.#connect(slot, options, left);
    } catch (error) {
      if (hasCode(error, 'card-removed', 'reader-lost', 'service-lost')) return undefined;
      throw error;
    }
  }

  async #connect(slot: SeenSlot, options: WaitForCardOptions, timeout: number): Promise<Channel> {
    const { share = 'exclusive', protocols, signal } = options;
    const binding = await this.#binding();
    const place = slot.shown.name;
    try {
      const handle = await nativeCalls.run(() => binding.connect(slot.raw, share, protocolMask(protocols)), {
        timeout,
        signal,
        overdue: 'card-unresponsive',
        onLate: (late) => {
          if ('value' in late) void late.value.disconnect(SCARD.leave).catch(() => {});
        },
      });
      const channel = new PcscChannel({
        handle,
        slot: place,
        share,
        lacks: binding.lacks,
        calls: nativeCalls,
        onClosed: (closed) => this.#channels.delete(closed),
      });
      this.#channels.add(channel);
      return channel;
    } catch (error) {
      if (!(error instanceof SscardError)) throw error;
      // An ATR that says nothing of use is refused with the same code as a protocol the card does not speak.
      const dumb = error.code === 'protocol-mismatch' && protocols === undefined;
      const code = dumb ? 'card-unresponsive' : error.code;
      throw new SscardError(code, error.message, { ...error.details, place, outcome: 'not-done' }, { cause: error });
    }
  }
}

function loadBinding(name: BindingName): Promise<Binding> {
  switch (name) {
    case 'koffi':
      return import('./koffi.ts').then(({ koffiBinding }) => koffiBinding());
    case 'smartcard':
      return import('./smartcard.ts').then(({ smartcardBinding }) => smartcardBinding());
    case 'pcsclite':
      return import('./pcsclite.ts').then(({ pcscliteBinding }) => pcscliteBinding());
    default:
      return Promise.reject(
        new SscardError('binding-unknown', `no PC/SC binding ${String(name)}`, { choices: BINDINGS }),
      );
  }
}

const BINDINGS: readonly BindingName[] = ['koffi', 'smartcard', 'pcsclite'];

function protocolMask(protocols: readonly Protocol[] = ['T=0', 'T=1']): number {
  return (protocols.includes('T=0') ? SCARD.t0 : 0) | (protocols.includes('T=1') ? SCARD.t1 : 0);
}

function unavailable(error: unknown): unknown {
  if (!hasCode(error, 'service-lost')) return error;
  return new SscardError('service-unavailable', error.message, error.details, { cause: error });
}

function noSuchReader(picture: Picture, { reader }: WaitForCardOptions): SscardError {
  const what = reader === undefined ? 'no reader' : 'no reader of that name';
  return new SscardError('reader-not-found', what, choices(picture.slots));
}

function choices(slots: readonly SeenSlot[]): { choices: readonly string[] } {
  return { choices: slots.map(({ shown }) => shown.name) };
}
