import { SscardError } from '../../apdu/errors.ts';
import type { CardMover } from '../mover.ts';
import type { Channel, NumberedSlot, ReaderEvent, Readers, SlotState, WaitForCardOptions, Waiting } from '../reader.ts';
import { PluggedUnit } from './plugged.ts';
import { unitProtocol } from './protocols.ts';
import { chooseSlots, type UnitSeat } from './slots.ts';
import type { UnitPlace, UnitProtocol } from './unit.ts';
import { Watchers } from './watchers.ts';

const CARD_TIMEOUT = 30_000;
const LIST_TIMEOUT = 15_000;
/** Between two attempts to open a unit that went away: it may come back under the same name. */
const FIRST_PAUSE = 20;
const LONGEST_PAUSE = 5_000;

/** Which unit, where, and what of it is meant. */
export interface UnitReadersOptions extends UnitPlace {
  /** Name as in the reader address (`ccid-gemplus`), or a protocol of one's own. */
  readonly protocol: string | UnitProtocol;
  /** Only this slot: 0 is the one for the holder's card. Default: all. */
  readonly slot?: number;
  /** The slot that is taken where the caller names none; the others stay in sight. Default: the slots for cards. */
  readonly take?: number;
}

/**
 * A unit on a port as readers. The port is opened with the first call, and given back when these readers are disposed of. A unit that
 * is unplugged is looked for again under the same port name, while somebody watches or waits.
 * @throws SscardError (from the methods) what opening the port throws, `unit-silent`, `unit-unknown`
 * @example
 * await using readers = unitReaders({ protocol: 'ccid-gemplus', ports: serialPorts(), port: '/dev/ttyS0' });
 * const channel = await readers.waitForCard();
 */
export function unitReaders(options: UnitReadersOptions): Readers {
  return new UnitReaders(options);
}

class UnitReaders implements Readers {
  readonly scheme: string;
  readonly #options: UnitReadersOptions;
  readonly #watchers = new Watchers();
  readonly #disposed = new AbortController();
  #opening: Promise<PluggedUnit> | undefined;
  #plugged: PluggedUnit | undefined;
  /** Somebody looks at the slots, for all who wait. */
  #looking: Promise<void> | undefined;
  #waiting = 0;

  constructor(options: UnitReadersOptions) {
    this.#options = options;
    this.scheme = options.ports.scheme;
  }

  get mover(): CardMover | undefined {
    return this.#plugged?.unit.mover;
  }

  get slots(): readonly NumberedSlot[] | undefined {
    return this.#plugged?.seats.map(({ name, slot: { index, kind } }) => ({ index, name, kind }));
  }

