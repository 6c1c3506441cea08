import { concat } from '../../../apdu/bytes.ts';
import { blockOf, decryptEcb, encryptEcb } from '../../crypto/blocks.ts';
import type { Station } from '../units/station.ts';
import type { LineForm } from '../wire/wire.ts';
import { KmyLink, type KmyVariant } from './kmy-link.ts';
import { EmulatedPad, type PadLink, type PadOrder } from './pad.ts';
import type { Key } from './person.ts';
import { encipheredBlock } from './pin-field.ts';

/** How the pad is made. */
export interface KmyOptions {
  /** Default `ascii`. */
  readonly variant?: KmyVariant;
}

const NONE = new Uint8Array(0);
/** Status of an answer. */
const ST = {
  done: 0x04,
  parameter: 0x15,
  late: 0x80,
  doneKeysLost: 0xa4,
  refusedKeysLost: 0xb5,
  doneBattery: 0xc4,
  refusedBattery: 0xd5,
  unknown: 0xe0,
  masterKeyLost: 0xf6,
} as const;
/** Bytes of keys, outside frames. */
const STAR = 0x2a;
const BYTES: Readonly<Record<Exclude<Key, number>, number>> = { correct: 0x08, enter: 0x0d, cancel: 0x1b };
const TIME_OVER = 0x80;
const DES3 = 0x30;
const VERSION = new TextEncoder().encode('KMY3501B V1.00  ');
const HIGHEST_KEY = 15;
const SHORTEST_PIN = 4;
const LONGEST_PIN = 12;

/**
 * A KMY350x EPP (readers.md 8.2): master and working keys with DES and 3DES, encrypted entry, PIN block of ISO 9564-0.
 *
 * ASSUMED where the reference is silent: an entry takes up to the digits it was started for, at least four, and ends with enter; the
 * block of an entry is given once; after a cancelled one `42` is a parameter error, after one that ran out of time it is 80; the keypad
 * has to be on; working keys are opened in ECB. `41` (MAC) is not emulated: unknown command.
 */
