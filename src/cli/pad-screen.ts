import { pinWords } from '../i18n/pin.ts';
import type { PinStep } from './pin-entry.ts';
import type { Settings } from './settings.ts';
import { isTerminal, writeError } from './terminal.ts';

const STDERR = 2;
/** Back to the begin of the line, and nothing behind it. */
const AGAIN = '\r\u001b[K';

/** What the clerk sees while the holder types at a pad: what is asked for, stars, and the time that is left. On stderr. */
export class PadScreen {
  readonly #words: (typeof pinWords)['zh' | 'en'];
  /** A line that is written over and over is for terminals. */
  readonly #live = isTerminal(STDERR) && process.env['TERM'] !== 'dumb';
  #step: PinStep = 'current';
  #digits = 0;
  #seconds: number | undefined;

  constructor({ lang }: Settings) {
    this.#words = pinWords[lang];
  }

  /** @returns what the pad is to tell */
  begin(step: PinStep): { progress: (digits: number) => void; timeLeft: (seconds: number) => void } {
    this.#step = step;
    this.#digits = 0;
    this.#seconds = undefined;
    writeError(`${this.#words.atPad}\n`);
    if (!this.#live) writeError(`${this.#words.prompts[step]}\n`);
    return {
      progress: (digits) => {
        this.#digits = digits;
        this.#show();
      },
      timeLeft: (seconds) => {
        this.#seconds = seconds;
        this.#show();
      },
    };
  }

  end(): void {
    if (this.#live) writeError('\n');
  }

  #show(): void {
    if (!this.#live) return;
    const left = this.#seconds === undefined ? '' : `  ${this.#words.secondsLeft(this.#seconds)}`;
    writeError(`${AGAIN}${this.#words.prompts[this.#step]}${'*'.repeat(this.#digits)}${left}`);
  }
}