  async list({ timeout = LIST_TIMEOUT, signal }: Waiting = {}): Promise<readonly SlotState[]> {
    const waiting = { timeout, signal: this.#until(signal) };
    const plugged = await this.#open(waiting);
    const states: SlotState[] = [];
    for (const seat of plugged.seats) states.push(await plugged.state(seat, waiting));
    return states;
  }

  async *watch({ signal }: { readonly signal?: AbortSignal } = {}): AsyncGenerator<ReaderEvent, void, undefined> {
    const until = this.#until(signal);
    using events = this.#watchers.join(this.#plugged?.events() ?? []);
    using _looking = this.#look();
    for (;;) {
      const event = await events.next(until);
      if (event === undefined) return;
      yield event;
    }
  }

  async waitForCard(options: WaitForCardOptions = {}): Promise<Channel> {
    const { timeout = CARD_TIMEOUT, signal } = options;
    const until = this.#until(signal);
    const end = performance.now() + timeout;
    const left = () => ({ timeout: Math.max(1, end - performance.now()), signal: until });
    const first = await this.#open(left());
    const meant = this.#meant(first, options);
    const found = await first.connect(meant, { ...options, ...left() });
    if (found !== undefined) return found;
    if (meant.some(({ slot }) => slot.kind === 'card')) await first.unit.mover?.admit(true, left()).catch(unlessOpen);
    using _looking = this.#look();
    for (;;) {
      // It may have come before anybody listened: with the answer that the mouth is open.
      const came = this.#plugged !== undefined && this.#meant(this.#plugged, options).some(({ present }) => present);
      const changed = came ? 'changed' : await this.#watchers.change(left().timeout, until);
      if (changed === 'aborted') throw new SscardError('cancelled', 'cancelled while waiting for a card');
      // What happened in time has been heard of: no attempt in the last millisecond.
      if (changed === 'late') throw this.#noCard(timeout);
      const plugged = this.#plugged;
      const channel = await plugged?.connect(this.#meant(plugged, options), { ...options, ...left() });
      if (channel !== undefined) return channel;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed.abort();
    await this.#looking;
    const plugged = await this.#opening?.catch(() => undefined);
    await plugged?.[Symbol.asyncDispose]();
  }

  /** @throws SscardError `reader-not-found` */
  #meant({ seats }: PluggedUnit, options: WaitForCardOptions): readonly UnitSeat[] {
    const { take, port: place } = this.#options;
    if (take === undefined || options.reader !== undefined) return chooseSlots(seats, options);
    const taken = seats.find(({ slot }) => slot.index === take);
    if (taken !== undefined) return chooseSlots(seats, { ...options, reader: taken.name });
    const choices = seats.map(({ slot }) => String(slot.index));
    throw new SscardError('reader-not-found', `no slot ${take}`, { place, choices });
  }

  #noCard(timeout: number): SscardError {
    if (this.#plugged === undefined) return new SscardError('reader-lost', 'the unit is gone and did not come back');
    return new SscardError('no-card', `no card within ${timeout} ms`);
  }

  #until(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? this.#disposed.signal : AbortSignal.any([signal, this.#disposed.signal]);
  }

  /** One opening at a time, for everybody who wants the unit. */
  #open(waiting: Waiting): Promise<PluggedUnit> {
    if (this.#disposed.signal.aborted) throw new SscardError('channel-closed', 'these readers were given back');
    this.#opening ??= this.#openNow(waiting).catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  async #openNow(waiting: Waiting): Promise<PluggedUnit> {
    const { protocol: named, slot, take: _, ...place } = this.#options;
    const protocol = typeof named === 'string' ? await unitProtocol(named) : named;
    const listener = { tell: (event: ReaderEvent) => this.#watchers.tell(event), gone: () => this.#gone() };
    const plugged = await PluggedUnit.open(protocol, place, slot, listener, waiting);
    this.#plugged = plugged;
    for (const event of plugged.events()) this.#watchers.tell(event);
    return plugged;
  }

  #gone(): void {
    const plugged = this.#plugged;
    this.#opening = undefined;
    this.#plugged = undefined;
    if (plugged === undefined) return;
    for (const { name } of plugged.seats) this.#watchers.tell({ type: 'reader-detached', name });
    // The port is closed, so that the system gives its name to the unit that comes back; what fails on a lost port is no news.
    void plugged[Symbol.asyncDispose]().catch(() => {});
  }

  /** Somebody waits for what happens: slots that do not tell by themselves are looked at, and a lost unit is opened again. */
  #look(): Disposable {
    this.#waiting++;
    this.#looking ??= this.#lookOn().finally(() => {
      this.#looking = undefined;
    });
    return {
      [Symbol.dispose]: () => {
        this.#waiting--;
        if (this.#waiting === 0) this.#watchers.wake();
      },
    };
  }

  async #lookOn(): Promise<void> {
    const { signal } = this.#disposed;
    let pause = FIRST_PAUSE;
    while (this.#waiting > 0 && !signal.aborted) {
      const opening = this.#open({ signal });
      const plugged = await opening.catch(() => undefined);
      if (plugged === undefined) {
        await this.#watchers.pause(pause, signal);
        pause = Math.min(2 * pause, LONGEST_PAUSE);
        continue;
      }
      pause = FIRST_PAUSE;
      const { poll } = plugged.protocol;
      // A unit that does not answer is found out by whoever uses it.
      await plugged.look(poll ?? 0, { signal }).catch(() => {});
      if (this.#waiting > 0 && this.#plugged === plugged) await this.#watchers.pause(poll ?? LONGEST_PAUSE, signal);
    }
  }
}

/** A mouth that cannot be closed is open. */
function unlessOpen(error: unknown): void {
  if (!(error instanceof SscardError && error.code === 'unsupported')) throw error;
}
