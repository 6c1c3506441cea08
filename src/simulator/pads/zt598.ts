import { concat, toHex } from '../../../apdu/bytes.ts';
import type { Station } from '../units/station.ts';
import type { LineForm } from '../wire/wire.ts';
import type { EntryRules } from './entry.ts';
import { EmulatedPad, type PadLink, type PadOrder } from './pad.ts';
import type { Key } from './person.ts';
import { type BlockFormat, encipheredBlock } from './pin-field.ts';
import { Zt598Keys } from './zt598-keys.ts';
import { Zt598Link } from './zt598-link.ts';

const GOOD = 0x60;
const RC = {
  battery: 0xe0,
  tampered: 0xdd,
  length: 0xe8,
  parameter: 0xeb,
  late: 0xee,
  other: 0xef,
  mode: 0xf8,
} as const;
const STAR = 0x2a;
const BYTES: Readonly<Record<Exclude<Key, number>, number>> = { correct: 0x08, enter: 0x0d, cancel: 0x1b };
const NAME = '12345678';
const FIRMWARE = 'ZT598 V1.00';
/** Formats of a block by their byte, 20 to 23: ISO 9564-0 to 3. */
const FORMATS: Readonly<Record<string, BlockFormat>> = { ' ': 0, '!': 1, '"': 2, '#': 3 };
const ascii = new TextEncoder();

/**
 * A ZT598 EPP (readers.md 8.3): master and working keys with 3DES and SM4, encrypted and clear entry, PIN blocks of ISO 9564-0 to 3.
 *
 * ASSUMED where the reference is silent: an entry ends with enter; its block is given once; a cancelled entry is `EF`, one that ran out
 * of time `EE` and nothing on the line; the four characters before a block are `00` and the number of digits; the PIN's lengths are 4 and
 * 12, and the time 60 s, until they are set. Ciphers (`8`, `9`, `d`, `e`), the blocks of IBM and in ASCII, and the mutual authentication
 * (`:`) are not emulated: `F8` for a block, else `EF`.
 */
export class Zt598Pad extends EmulatedPad {
  readonly line: LineForm = { baud: 9_600, bits: 10 };
  readonly #keys = new Zt598Keys();
  #rules: EntryRules = { min: 4, max: 12, seconds: 60, correct: 'one', empty: false };
  #entered: Uint8Array | 'timed-out' | undefined;
  #tampered = false;

