import type { ChannelFeature, ShareMode } from '../reader.ts';

/** How the system's PC/SC library is reached. */
export type BindingName = 'koffi' | 'smartcard' | 'pcsclite';

/** A slot as the service tells it: exact name, flags (upper 16 bits: a counter of insertions and removals), ATR. */
export interface RawSlot {
  readonly name: string;
  readonly state: number;
  readonly atr: Uint8Array;
}

/**
 * The little that the driver needs from a PC/SC library. Everything that asks the service is asynchronous. Failures are
 * `SscardError`s made by `pcscError`; a binding retries nothing, has no deadlines and keeps no queue: that is done once,
 * above it.
 */
export interface Binding {
  readonly name: BindingName;
  /** What channels of this binding cannot do, stated before it is tried. */
  readonly lacks: ReadonlySet<ChannelFeature>;
  /** Whether `Session.states` occupies a thread of the pool while it waits. */
  readonly waitsOnPool: boolean;
  /** @throws SscardError `service-lost` when nobody serves */
  openSession(): Promise<Session>;
  /**
   * @param slot as last seen; its ATR serves where the library tells none
   * @param protocols sum of `SCARD.t0` and `SCARD.t1`
   */
  connect(slot: RawSlot, share: ShareMode, protocols: number): Promise<CardHandle>;
}

/** One link to the service that lists readers and waits for changes. One call at a time. */
export interface Session {
  /**
   * All slots and their states. While they are as in `known`, waits for up to `wait` milliseconds; with no `known`, or
   * with `wait` 0, answers at once.
   * @throws SscardError `service-lost`
   */
  states(known: readonly RawSlot[] | undefined, wait: number): Promise<readonly RawSlot[]>;
  /** Ends a waiting `states` early. May come too soon to be noticed by the library: call it until `states` returns. */
  cancel(): void;
  close(): Promise<void>;
}

/** One connection to one card, with a context of its own: a context is one lock. One call at a time. */
export interface CardHandle {
  /** `SCARD.t0` or `SCARD.t1` */
  readonly protocol: number;
  readonly atr: Uint8Array;
  /**
   * The answer as it came: fewer than two bytes when the card was pulled in the middle. Takes `command` over and wipes
   * it when the library is done with it.
   */
  transmit(command: Uint8Array): Promise<Uint8Array>;
  /** @param how `SCARD.leave` (only takes note of a reset), `reset` or `unpower` */
  reconnect(how: number): Promise<{ readonly protocol: number; readonly atr: Uint8Array }>;
  begin(): Promise<void>;
  end(disposition: number): Promise<void>;
  control(code: number, data: Uint8Array): Promise<Uint8Array>;
  attribute(tag: number): Promise<Uint8Array>;
  /** Gives everything back to the system, also when the card, the reader or the service is gone. */
  disconnect(disposition: number): Promise<void>;
}