export class KmyPad extends EmulatedPad {
  readonly line: LineForm = { baud: 9_600, bits: 10 };
  readonly #variant: KmyVariant;
  readonly #masters = new Map<number, Uint8Array>();
  readonly #working = new Map<string, Uint8Array>();
  readonly #algorithms = new Map([
    [0, DES3],
    [1, DES3],
  ]);
  #serial: Uint8Array = new TextEncoder().encode('00000001');
  #chosen: Uint8Array | undefined;
  #account = '';
  #keypad = false;
  #keysLost = false;
  #entered: Uint8Array | 'timed-out' | undefined;

  constructor({ variant = 'ascii' }: KmyOptions = {}) {
    super();
    this.#variant = variant;
  }

  protected begin(station: Station<PadOrder>): PadLink {
    return new KmyLink(this.#variant, station, (command, data) => this.#obey(command, data));
  }

  protected forget(): void {
    this.#keypad = false;
    this.#account = '';
    this.#forgetEntered();
  }

  /** What the state of the pad makes of a status (readers.md 8.2). */
  #obey(command: number, data: Uint8Array): Uint8Array {
    if (this.mischief.take('keys-lost') || this.mischief.take('tampered')) this.#loseKeys();
    const answer = this.#work(command, data);
    const [status] = answer;
    const good = status === ST.done;
    if (good || status === ST.parameter) {
      if (this.#keysLost) answer[0] = good ? ST.doneKeysLost : ST.refusedKeysLost;
      else if (this.mischief.take('battery')) answer[0] = good ? ST.doneBattery : ST.refusedBattery;
    }
    return answer;
  }

  #work(command: number, data: Uint8Array): Uint8Array {
    switch (command) {
      case 0x30:
        return done(VERSION);
      case 0x31:
        return this.#reset(data);
      case 0x32:
        return this.#loadMaster(data);
      case 0x33:
        return this.#loadWorking(data);
      case 0x34:
        return this.#loadAccount(data);
      case 0x35:
        return this.#start(data);
      case 0x36:
      case 0x37:
        return this.#crypt(command === 0x36, data);
      case 0x38:
        return this.#serialNumber(data);
      case 0x42:
        return this.#block();
      case 0x43:
        return this.#choose(data);
      case 0x45:
        return this.#setKeypad(data);
      case 0x46:
        return this.#setAlgorithm(data);
      default:
        return Uint8Array.of(ST.unknown);
    }
  }

  #reset(data: Uint8Array): Uint8Array {
    const wipes = data.length === 1 && data[0] === 0x38;
    if (data.length > 0 && !wipes) return refused();
    this.endEntry();
    this.forget();
    if (wipes) this.#wipeKeys();
    return this.#keysLost ? Uint8Array.of(ST.masterKeyLost) : done();
  }

  #loadMaster(data: Uint8Array): Uint8Array {
    const [number = 0] = data;
    const key = data.slice(1);
    if (number > HIGHEST_KEY || key.length !== this.#keyLength(0)) return refused();
    this.#masters.set(number, key);
    this.#keysLost = false;
    return done();
  }

  #loadWorking(data: Uint8Array): Uint8Array {
    const [master = 0, number = 0] = data;
    const under = this.#masters.get(master);
    const key = data.slice(2);
    if (under === undefined || number > HIGHEST_KEY || key.length !== this.#keyLength(1)) return refused();
    this.#working.set(`${master}/${number}`, decryptEcb(cipherOf(under), under, key));
    return done();
  }

  #choose(data: Uint8Array): Uint8Array {
    const key = this.#working.get(`${data[0]}/${data[1]}`);
    if (data.length !== 2 || key === undefined) return refused();
    this.#chosen = key;
    return done();
  }

  #loadAccount(data: Uint8Array): Uint8Array {
    const digits = String.fromCharCode(...data);
    if (!/^\d{12}$/.test(digits)) return refused();
    this.#account = digits;
    return done();
  }

  #setKeypad(data: Uint8Array): Uint8Array {
    const [mode = 0] = data;
    if (data.length !== 1 || mode < 1 || mode > 4) return refused();
    this.endEntry();
    this.#keypad = mode === 2 || mode === 3;
    return done();
  }

  #setAlgorithm(data: Uint8Array): Uint8Array {
    const [place = 0, value = 0] = data;
    const fits = place === 6 ? value >= 1 && value <= 3 : place <= 1 && (value === 0x20 || value === DES3);
    if (data.length !== 2 || !fits) return refused();
    this.#algorithms.set(place, value);
    return done();
  }

  #serialNumber(data: Uint8Array): Uint8Array {
    if (data.length === 0) return done(this.#serial);
    if (data.length !== 8) return refused();
    this.#serial = data.slice();
    return done();
  }

  #start(data: Uint8Array): Uint8Array {
    const [length = 0, , adding, , seconds = 0] = data;
    const fits = data.length === 5 && length >= SHORTEST_PIN && length <= LONGEST_PIN && adding === 1 && seconds > 0;
    if (!fits || !this.#keypad || this.#chosen === undefined || this.#account === '') return refused();
    this.#forgetEntered();
    const clear = this.mischief.take('clear-digits') !== undefined;
    const rules = { min: SHORTEST_PIN, max: length, seconds, correct: 'one', empty: false } as const;
    const pressed = (key: Key) => this.send(Uint8Array.of(byteOf(key, clear)));
    this.ask(rules, pressed, (entered) => {
      if (entered.kind === 'entered') this.#entered = entered.digits;
      if (entered.kind !== 'timed-out') return;
      this.#entered = 'timed-out';
      this.send(Uint8Array.of(TIME_OVER));
    });
    return done();
  }

  #block(): Uint8Array {
    const digits = this.#entered;
    this.#entered = undefined;
    if (digits === 'timed-out') return Uint8Array.of(ST.late);
    if (digits === undefined || this.#chosen === undefined) return refused();
    const key = { cipher: cipherOf(this.#chosen), value: this.#chosen };
    return done(encipheredBlock(0, key, digits, this.#account));
  }

  #crypt(encrypts: boolean, data: Uint8Array): Uint8Array {
    const key = this.#chosen;
    if (key === undefined || data.length === 0 || data.length % blockOf(cipherOf(key)) !== 0) return refused();
    return done((encrypts ? encryptEcb : decryptEcb)(cipherOf(key), key, data));
  }

  #keyLength(algorithm: 0 | 1): number {
    return this.#algorithms.get(algorithm) === DES3 ? 16 : 8;
  }

  #forgetEntered(): void {
    if (this.#entered instanceof Uint8Array) this.#entered.fill(0);
    this.#entered = undefined;
  }

  #loseKeys(): void {
    this.#keysLost = true;
    this.#wipeKeys();
  }

  #wipeKeys(): void {
    for (const key of [...this.#masters.values(), ...this.#working.values()]) key.fill(0);
    this.#masters.clear();
    this.#working.clear();
    this.#chosen = undefined;
  }
}

function cipherOf(key: Uint8Array): 'DES' | '3DES' {
  return key.length === 8 ? 'DES' : '3DES';
}

function byteOf(key: Key, clear: boolean): number {
  if (typeof key !== 'number') return BYTES[key];
  return clear ? 0x30 + key : STAR;
}

function done(data: Uint8Array = NONE): Uint8Array {
  return concat([Uint8Array.of(ST.done), data]);
}

function refused(): Uint8Array {
  return Uint8Array.of(ST.parameter);
}
