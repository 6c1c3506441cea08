import type { Denied } from '../denial.ts';
import type { WeakRule } from './weak.ts';

/** Why a PIN stayed where it was. Nothing was sent, and no try was spent. */
export type NotSent =
  /** Fewer or more digits than the card takes. */
  | { readonly why: 'length' }
  /** Something else than the digits 0 to 9. */
  | { readonly why: 'digits' }
  /** One try is left, and the caller did not say that it may be spent. */
  | { readonly why: 'last-try' }
  /** Nobody knows how many tries are left, and the caller did not say that the last one may be spent. */
  | { readonly why: 'tries-unknown' }
  /** The new PIN is the initial one (market code −36). */
  | { readonly why: 'initial' }
  /** The new PIN is the old one. */
  | { readonly why: 'unchanged' }
  | { readonly why: 'weak'; readonly rule: WeakRule };

/** What a card or a rule may rightly answer to a PIN. Tries are those the card stated in this very answer. */
export type PinRefusal =
  | { readonly kind: 'wrong'; readonly triesLeft: number }
  /** No try is left (63C0, 6983): only a reset or an unblocking helps. */
  | { readonly kind: 'blocked' }
  | ({ readonly kind: 'not-sent' } & NotSent)
  /**
   * Nobody knows what the card did: the answer was lost (`code` says how), or it is a status word that does not tell.
   * Ask the card (`status`); nothing is sent a second time.
   */
  | { readonly kind: 'unknown'; readonly sw?: number; readonly code?: string };

/** What may come of an entry at the reader, beside what may come of any PIN. */
export type AtReaderRefusal =
  | PinRefusal
  /** Nothing reached the card: the person pressed cancel, or did not type in time. */
  | { readonly kind: 'gave-up'; readonly why: 'timed-out' | 'cancelled' }
  /** The two entries of the new PIN differ; the reader cannot change a PIN. */
  | { readonly kind: 'not-sent'; readonly why: 'differs' }
  | { readonly kind: 'not-sent'; readonly why: 'reader' };

/** `initial`: it is the PIN the card was issued with, which may read, not transact (market code −35). */
export type VerifyOutcome = { readonly kind: 'verified'; readonly initial: boolean } | PinRefusal;

/** What came of setting or changing the PIN. */
export type ChangeOutcome = { readonly kind: 'changed' } | PinRefusal;

/** Reset and unblocking work under keys, without the old PIN. */
export type ReloadOutcome = { readonly kind: 'changed' } | Denied | PinRefusal;

/** What the card tells about its PIN without spending a try; null: it cannot tell. */
export interface PinStatus {
  readonly state: 'usable' | 'blocked' | 'unknown';
  /** Always null: no card tells without the PIN being presented. */
  readonly initial: null;
  readonly triesLeft: number | null;
  readonly triesMax: number | null;
}
