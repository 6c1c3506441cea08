import { SscardError } from '../../apdu/errors.ts';
import { Pin } from '../crypto/pin.ts';
import { pinWords } from '../i18n/pin.ts';
import type { Settings } from './settings.ts';
import { isTerminal } from './terminal.ts';

/** What a person is asked for: the PIN in force, the one the card was issued with, a new one, the new one again. */
export type PinStep = 'current' | 'initial' | 'new' | 'again';

/** How long one PIN may take to be entered, in milliseconds. */
const ENTRY_TIME = 120_000;

interface Source extends Disposable {
  enter(signal: AbortSignal, prompt: string): Promise<Uint8Array>;
}

/** Where PINs are typed: the terminal, or lines of an open file. */
export class PinEntry implements Disposable {
  readonly #source: Source;
  readonly #prompts: Readonly<Record<PinStep, string>>;

  private constructor(source: Source, prompts: Readonly<Record<PinStep, string>>) {
    this.#source = source;
    this.#prompts = prompts;
  }

  /**
   * Finds the source, before a reader is opened; nothing is asked yet.
   * @throws SscardError `pin-no-terminal`, `pin-source-unreadable`
   */
  static async open({ pinFrom, lang }: Settings): Promise<PinEntry> {
    const { prompts } = pinWords[lang];
    // A terminal that gives lines would show them.
    if (pinFrom?.kind === 'lines' && !isTerminal(pinFrom.fd)) {
      const { PinLines } = await import('./pin-lines.ts');
      return new PinEntry(new PinLines(pinFrom.fd), prompts);
    }
    const { PinPrompt } = await import('./pin-prompt.ts');
    return new PinEntry(new PinPrompt(pinFrom?.kind === 'lines' ? pinFrom.fd : undefined), prompts);
  }

  /**
   * Asks for PINs in the order of the act, and leaves the terminal as it was.
   * @throws SscardError `cancelled`, `pin-entry-late`, `pin-missing`, `pin-line-too-long`; then no PIN is left behind
   */
  async ask<const S extends readonly PinStep[]>(steps: S, signal: AbortSignal): Promise<{ [K in keyof S]: Pin }> {
    const pins: Pin[] = [];
    try {
      for (const step of steps) pins.push(Pin.fromDigits(await this.#one(step, signal)));
      return pins as { [K in keyof S]: Pin };
    } catch (error) {
      for (const pin of pins) pin.wipe();
      throw error;
    } finally {
      this[Symbol.dispose]();
    }
  }

  [Symbol.dispose](): void {
    this.#source[Symbol.dispose]();
  }

  async #one(step: PinStep, signal: AbortSignal): Promise<Uint8Array> {
    const clock = new AbortController();
    const timer = setTimeout(() => clock.abort(), ENTRY_TIME);
    try {
      return await this.#source.enter(AbortSignal.any([signal, clock.signal]), this.#prompts[step]);
    } catch (error) {
      const details = { step: 'pin-entry' };
      if (signal.aborted) throw new SscardError('cancelled', 'stopped by a signal', details, { cause: error });
      if (clock.signal.aborted) throw new SscardError('pin-entry-late', `${ENTRY_TIME} ms`, details, { cause: error });
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}
