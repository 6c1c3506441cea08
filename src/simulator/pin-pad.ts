import { SscardError } from '../../apdu/errors.ts';
import type { PinEntered, PinEntry, PinForm, PinPad } from '../../drivers/pin-pad.ts';
import type { Waiting } from '../../drivers/reader.ts';
import { encryptEcb } from '../crypto/blocks.ts';
import { Pin } from '../crypto/pin.ts';
import { encipheredPinBlock4, pinBlock0, pinBlock1, pinBlock2, pinBlock3 } from '../crypto/pin-block.ts';

/**
 * What the person in front of the pad does: digits and the enter key (an empty text is the enter key alone), cancel, walk
 * away until the time is over; or what the pad does: it cannot (`out-of-order`), it breaks (`lost`).
 */
export type PadAct = string | { readonly act: 'cancel' | 'walk-away' | 'out-of-order' | 'lost' };

/** What the simulated pad is able to. */
export interface SimulatedPadOptions {
  /** 16 bytes: 3DES for blocks of formats 0 to 3, AES for 4. Absent: it makes no blocks. */
  readonly workingKey?: Uint8Array;
  /** False: digits never leave it. Default true. */
  readonly givesDigits?: boolean;
}

const ENTRY_TIMEOUT = 30_000;

/**
 * A PIN pad with a person at it that does what a test says. Without an act it waits, as a pad does.
 * @example
 * const pad = new SimulatedPinPad();
 * pad.act('735190');
 * await pad.enterPin({ prompt: 'pin', min: 4, max: 12, form: { kind: 'digits' } }); // { kind: 'digits', pin }
 */
export class SimulatedPinPad implements PinPad {
  readonly name = 'sim:';
  readonly gives: ReadonlySet<'digits' | 'block'>;
  readonly #workingKey: Uint8Array | undefined;
  readonly #acts: PadAct[] = [];
  readonly #entries: PinEntry[] = [];
  #wake: () => void = () => {};
  #busy = false;

  /** @throws RangeError for a working key of another length */
  constructor({ workingKey, givesDigits = true }: SimulatedPadOptions = {}) {
    if (workingKey !== undefined && workingKey.length !== 16) throw new RangeError('a working key has 16 bytes');
    this.#workingKey = workingKey?.slice();
    this.gives = new Set([...(givesDigits ? ['digits' as const] : []), ...(workingKey ? ['block' as const] : [])]);
  }

  /** What was asked so far: prompts and limits, for a test to look at. */
  get entries(): readonly PinEntry[] {
    return this.#entries;
  }

  /** One after the other, for this entry and the next ones; also while the pad waits. */
  act(...acts: readonly PadAct[]): void {
    this.#acts.push(...acts);
    this.#wake();
  }

  async enterPin(entry: PinEntry, waiting: Waiting = {}): Promise<PinEntered> {
    if (this.#busy) throw new RangeError('the pad is asking already');
    if (!this.gives.has(entry.form.kind)) throw new RangeError(`this pad gives no ${entry.form.kind}`);
    this.#busy = true;
    this.#entries.push(entry);
    try {
      return await this.#ask(entry, waiting);
    } finally {
      this.#busy = false;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#workingKey?.fill(0);
    this.act({ act: 'cancel' });
  }

  /** Asks until something comes of it: too few digits, or enter alone where a PIN must be, are not taken. */
  async #ask(entry: PinEntry, { timeout = ENTRY_TIMEOUT, signal }: Waiting): Promise<PinEntered> {
    const end = performance.now() + timeout;
    for (;;) {
      if (signal?.aborted) return { kind: 'cancelled' };
      const act = this.#acts.shift();
      if (act === undefined) {
        const left = end - performance.now();
        if (left <= 0) return { kind: 'timed-out' };
        await this.#nextAct(left, signal);
      } else if (typeof act === 'string') {
        const entered = this.#typed(act, entry);
        if (entered !== undefined) return entered;
      } else {
        return outcomeOf(act.act);
      }
    }
  }

  #typed(keys: string, entry: PinEntry): PinEntered | undefined {
    if (!/^\d*$/.test(keys)) throw new RangeError('a pad has digits');
    if (keys === '') return entry.bypass ? { kind: 'bypassed' } : undefined;
    // A pad takes no digit beyond the last one there may be.
    const digits = new TextEncoder().encode(keys).slice(0, entry.max);
    digits.forEach((_, at) => {
      entry.progress?.(at + 1);
    });
    if (digits.length < entry.min) return undefined;
    if (entry.form.kind === 'digits') return { kind: 'digits', pin: Pin.fromDigits(digits) };
    try {
      return { kind: 'block', block: this.#block(digits, entry.form) };
    } finally {
      digits.fill(0);
    }
  }

  #block(digits: Uint8Array, { format, accountNumber = '' }: Extract<PinForm, { kind: 'block' }>): Uint8Array {
    const key = this.#workingKey ?? new Uint8Array(0);
    if (format === 4) return encipheredPinBlock4(key, digits, accountNumber);
    const make = { 0: pinBlock0, 1: (pin: Uint8Array) => pinBlock1(pin), 2: pinBlock2, 3: pinBlock3 }[format];
    const block = make(digits, accountNumber);
    try {
      return encryptEcb('3DES', key, block);
    } finally {
      block.fill(0);
    }
  }

  /** Until there is an act, the time is over, or the signal aborts. */
  #nextAct(left: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, Math.ceil(left));
      signal?.addEventListener('abort', done, { once: true });
      this.#wake = done;
    });
  }
}

function outcomeOf(act: Exclude<PadAct, string>['act']): PinEntered {
  switch (act) {
    case 'cancel':
      return { kind: 'cancelled' };
    case 'walk-away':
      return { kind: 'timed-out' };
    case 'out-of-order':
      return { kind: 'out-of-order' };
    case 'lost':
      throw new SscardError('reader-lost', 'the pad broke on order', { place: 'sim:' });
  }
}
