import { fromHex, toHex } from '../../apdu/bytes.ts';
import { SscardError } from '../../apdu/errors.ts';
import { platformRandom, type RandomBytes } from '../crypto/random.ts';
import { type Answer, lineCommand } from './command.ts';
import { CardMemory, PowerCut } from './memory.ts';
import { bytesOf } from './numbers.ts';
import type { PsamContents, PsamCore, PsamRules } from './psam-command.ts';
import { psamCryptCommands, standardDerive, vendorDerive } from './psam-crypt.ts';
import { psamFileCommands } from './psam-files.ts';
import type { PsamImage } from './psam-image.ts';
import { psamPurchaseCommands } from './psam-purchase.ts';

const DERIVE = { vendor: vendorDerive, standard: standardDerive } as const;

/** Where a PSAM stores, how it loses power, and where its random numbers come from. */
export interface SimulatedPsamOptions {
  /** Source of GET CHALLENGE. Default: the platform's random numbers. */
  readonly random?: RandomBytes;
  /** Called after each write to the PSAM's memory, before it goes on. What it throws, `process` throws. */
  readonly save?: (image: PsamImage) => void;
  /** True: a write that loses power keeps the bytes stored so far. False (default): whole or not at all. */
  readonly tears?: boolean;
}

/**
 * A simulated security module of the terminal (social-security-card.md 7): T=0, with the surface of a `SimulatedCard`.
 *
 * What the reference leaves open is chosen so, ASSUMED all of it:
 * - a derived key serves one enciphering or one MAC, however many commands the data takes (bit 2 of P1); another
 *   derivation, a refused one as well, SELECT of a directory, or a reset takes it away before;
 * - SELECT by AID answers an FCI whose tag 9F0C tells the algorithm as the card's does (01 3DES, 03 SM4);
 * - an SM4 PSAM keeps the commands: factors stay eight bytes, the session key is `SM4(K, C ‖ NOT C)`, and `80 FA` and
 *   its initial value have blocks of 16. Whether the second half of a block repeats the data or is zero is the
 *   terminal's business;
 * - a MAC comes back as four bytes;
 * - the terminal serial goes up at INIT SAM FOR PURCHASE; a wrong MAC2 (9302) spends one of `mac2.tries`, and at none
 *   left purchases answer 6983.
 * @example
 * const psam = new SimulatedPsam(image);
 * psam.powerOn();
 * psam.process(fromHex('00B0960006')); // terminal number
 */
export class SimulatedPsam {
  readonly atr: Uint8Array;
  readonly #contents: PsamContents;
  readonly #memory: CardMemory;
  readonly #random: RandomBytes;
  readonly #rules: PsamRules;
  #core: PsamCore | undefined;

  /** The PSAM has no power yet. @throws SscardError `hex-malformed` in a damaged image */
  constructor(image: PsamImage, options: SimulatedPsamOptions = {}) {
    const { save } = options;
    this.atr = fromHex(image.atr);
    this.#contents = openPsam(image);
    this.#random = options.random ?? platformRandom;
    this.#memory = new CardMemory(options.tears ?? false, () => save?.(this.image()));
    const derive = Object.assign({}, ...image.derive.map((form) => DERIVE[form]));
    this.#rules = { ...psamFileCommands, ...psamCryptCommands, ...psamPurchaseCommands, ...derive };
  }

  /** Starts the PSAM anew: the MF is selected, nothing is derived. */
  powerOn(): void {
    this.reset();
  }

  /** What was derived, begun and selected is lost; terminal serial and counter stay. */
  powerOff(): void {
    this.#core = undefined;
  }

  /** The reset line only; the same as a power cycle. */
  reset(): void {
    this.#core = { contents: this.#contents, memory: this.#memory, random: this.#random, session: {} };
  }

  /** What is stored now, masters included. */
  image(): PsamImage {
    const { image, serial, mac2Tries } = this.#contents;
    const terminalSerial = new DataView(serial.buffer).getUint32(0);
    return { ...image, terminalSerial, mac2: { ...image.mac2, triesLeft: mac2Tries[0] ?? 0 } };
  }

  /** Fault on order: in the next command, power lasts for `bytes` more bytes of storage, and not until the answer. */
  cutPowerAfter(bytes: number): void {
    this.#memory.cutAfter(bytes);
  }

  /**
   * One command, one answer: data and status word, 2 to 258 bytes.
   * @param command header of four or five bytes, then the data that P3 announces; a trailing Le is not looked at
   * @throws SscardError `card-mute` without power, `card-removed` (outcome `unknown`) when power is cut on order
   */
  process(command: Uint8Array): Uint8Array {
    const core = this.#core;
    if (core === undefined) throw new SscardError('card-mute', 'the PSAM has no power', { outcome: 'not-done' });
    try {
      const { sw, data } = this.#answer(core, command);
      this.#memory.settle();
      return Uint8Array.from([...(data ?? []), sw >> 8, sw & 0xff]);
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
      this.powerOff();
      throw new SscardError('card-removed', 'power was cut on order', { outcome: 'unknown' }, { cause: error });
    }
  }

  #answer(core: PsamCore, bytes: Uint8Array): Answer {
    const header = toHex(bytes.subarray(0, 2));
    // Any other command drops what waits for GET RESPONSE (4).
    if (header !== '00C0') delete core.session.pending;
    if (bytes.length < 4) return { sw: 0x6700 };
    const rule = this.#rules[header];
    if (rule === undefined) {
      const cla = header.slice(0, 2);
      return { sw: Object.keys(this.#rules).some((known) => known.startsWith(cla)) ? 0x6d00 : 0x6e00 };
    }
    const command = lineCommand(bytes, rule.form);
    return command === undefined ? { sw: 0x6700 } : rule.run(core, command);
  }
}

function openPsam(image: PsamImage): PsamContents {
  const { terminalNumber, publicInformation, applicationInformation } = image;
  const file = (fid: number, hex: string) => ({ fid, sfi: fid, bytes: fromHex(hex) });
  return {
    image,
    algorithm: image.algorithm,
    keys: image.keys.map(({ usage, id, value }) => ({
      usage: Number.parseInt(usage, 16),
      id: Number.parseInt(id, 16),
      value: fromHex(value),
    })),
    files: [
      file(0x15, publicInformation),
      file(0x16, terminalNumber),
      { ...file(0x17, applicationInformation), directory: 'DF01' },
    ],
    terminalNumber: fromHex(terminalNumber),
    serial: bytesOf(image.terminalSerial, 4),
    mac2Tries: Uint8Array.of(image.mac2.triesLeft),
  };
}
