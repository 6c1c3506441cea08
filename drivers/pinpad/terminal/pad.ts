import { SscardError } from '../../../apdu/errors.ts';
import { Pin } from '../../../src/crypto/pin.ts';
import type { PinEntered, PinEntry, PinPad, PinPrompt } from '../../pin-pad.ts';
import type { Waiting } from '../../reader.ts';
import { TerminalPrompt } from './prompt.ts';

/** How the terminal asks. */
export interface TerminalPadOptions {
  /** What it says; whoever asks chooses the language. */
  readonly prompts: Readonly<Record<PinPrompt, string>>;
  /** An open terminal; default: the one that the process belongs to, whatever its input and output are. */
  readonly fd?: number;
}

const ENTRY_TIMEOUT = 30_000;

/**
 * The terminal as a pad: a hidden prompt with stars. Its keys have more than digits; what is typed there that is no digit counts as one,
 * and is judged where the PIN is used.
 */
export class TerminalPad implements PinPad, Disposable {
  readonly name = 'terminal';
  readonly gives: ReadonlySet<'digits' | 'block'> = new Set(['digits'] as const);
  readonly #prompt: TerminalPrompt;
  readonly #prompts: TerminalPadOptions['prompts'];
  #asking = false;

  /** @throws SscardError `pin-no-terminal` */
  constructor({ prompts, fd }: TerminalPadOptions) {
    this.#prompt = new TerminalPrompt(fd);
    this.#prompts = prompts;
  }

  async enterPin(entry: PinEntry, { timeout = ENTRY_TIMEOUT, signal }: Waiting = {}): Promise<PinEntered> {
    if (this.#asking) throw new RangeError('the terminal is asking already');
    if (entry.form.kind !== 'digits') throw new RangeError('a terminal gives digits');
    const clock = new AbortController();
    const timer = setTimeout(() => clock.abort(), timeout);
    this.#asking = true;
    try {
      return await this.#ask(entry, signal === undefined ? clock.signal : AbortSignal.any([signal, clock.signal]));
    } catch (error) {
      if (!(error instanceof SscardError) || error.code !== 'cancelled') throw error;
      return { kind: clock.signal.aborted && signal?.aborted !== true ? 'timed-out' : 'cancelled' };
    } finally {
      clearTimeout(timer);
      this.#asking = false;
    }
  }

  /** The terminal is as it was before. */
  [Symbol.dispose](): void {
    this.#prompt[Symbol.dispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this[Symbol.dispose]();
  }

  async #ask(entry: PinEntry, until: AbortSignal): Promise<PinEntered> {
    for (;;) {
      const digits = await this.#prompt.enter(until, this.#prompts[entry.prompt]);
      if (digits.length === 0 && entry.bypass === true) return { kind: 'bypassed' };
      if (digits.length >= entry.min && digits.length <= entry.max) {
        entry.progress?.(digits.length);
        return { kind: 'digits', pin: Pin.fromDigits(digits) };
      }
      digits.fill(0);
    }
  }
}
