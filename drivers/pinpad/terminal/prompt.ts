import { closeSync, openSync, writeSync } from 'node:fs';
import { isatty, ReadStream } from 'node:tty';
import { SscardError } from '../../../apdu/errors.ts';
import { SecretLine } from './secret-line.ts';

const STDIN = 0;
const STDERR = 2;

/**
 * A hidden prompt on the terminal: stars for what is typed, backspace and Ctrl-U take it back, Ctrl-C cancels. The
 * terminal is as it was before on every way out, signals included.
 */
export class TerminalPrompt implements Disposable {
  readonly #keys: ReadStream;
  readonly #screen: number;
  /** Typed ahead of the next prompt. */
  #ahead: Uint8Array = new Uint8Array();
  readonly #hangUp = new AbortController();
  readonly #onHangUp = () => this.#hangUp.abort();
  readonly #restore = () => void this.#keys.setRawMode(false);

  /**
   * @param fd a terminal; default: the one that the process belongs to, whatever its input and output are
   * @throws SscardError `pin-no-terminal`
   */
  constructor(fd?: number) {
    const { keys, screen } = fd === undefined ? openTerminal() : { keys: fd, screen: STDERR };
    this.#keys = new ReadStream(keys);
    this.#screen = screen;
  }

  /**
   * Shows the prompt and waits for a line.
   * @throws SscardError `cancelled`
   */
  async enter(signal: AbortSignal, prompt: string): Promise<Uint8Array> {
    this.#hide();
    this.#show(prompt);
    using line = new SecretLine();
    const until = AbortSignal.any([signal, this.#hangUp.signal]);
    for (;;) {
      const keys = this.#ahead.length > 0 ? this.#ahead : await this.#pressed(until);
      const end = this.#typed(line, keys);
      if (end === 'entered') return line.take();
      if (end === 'cancelled') throw cancelled();
    }
  }

  [Symbol.dispose](): void {
    this.#ahead.fill(0);
    this.#restore();
    process.off('exit', this.#restore).off('SIGHUP', this.#onHangUp).off('SIGQUIT', this.#onHangUp);
    this.#keys.destroy();
  }

  /** In raw mode from the first prompt to the last, so that nothing typed between two of them is shown. */
  #hide(): void {
    if (this.#keys.isRaw) return;
    process.once('exit', this.#restore).once('SIGHUP', this.#onHangUp).once('SIGQUIT', this.#onHangUp);
    this.#keys.setRawMode(true);
  }

  /** Types what was pressed, up to the end of the line; the rest waits for the next prompt. */
  #typed(line: SecretLine, keys: Uint8Array): 'entered' | 'cancelled' | undefined {
    this.#ahead = new Uint8Array();
    for (const [at, key] of keys.entries()) {
      const { echo, end } = line.type(key);
      this.#show(echo);
      if (end === undefined) continue;
      // A copy: `slice` of a Buffer is none.
      this.#ahead = Uint8Array.from(keys.subarray(at + 1));
      keys.fill(0);
      return end;
    }
    keys.fill(0);
    return undefined;
  }

  #pressed(signal: AbortSignal): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        this.#keys.off('data', onData).off('end', onEnd).off('error', onEnd).pause();
        signal.removeEventListener('abort', onEnd);
        act();
      };
      const onData = (keys: Uint8Array) => settle(() => resolve(keys));
      const onEnd = () =>
        settle(() => {
          this.#show('\n');
          reject(cancelled());
        });
      this.#keys.once('data', onData).once('end', onEnd).once('error', onEnd).resume();
      if (signal.aborted) onEnd();
      else signal.addEventListener('abort', onEnd);
    });
  }

  #show(text: string): void {
    try {
      writeSync(this.#screen, text);
    } catch {
      // The terminal is gone; the next key says so.
    }
  }
}

/** The terminal that the process belongs to; where the platform has no name for it, standard input. */
function openTerminal(): { readonly keys: number; readonly screen: number } {
  try {
    const fd = openSync('/dev/tty', 'r+');
    if (isatty(fd)) return { keys: fd, screen: fd };
    closeSync(fd);
  } catch {
    // No terminal of its own, or Windows.
  }
  if (isatty(STDIN)) return { keys: STDIN, screen: STDERR };
  throw new SscardError('pin-no-terminal', 'no terminal to ask on', { place: '--pin-from' });
}

function cancelled(): SscardError {
  return new SscardError('cancelled', 'cancelled at the prompt', { step: 'pin-entry' });
}
