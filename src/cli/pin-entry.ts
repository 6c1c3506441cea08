import { SscardError } from '../../apdu/errors.ts';
import type { PinEntry as PadEntry, PinEntered, PinPad, PinPrompt } from '../../drivers/pin-pad.ts';
import { LONGEST_SECRET } from '../../drivers/pinpad/terminal/secret-line.ts';
import { Pin } from '../crypto/pin.ts';
import { pinWords } from '../i18n/pin.ts';
import { type PadAddress, parsePadAddress } from './pad-address.ts';
import { PadScreen } from './pad-screen.ts';
import type { Settings } from './settings.ts';
import { isTerminal } from './terminal.ts';

/** What a person is asked for: the PIN in force, the one the card was issued with, a new one, the new one again. */
export type PinStep = 'current' | 'initial' | 'new' | 'again';

/** How long one PIN may take to be entered, in milliseconds. */
const ENTRY_TIME = 120_000;
/** At a pad, which is told. */
const PAD_TIME = 60_000;
/** Digits of a PIN (counter-services.md 5). */
const DIGITS = { min: 4, max: 16 } as const;
/** A person at a keyboard may type anything: it is judged by the act. */
const ANYTHING = { min: 0, max: LONGEST_SECRET } as const;

const PROMPTS = {
  current: 'pin',
  initial: 'initial-pin',
  new: 'new-pin',
  again: 'new-pin-again',
} as const satisfies Readonly<Record<PinStep, PinPrompt>>;

interface Source extends AsyncDisposable {
  enter(step: PinStep, signal: AbortSignal): Promise<PinEntered>;
}

/** Where PINs are typed: a pad, the terminal, or lines of an open file. */
export class PinEntry implements AsyncDisposable {
  readonly #source: Source;

  private constructor(source: Source) {
    this.#source = source;
  }

  /**
   * Finds the source, before a reader is opened; nothing is asked yet.
   * @throws SscardError `pin-no-terminal`, `pin-source-unreadable`, `pad-missing`, `pad-gives-no-digits`, what opening a pad throws
   */
  static async open(settings: Settings, signal: AbortSignal): Promise<PinEntry> {
    const { pinFrom, lang } = settings;
    const pad = padOf(settings);
    if (pad?.kind === 'reader') throw new SscardError('pad-gives-no-digits', 'a reader keeps them', { place: pad.uri });
    if (pad?.kind === 'serial') {
      if (pad.protocol !== 'plain') throw new SscardError('pad-gives-no-digits', 'it enciphers', { place: pad.port });
      const { openPad } = await import('./pad-open.ts');
      return new PinEntry(padSource(await openPad(pad, signal), new PadScreen(settings)));
    }
    // A terminal that gives lines would show them.
    if (pinFrom?.kind === 'lines' && !isTerminal(pinFrom.fd)) {
      const { PinLines } = await import('./pin-lines.ts');
      return new PinEntry(lineSource(new PinLines(pinFrom.fd)));
    }
    const { TerminalPad } = await import('../../drivers/pinpad/terminal/pad.ts');
    const fd = pinFrom?.kind === 'lines' ? pinFrom.fd : undefined;
    const { current, initial, new: next, again } = pinWords[lang].prompts;
    const prompts = {
      ...{ pin: current, 'pin-wrong': current, 'pin-last-try': current, 'old-pin': current },
      ...{ 'initial-pin': initial, 'new-pin': next, 'new-pin-again': again },
    };
    return new PinEntry(terminalSource(new TerminalPad({ prompts, ...(fd !== undefined && { fd }) })));
  }

  /**
   * Asks for PINs in the order of the act, and leaves the terminal as it was.
   * @throws SscardError `cancelled`, `pin-entry-late`, `pad-out-of-order`, `pin-missing`, `pin-line-too-long`; then no PIN is left behind
   */
  async ask<const S extends readonly PinStep[]>(steps: S, signal: AbortSignal): Promise<{ [K in keyof S]: Pin }> {
    const pins: Pin[] = [];
    try {
      for (const step of steps) pins.push(pinIn(await this.#source.enter(step, signal), signal));
      return pins as { [K in keyof S]: Pin };
    } catch (error) {
      for (const pin of pins) pin.wipe();
      throw error;
    } finally {
      await this[Symbol.asyncDispose]();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#source[Symbol.asyncDispose]() as Promise<void>;
  }
}

/**
 * The pad that is meant: where PINs come from one, because it was said, or because there is one and nothing else was said.
 * @throws SscardError `pad-missing`, `scheme-not-available`, `address-malformed`
 */
export function padOf({ pad, pinFrom }: Settings): PadAddress | undefined {
  if (pinFrom !== undefined && pinFrom.kind !== 'pad') return undefined;
  if (pad !== undefined) return parsePadAddress(pad);
  if (pinFrom === undefined) return undefined;
  throw new SscardError('pad-missing', 'no pad is configured', { place: '--pad' });
}

function padSource(pad: PinPad, screen: PadScreen): Source {
  return {
    async enter(step, signal) {
      const told = screen.begin(step);
      const entry: PadEntry = { prompt: PROMPTS[step], ...DIGITS, form: { kind: 'digits' }, ...told };
      try {
        return await pad.enterPin(entry, { timeout: PAD_TIME, signal });
      } finally {
        screen.end();
      }
    },
    [Symbol.asyncDispose]: () => pad[Symbol.asyncDispose]() as Promise<void>,
  };
}

function terminalSource(pad: PinPad): Source {
  return {
    enter: (step, signal) =>
      pad.enterPin({ prompt: PROMPTS[step], ...ANYTHING, form: { kind: 'digits' } }, { timeout: ENTRY_TIME, signal }),
    [Symbol.asyncDispose]: () => pad[Symbol.asyncDispose]() as Promise<void>,
  };
}

function lineSource(lines: Disposable & { enter(signal: AbortSignal): Promise<Uint8Array> }): Source {
  return {
    async enter(_step, signal) {
      const clock = new AbortController();
      const timer = setTimeout(() => clock.abort(), ENTRY_TIME);
      try {
        return { kind: 'digits', pin: Pin.fromDigits(await lines.enter(AbortSignal.any([signal, clock.signal]))) };
      } catch (error) {
        if (signal.aborted) return { kind: 'cancelled' };
        if (clock.signal.aborted) return { kind: 'timed-out' };
        throw error;
      } finally {
        clearTimeout(timer);
      }
    },
    [Symbol.asyncDispose]: async () => lines[Symbol.dispose](),
  };
}

function pinIn(entered: PinEntered, signal: AbortSignal): Pin {
  const step = 'pin-entry';
  switch (entered.kind) {
    case 'digits':
      return entered.pin;
    case 'timed-out':
      throw new SscardError('pin-entry-late', 'not entered in time', { step });
    case 'out-of-order':
      throw new SscardError('pad-out-of-order', 'the pad cannot', { reason: entered.reason ?? 'unknown' });
    default:
      throw new SscardError('cancelled', signal.aborted ? 'stopped by a signal' : 'cancelled at the prompt', { step });
  }
}
