import type { Pin } from '../src/crypto/pin.ts';
import type { Waiting } from './reader.ts';

/**
 * What a PIN pad is, seen from above: plain keypads, pads that encipher, terminal prompts and simulated pads all look like
 * this. What a person may rightly do (press cancel, walk away) is an answer; an `SscardError` is for a pad that broke the
 * protocol or the connection.
 */
export interface PinPad extends AsyncDisposable {
  /** Scheme and place, for messages: `sim:`, a serial path. */
  readonly name: string;
  /** What it can give. A pad that makes PIN blocks inside and never gives digits has `block` only. */
  readonly gives: ReadonlySet<'digits' | 'block'>;
  /** Who keeps the keys that blocks are made under; a pad that makes none has none. */
  readonly custody?: PadCustody | undefined;
  /**
   * Asks a person for a PIN. One entry at a time: a second one before the first has ended is a RangeError.
   * @param waiting timeout over the whole entry, default 30,000 ms; the abort of its signal is `cancelled`
   * @throws RangeError for a form that `gives` does not have
   * @throws SscardError `reader-lost`, `answer-malformed`: the pad broke meanwhile
   */
  enterPin(entry: PinEntry, waiting?: Waiting): Promise<PinEntered>;
}

/** One entry: what is asked, what may be typed, and what is to come of it. */
export interface PinEntry {
  /** What pad and voice ask for. */
  readonly prompt: PinPrompt;
  /** Fewest and most digits. */
  readonly min: number;
  readonly max: number;
  /** Enter without a digit is an answer: `bypassed`. Else the pad goes on asking. */
  readonly bypass?: boolean;
  /** What is to be paid, for the display: `100.00`. */
  readonly amount?: string;
  readonly form: PinForm;
  /** After every key, how many digits stand there. Never which. */
  readonly progress?: (digits: number) => void;
  /** Once a second, whole seconds until the entry is over by itself. */
  readonly timeLeft?: (seconds: number) => void;
}

/** `pin-wrong`: the one before was wrong; `pin-last-try`: one wrong PIN more blocks it; `initial-pin`: the one the card came with. */
export type PinPrompt = 'pin' | 'pin-wrong' | 'pin-last-try' | 'initial-pin' | 'old-pin' | 'new-pin' | 'new-pin-again';

/** Digits, or a block that the pad makes under the working key in it (ISO 9564). */
export type PinForm =
  | { readonly kind: 'digits' }
  | {
      readonly kind: 'block';
      /** Formats 0, 3 and 4 need the account number. */
      readonly format: 0 | 1 | 2 | 3 | 4;
      /** Digits with the check digit. */
      readonly accountNumber?: string;
    };

/** What came of an entry. The caller owns the PIN, or the block, and wipes it. */
export type PinEntered =
  | { readonly kind: 'digits'; readonly pin: Pin }
  /** Enciphered. */
  | { readonly kind: 'block'; readonly block: Uint8Array }
  | { readonly kind: 'bypassed' }
  /** The person pressed cancel, or the signal aborted. */
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'timed-out' }
  /**
   * The pad says that it cannot: no key loaded, tampered; `reason` is its own word for it. `clear-digits`: it showed digits where stars
   * were due, and is not asked again until it is opened anew.
   */
  | { readonly kind: 'out-of-order'; readonly reason?: string };

/**
 * Keys in a pad: they go in, never out. A working key comes from the host's side, enciphered under a master key that was brought into
 * the pad before, in a maintenance of its own.
 */
export interface PadCustody {
  /**
   * Puts a key for PIN blocks into the pad. `key` stays the caller's.
   * @throws SscardError `reader-lost`, `unit-silent`, `cancelled`
   */
  loadWorkingKey(key: WorkingKey, waiting?: Waiting): Promise<PadKeyOutcome>;
}

/** A key for PIN blocks, enciphered under the master key of that number. */
export interface WorkingKey {
  readonly master: number;
  readonly number: number;
  /** 16 bytes. */
  readonly cryptogram: Uint8Array;
  /** First 3 or 4 bytes of a block of zeros under the key in clear. A pad that can is made to show the same. */
  readonly checkValue?: Uint8Array;
}

/**
 * `reason`: `no-master-key`, `parameter`, `tampered`, …; `check-value`: the key in the pad is another than was meant.
 * `unchecked`: a check value was given, and this pad has no way to show its own.
 */
export type PadKeyOutcome =
  | { readonly kind: 'loaded'; readonly unchecked?: true }
  | { readonly kind: 'refused'; readonly reason: string };
