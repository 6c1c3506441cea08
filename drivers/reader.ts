/**
 * What a reader is, seen from above. Nothing over this file knows a brand: PC/SC, serial and HID units, vendor
 * libraries, transcripts and simulated cards all come as `Readers` that hand out a `Channel`.
 *
 * Rules every driver keeps:
 * - everything that waits has a deadline and an `AbortSignal`;
 * - an answer shorter than a status word is never parsed: the card is lost (`card-removed`);
 * - a command is never sent twice by a driver. When its answer is lost, the error's `details.outcome` is `unknown`;
 *   when it provably never left, `not-done`;
 * - after `card-mute` (deadline passed) or an abort the channel is dead: the late answer is dropped, never matched to
 *   a later command.
 */
import type { CardMover, CardPosition } from './mover.ts';

/** How long to wait, and how to stop waiting. */
export interface Waiting {
  /** Milliseconds on the steady clock. Each method states its default. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

/** What happens to the card when a transaction or a channel ends. */
export type Ending = 'leave' | 'reset' | 'unpower' | 'eject';

/** The transmission protocol that reader and card agreed on (ISO/IEC 7816-3). */
export type Protocol = 'T=0' | 'T=1';

/** `shared` lets other programs in between transactions; `exclusive` keeps them out until close. */
export type ShareMode = 'shared' | 'exclusive';

/** How a card is reached: through its contacts, or through the air (ISO/IEC 14443). */
export type CardInterface = 'contact' | 'contactless';

/** One slot of one reader, as it is now. */
export interface SlotState {
  /** Full name, unique among the readers of one driver; control characters already replaced. */
  readonly name: string;
  /** Short stable name, where the driver or the configuration gives one. */
  readonly alias?: string;
  readonly kind: 'card' | 'sam';
  /** Absent: nobody can tell, as long as there is no card. */
  readonly interface?: CardInterface;
  readonly state: 'empty' | 'present' | 'mute' | 'unavailable';
  /** Another program holds the card: `shared`, `exclusive`, or no one. */
  readonly inUse?: ShareMode;
  readonly atr?: Uint8Array;
}

/** What happens to readers and cards. */
export type ReaderEvent =
  | { readonly type: 'reader-attached'; readonly slot: SlotState }
  | { readonly type: 'reader-detached'; readonly name: string }
  | { readonly type: 'card-inserted'; readonly slot: SlotState }
  | { readonly type: 'card-removed'; readonly name: string }
  /** Units that move cards tell where the card is. */
  | { readonly type: 'card-moved'; readonly name: string; readonly position: CardPosition }
  /** The service below is gone; the driver keeps looking for it with growing pauses and says when it is back. */
  | { readonly type: 'service-lost' }
  | { readonly type: 'service-back' };

/** How to connect to a card. */
export interface ConnectOptions extends Waiting {
  /** Default `exclusive`: no other program can use a right that this one earned. */
  readonly share?: ShareMode;
  /** Default: what the card offers first. */
  readonly protocols?: readonly Protocol[];
}

/** Which slot to take the card from, and how to connect to it. */
export interface WaitForCardOptions extends ConnectOptions {
  /** Part of a slot's name (case does not matter) or its whole alias. Default: the only slot with a card. */
  readonly reader?: string;
  /** Slot names to leave aside (the PSAM's). */
  readonly except?: readonly string[];
  /**
   * Default `auto`: where a contact slot and a contactless one both have a card, the contact slot. The other two leave
   * slots of the other interface aside. A transcript has one card and does not look at it.
   */
  readonly interface?: CardInterface | 'auto';
}

/** A slot of a unit, by the number that reader addresses have for it: 0 for the holder's card. */
export interface NumberedSlot {
  readonly index: number;
  readonly name: string;
  readonly kind: SlotState['kind'];
}

/** A family of readers behind one driver. */
export interface Readers extends AsyncDisposable {
  /** Scheme of the reader address: `pcsc`, `sim`, `replay`, … */
  readonly scheme: string;
  /** The motor that moves the card, where there is one; known once the unit was opened (`list`, `watch`, `waitForCard`). */
  readonly mover?: CardMover | undefined;
  /** Names of the slots, without a look into them, where the slots are those of one unit; known once it was opened. */
  readonly slots?: readonly NumberedSlot[] | undefined;
  /** The slots as they are now. Default timeout: the driver's. @throws SscardError `service-unavailable` */
  list(options?: Waiting): Promise<readonly SlotState[]>;
  /**
   * First what is there (`reader-attached`, `card-inserted` for each), then every change, until the signal aborts (the
   * iteration then ends normally). Survives the death of the service.
   */
  watch(options?: { readonly signal?: AbortSignal }): AsyncIterable<ReaderEvent>;
  /**
   * Waits for a card and connects to it. Default timeout 30,000 ms.
   * @throws SscardError `reader-not-found`, `reader-ambiguous` (with `choices`), `no-card` (time is up),
   * `card-in-use` (another program holds it exclusively), `card-unresponsive`, `service-unavailable`, `cancelled`
   */
  waitForCard(options?: WaitForCardOptions): Promise<Channel>;
}

/** The one method the decorators wrap. */
export interface Transmitter {
  /**
   * Sends a command APDU, returns the response APDU: data and status word, at least two bytes.
   * Commands are carried one at a time, in the order of the calls.
   * @param options timeout default 20,000 ms
   * @throws SscardError `card-removed`, `card-reset` (by another program: every right is lost; nothing was sent),
   * `card-mute` (deadline passed), `cancelled`, `reader-lost`, `service-lost`, `answer-malformed`
   */
  transmit(command: Uint8Array, options?: Waiting): Promise<Uint8Array>;
}

/** A connection to one inserted card. It belongs to that insertion: when the card leaves, every call fails with `card-removed`. */
export interface Channel extends Transmitter, AsyncDisposable {
  /** Slot name. */
  readonly slot: string;
  readonly atr: Uint8Array;
  readonly protocol: Protocol;
  /** What the card's side does by itself: `false` means that 61xx and 6Cxx reach the caller. */
  readonly chains: boolean;
  /** What this driver cannot do, stated before it is tried. */
  readonly lacks: ReadonlySet<ChannelFeature>;
  /**
   * Runs `work` while no other program can reach the card, then ends the transaction. If `work` throws, or `ending`
   * is `reset`, the card is reset: no earned right is left behind.
   * @throws SscardError `unsupported` when `lacks` has `transactions` and the channel is shared
   */
  transaction<T>(ending: Ending, work: () => Promise<T>, options?: Waiting): Promise<T>;
  /** Warm: reset line only. Cold: power off and on. Returns the new ATR. */
  reset(kind: 'warm' | 'cold', options?: Waiting): Promise<Uint8Array>;
  /** Driver control code (PC/SC part 10 features, escape). @throws `unsupported` */
  control(code: number, data: Uint8Array, options?: Waiting): Promise<Uint8Array>;
  /** Reader attribute by its PC/SC tag. @throws `unsupported` */
  attribute(tag: number): Promise<Uint8Array>;
  /** Idempotent. Default ending: `reset`. `[Symbol.asyncDispose]` is `close()`. */
  close(ending?: Ending): Promise<void>;
}

/** What a channel may lack. `exact-codes`: the return codes of the platform; `shared`: connections that let other programs in. */
export type ChannelFeature =
  | 'transactions'
  | 'attributes'
  | 'control'
  | 'reset'
  | 'cold-reset'
  | 'exact-codes'
  | 'shared';
