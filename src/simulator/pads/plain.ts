import { concat, toHex } from '../../../apdu/bytes.ts';
import type { Station } from '../units/station.ts';
import type { LineForm } from '../wire/wire.ts';
import { EmulatedPad, type PadLink, type PadOrder } from './pad.ts';
import { type PlainCodes, type PlainProfile, plainProfiles } from './plain-profiles.ts';

/**
 * How the digits come (readers.md 8.1): so many and nothing else, closed by CR, or between 02 and 03; `high-bits`: so many, with bit 7
 * set on some.
 */
export type PlainAnswer = 'fixed' | 'cr' | 'stx-etx' | 'high-bits';

/** Which commands it knows, and how it answers. */
export interface PlainPadOptions {
  /** Default `start-generic`. */
  readonly profile?: PlainProfile;
  /** Default `cr`. */
  readonly answer?: PlainAnswer;
}

type Deed = 'ask' | 'close' | 'fetch' | 'length' | 'text';

const ESC_N = '1B4E';
const ESC_D = '1B44';
const CR = 0x0d;
const LF = '0A';
/** Of each six digits those that the worked answer has with bit 7 set (vector pp-07). */
const HIGH_BITS = [true, true, false, true, false, true];
const USUAL_LENGTH = 6;
const LONGEST_PIN = 16;
const SECONDS = 60;

/**
 * A plain counter keypad (readers.md 8.1): it speaks, a person types, and the digits come in clear. It acknowledges nothing.
 *
 * ASSUMED where the reference is silent: the digits come when enter is pressed, and a pad that sends so many waits for so many; the
 * cancel key and the end of its time send nothing; with fixed answers enter alone sends nothing.
 */
export class PlainPad extends EmulatedPad {
  readonly line: LineForm = { baud: 9_600, bits: 10 };
  readonly #codes: ReadonlyMap<string, Deed>;
  readonly #answer: PlainAnswer;
  readonly #fetched: boolean;
  #heard = '';
  #length = USUAL_LENGTH;
  #station: Station<PadOrder> | undefined;
  /** Waits to be fetched. */
  #held: Uint8Array | undefined;

  constructor({ profile = 'start-generic', answer = 'cr' }: PlainPadOptions = {}) {
    super();
    const codes: PlainCodes = plainProfiles[profile];
    this.#codes = deedsOf(codes);
    this.#fetched = codes.fetch !== undefined;
    this.#answer = answer;
  }

  protected begin(station: Station<PadOrder>): PadLink {
    this.#station = station;
    const receive = (bytes: Uint8Array) => {
      for (const byte of bytes) this.#hear(toHex(Uint8Array.of(byte)));
    };
    return { receive, stop: () => this.#forgetHeard() };
  }

  protected forget(): void {
    this.#held?.fill(0);
    this.#held = undefined;
  }

  #forgetHeard(): void {
    this.#heard = '';
  }

  /** Commands have no frame: each is told from the others by how it begins. */
  #hear(byte: string): void {
    this.#heard += byte;
    const deed = this.#codes.get(this.#heard);
    if (deed === 'length' || deed === 'text') return;
    if (deed !== undefined) {
      this.#heard = '';
      this.#obey(deed);
    } else if (this.#heard.startsWith(ESC_N)) {
      this.#setLength();
    } else if (this.#heard.startsWith(ESC_D)) {
      if (byte === LF) this.#heard = '';
    } else if (![...this.#codes.keys()].some((code) => code.startsWith(this.#heard))) {
      this.#heard = '';
    }
  }

  /** ESC N and two digits. */
  #setLength(): void {
    const digits = String.fromCharCode(...Buffer.from(this.#heard.slice(ESC_N.length), 'hex'));
    if (digits.length < 2) return;
    this.#heard = '';
    const length = Number(digits);
    if (length >= 1 && length <= LONGEST_PIN) this.#length = length;
  }

  #obey(deed: Deed): void {
    this.mischief.count();
    if (this.mischief.take('silence')) return;
    if (deed === 'ask') this.#ask();
    if (deed === 'close') this.#close();
    if (deed !== 'fetch' || this.#held === undefined) return;
    this.#send(this.#held);
    this.#held = undefined;
  }

  #ask(): void {
    this.#close();
    const counted = this.#answer === 'fixed' || this.#answer === 'high-bits';
    const max = counted ? this.#length : LONGEST_PIN;
    const rules = { min: counted ? max : 1, max, seconds: SECONDS, correct: 'one', empty: true } as const;
    const unseen = () => {};
    this.ask(rules, unseen, (entered) => {
      if (entered.kind !== 'entered') return;
      const answer = this.#framed(entered.digits);
      if (this.#fetched) this.#held = answer;
      else this.#send(answer);
    });
  }

  #send(answer: Uint8Array): void {
    const late = this.mischief.take('late-answer');
    if (this.mischief.take('no-answer') || answer.length === 0) return;
    if (late) void this.#station?.wait(late.ms).then(() => this.send(answer));
    else this.send(answer);
  }

  #framed(digits: Uint8Array): Uint8Array {
    switch (this.#answer) {
      case 'fixed':
        return digits;
      case 'cr':
        return concat([digits, Uint8Array.of(CR)]);
      case 'stx-etx':
        return concat([Uint8Array.of(0x02), digits, Uint8Array.of(0x03)]);
      case 'high-bits':
        return digits.map((digit, at) => (HIGH_BITS[at % HIGH_BITS.length] ? digit | 0x80 : digit));
    }
  }

  #close(): void {
    this.endEntry();
    this.forget();
  }
}

function deedsOf({ open, again, close = [], fetch }: PlainCodes): ReadonlyMap<string, Deed> {
  return new Map<string, Deed>([
    [ESC_N, 'length'],
    [ESC_D, 'text'],
    ...[...open, ...again].map((code) => [code, 'ask'] as const),
    ...close.map((code) => [code, 'close'] as const),
    ...(fetch === undefined ? [] : [[fetch, 'fetch'] as const]),
  ]);
}
