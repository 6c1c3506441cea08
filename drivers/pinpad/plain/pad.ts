import { fromHex } from '../../../apdu/bytes.ts';
import { Pin } from '../../../src/crypto/pin.ts';
import { Line } from '../../line.ts';
import type { PinEntered, PinEntry, PinPad } from '../../pin-pad.ts';
import type { Ports } from '../../port.ts';
import type { Waiting } from '../../reader.ts';
import type { Talk } from '../../talk.ts';
import { LinePad } from '../line-pad.ts';
import { displayCommand, lengthCommand } from './commands.ts';
import { type PlainEvent, plainFramer } from './framer.ts';
import { type PlainAnswer, type PlainProfile, type PlainProfileName, plainProfiles } from './profiles.ts';

/** Where the pad is, and what it understands: it cannot be asked. */
export interface PlainOptions {
  readonly ports: Ports;
  readonly port: string;
  /** Default 9600. */
  readonly baud?: number;
  /** Default `start-generic`. */
  readonly profile?: PlainProfileName;
  /** Default `cr`. */
  readonly answer?: PlainAnswer;
  /** Digits of an answer of fixed length. Default 6. */
  readonly fixed?: number;
  /** It has a display, which is shown the amount. Default false. */
  readonly display?: boolean;
}

const BAUD = 9600;
const USUAL_LENGTH = 6;
/** A pad that keeps the digits is asked for them this often, in milliseconds. */
const FETCH = 500;

/**
 * A plain counter keypad (readers.md 8.1): it asks by voice, and sends the digits in clear. It acknowledges nothing and tells nothing
 * of cancelling: one that is switched off, a person who presses cancel and one who walks away look alike, `timed-out`.
 * @throws SscardError what the port throws
 */
export async function plainPad(options: PlainOptions, waiting?: Waiting): Promise<PinPad> {
  const { ports, port, baud = BAUD, profile = 'start-generic', answer = 'cr', fixed = USUAL_LENGTH } = options;
  const pad = new PlainUnit(plainProfiles[profile], answer === 'fixed' ? fixed : undefined, options.display === true);
  const manners = {
    framer: plainFramer(answer, fixed),
    // Keys come as a person types; the time of the whole entry decides.
    frameTime: () => 2 ** 31 - 1,
    stop: (talk: Talk<PlainEvent>) => pad.close(talk),
    // What is typed when nobody asks belongs to nobody.
    unasked: (event: PlainEvent) => !pad.asking && event.digits.fill(0) !== undefined,
    gone: () => {},
  };
  return new LinePad(`${port} plain`, await Line.open<PlainEvent>(ports, port, { baud }, manners, waiting), pad);
}

class PlainUnit {
  readonly gives: ReadonlySet<'digits' | 'block'> = new Set(['digits']);
  asking = false;
  readonly #profile: PlainProfile;
  /** So many digits, whatever is asked for. */
  readonly #fixed: number | undefined;
  readonly #display: boolean;

  constructor(profile: PlainProfile, fixed: number | undefined, display: boolean) {
    this.#profile = profile;
    this.#fixed = fixed;
    this.#display = display;
  }

  async close(talk: Talk<PlainEvent>): Promise<void> {
    const { close } = this.#profile;
    if (close !== undefined) await talk.send(fromHex(close));
  }

  async ask(talk: Talk<PlainEvent>, entry: PinEntry, seconds: number): Promise<PinEntered> {
    try {
      const entered = await this.#enter(talk, entry, seconds);
      await this.close(talk);
      return entered;
    } finally {
      this.asking = false;
    }
  }

  async #enter(talk: Talk<PlainEvent>, entry: PinEntry, seconds: number): Promise<PinEntered> {
    const { open, again, takesLength } = this.#profile;
    if (takesLength === true) await talk.send(lengthCommand(this.#fixed ?? entry.max));
    if (this.#display && entry.amount !== undefined) await talk.send(displayCommand(2, entry.amount));
    this.asking = true;
    await talk.send(fromHex(entry.prompt === 'new-pin-again' ? again : open));
    const end = performance.now() + 1000 * seconds;
    for (;;) {
      const digits = await this.#digits(talk, end);
      if (digits === undefined) return { kind: 'timed-out' };
      if (digits.length === 0 && entry.bypass === true) return { kind: 'bypassed' };
      if (digits.length >= entry.min && digits.length <= entry.max) {
        entry.progress?.(digits.length);
        return { kind: 'digits', pin: Pin.fromDigits(digits) };
      }
      // Too few, too many: it asks again.
      digits.fill(0);
      await talk.send(fromHex(again));
    }
  }

  /** @returns nothing when the time is over */
  async #digits(talk: Talk<PlainEvent>, end: number): Promise<Uint8Array | undefined> {
    const { fetch } = this.#profile;
    for (;;) {
      const left = end - performance.now();
      if (left <= 0) return undefined;
      const event = await talk.next(fetch === undefined ? left : Math.min(left, FETCH));
      if (event.kind === 'pin') return event.digits;
      if (fetch !== undefined && event.kind === 'silence') await talk.send(fromHex(fetch));
    }
  }
}