  protected begin(station: Station<PadOrder>): PadLink {
    return new Zt598Link(station, (command) => this.#obey(command));
  }

  protected forget(): void {
    if (this.#entered instanceof Uint8Array) this.#entered.fill(0);
    this.#entered = undefined;
  }

  #obey(command: string): Uint8Array {
    const { mischief } = this;
    if (mischief.take('tampered')) this.#tampered = true;
    if (mischief.take('keys-lost') || this.#tampered) this.#keys.wipe();
    if (this.#tampered) return Uint8Array.of(RC.tampered);
    if (mischief.take('battery')) return Uint8Array.of(RC.battery);
    return this.#work(command.slice(0, 1), command.slice(1));
  }

  #work(letter: string, text: string): Uint8Array {
    switch (letter) {
      case 'I':
        return good(NAME + this.#keyStates());
      case '3':
      case 's':
        return good(FIRMWARE);
      case '4':
        return /^[0-9A-F]{48}$/.test(text) ? good() : failed(RC.length);
      case '5':
        return this.#control(text);
      case '6':
        return this.#openEncrypted(text);
      case '1':
        return outcome(this.#keys.loadMaster(text));
      case '2':
        return outcome(this.#keys.loadWorking(text));
      case 'b':
        return outcome(this.#keys.loadSm4Master(text));
      case 'c':
        return outcome(this.#keys.loadSm4Working(text));
      case 'n':
        return outcome(this.#keys.delete(text));
      case '7':
        return this.#block('des', FORMATS[text[2] ?? ''], text);
      case 'o':
        // Its one format stands as `0` where `7` has a byte for it.
        return text[2] === '0' ? this.#block('sm4', 0, text) : failed(RC.length);
      default:
        return failed(RC.other);
    }
  }

  /** ASSUMED: two of the fourteen say whether there is a master key, and a working key. */
  #keyStates(): string {
    const { hasMaster, hasWorking } = this.#keys;
    return `00000000${hasMaster ? 1 : 0}${hasWorking ? 1 : 0}0000`;
  }

  #control(text: string): Uint8Array {
    const [mode = '', value = ''] = [text.slice(0, 1), text.slice(1)];
    if (!/^[0-9A-F]{2}$/.test(value)) return failed(RC.length);
    switch (mode) {
      case '0':
        return this.#keypad(value);
      case '2':
        return this.#set({ seconds: Number.parseInt(value, 16) });
      case '3':
        return good();
      case '4':
        return this.#set({ min: Number(value) });
      case '5':
        return this.#set({ max: Number(value) });
      case 'A':
        if (value !== '21' && value !== '22') return failed(RC.parameter);
        return this.#set({ correct: value === '21' ? 'one' : 'all' });
      default:
        return failed(RC.parameter);
    }
  }

  #keypad(value: string): Uint8Array {
    switch (value) {
      case '30':
        this.#close();
        return good();
      case '31':
        this.#close();
        this.#keys.wipe();
        return good();
      case '32':
        this.endEntry();
        return good();
      case '33':
        return this.#open(this.#rules, { clear: true, block: false });
      case '34':
      case '35':
        return good();
      default:
        return failed(RC.parameter);
    }
  }

  #set(change: Partial<EntryRules>): Uint8Array {
    const rules = { ...this.#rules, ...change };
    const fits = rules.min >= 4 && rules.max <= 12 && rules.min <= rules.max && rules.seconds > 0;
    if (!fits) return failed(RC.parameter);
    this.#rules = rules;
    return good();
  }

  /** `0001` and so on: the last but one says whether a digit may be taken back. */
  #openEncrypted(text: string): Uint8Array {
    if (!/^000[01]2$/.test(text)) return failed(RC.parameter);
    const rules: EntryRules = text[3] === '1' ? this.#rules : { ...this.#rules, correct: 'nothing' };
    const clear = this.mischief.take('clear-digits') !== undefined;
    return this.#open(rules, { clear, block: true });
  }

  /** @param block whether the digits are kept, for a block */
  #open(rules: EntryRules, { clear, block }: { readonly clear: boolean; readonly block: boolean }): Uint8Array {
    this.#close();
    const pressed = (key: Key) => this.send(Uint8Array.of(byteOf(key, clear)));
    this.ask(rules, pressed, (entered) => {
      if (entered.kind === 'entered' && block) this.#entered = entered.digits;
      if (entered.kind === 'timed-out') this.#entered = 'timed-out';
    });
    return good();
  }

  #block(family: 'des' | 'sm4', format: BlockFormat | undefined, text: string): Uint8Array {
    if (!/^[0-9A-F]{2}.\d{12}$/s.test(text)) return failed(RC.length);
    if (format === undefined) return failed(RC.mode);
    const key = this.#keys.pinKey(family, text.slice(0, 2));
    if (typeof key === 'number') return failed(key);
    const digits = this.#entered;
    this.#entered = undefined;
    if (digits === 'timed-out') return failed(RC.late);
    if (digits === undefined) return failed(RC.other);
    const count = String(digits.length).padStart(4, '0');
    return good(count + toHex(encipheredBlock(format, key, digits, text.slice(3))));
  }

  /** The entry that is open, and what came of the last one. */
  #close(): void {
    this.endEntry();
    this.forget();
  }
}

function byteOf(key: Key, clear: boolean): number {
  if (typeof key !== 'number') return BYTES[key];
  return clear ? 0x30 + key : STAR;
}

function good(text = ''): Uint8Array {
  return concat([Uint8Array.of(GOOD), ascii.encode(text)]);
}

function failed(code: number): Uint8Array {
  return Uint8Array.of(code);
}

function outcome(fault: number | undefined): Uint8Array {
  return fault === undefined ? good() : failed(fault);
}
