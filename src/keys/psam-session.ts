import { equalBytes, fromHex, toHex } from '../../apdu/bytes.ts';
import { withChaining } from '../../apdu/chaining.ts';
import { encodeCommand } from '../../apdu/command.ts';
import { type ErrorDetails, SscardError } from '../../apdu/errors.ts';
import { parseResponse } from '../../apdu/response.ts';
import { formatStatus } from '../../apdu/status.ts';
import type { CommandApdu, ResponseApdu } from '../../apdu/types.ts';
import type { Channel, Transmitter, Waiting } from '../../drivers/reader.ts';
import type { KeyAnswer, Unavailable } from './provider.ts';

/** How the PSAM of a card is built (7.1, 7.2): part of the card's description. */
export interface PsamStructure {
  /** Directory of the social security keys. */
  readonly directory: { readonly fid: string; readonly aid: string };
  /** Terminal number: short identifier and bytes. */
  readonly terminalNumber: { readonly sfi: number; readonly length: number };
  /** `BF DE`, `80 1A`, or the one the PSAM knows: an unknown instruction changes nothing. */
  readonly derive: 'vendor' | 'standard' | 'either';
}

/** As the public descriptions have it (7.1, LIKELY); the description of a card may say otherwise. */
export const USUAL_STRUCTURE: PsamStructure = {
  directory: { fid: 'DF01', aid: 'D15600000590' },
  terminalNumber: { sfi: 0x16, length: 6 },
  derive: 'either',
};

/** What a command to the PSAM is for: goes into every error it causes. */
export interface Task {
  /** `SSSE UKSSSE`, or the slot's name. */
  readonly place: string;
  readonly waiting: Waiting;
}

/** A key of the PSAM, and what makes it the session key of one card and one challenge. */
export interface Derivation {
  readonly usage: number;
  readonly id: number;
  /** Factors of the levels (`factors.ts`) ‖ challenge of eight bytes. */
  readonly factors: Uint8Array;
}

export type Cipher = '3DES' | 'SM4';

/** Bytes of a block under a session key: a single DES key, or SM4 (6.4). */
export const BLOCK = { '3DES': 8, SM4: 16 } as const;

const DONE = 0x9000;
const MASTER_FILE = '3F00';
/** Where the PSAM says that it has no such file, key, instruction, or no use for data of this length. */
const NO_FILE = 0x6a82;
const NO_KEY = [0x6a88, 0x9403];
const NOT_UNDERSTOOD = [0x6d00, 0x6e00];
const WRONG_DATA = [0x6700, 0x6a80];

/**
 * One insertion of a PSAM, command by command (social-security-card.md 7.1, 7.2). It keeps what is true until the PSAM
 * is reset (the selected directory) and until it is taken out (terminal number, form of derivation, ciphers).
 */
export class PsamSession {
  readonly channel: Channel;
  readonly #line: Transmitter;
  readonly #structure: PsamStructure;
  /** What this PSAM has shown that it can do. */
  readonly #proven = new Set<Cipher>();
  #selected = false;
  #form: 'vendor' | 'standard' | undefined;
  #terminal: string | null | undefined;

  constructor(channel: Channel, structure: PsamStructure) {
    this.channel = channel;
    // A command with data goes once, whatever the PSAM says of its Le: it may hold a PIN, or begin a purchase.
    this.#line = channel.chains ? channel : withChaining(channel, { repeatData: false });
    this.#structure = structure;
  }

  /** The PSAM was reset: the master file is current again. */
  forgetDirectory(): void {
    this.#selected = false;
  }

  proved(cipher: Cipher): boolean {
    return this.#proven.has(cipher);
  }

  /** Terminal number from EF16 of the master file (7.1), twelve digits; null: this PSAM has none. */
  async terminalNumber(task: Task): Promise<string | null> {
    if (this.#terminal === undefined) this.#terminal = await this.#readTerminalNumber(task);
    return this.#terminal;
  }

  async #readTerminalNumber(task: Task): Promise<string | null> {
    const step = 'psam-terminal';
    const { sfi, length } = this.#structure.terminalNumber;
    const read: CommandApdu = { cla: 0x00, ins: 0xb0, p1: 0x80 | sfi, p2: 0x00, le: length };
    let answer = await this.#send(read, step, task);
    if (answer.sw === NO_FILE) {
      await this.#select({ p1: 0x00, name: MASTER_FILE }, task);
      this.#selected = false;
      answer = await this.#send(read, step, task);
    }
    if (answer.sw === NO_FILE) return null;
    const digits = toHex(dataOf(answer, [length], step, task));
    if (!/^\d+$/.test(digits)) throw malformed('a terminal number is made of digits', step, task);
    return digits;
  }

  /** Makes the directory of the social security keys the current one, once: by FID, then by AID (7.1). */
  async selectKeys(task: Task): Promise<Unavailable | undefined> {
    if (this.#selected) return undefined;
    const { fid, aid } = this.#structure.directory;
    let sw = await this.#select({ p1: 0x00, name: fid }, task);
    if (!isSelected(sw) && sw >= 0x6a00 && sw < 0x6f00) sw = await this.#select({ p1: 0x04, name: aid }, task);
    // Some card, but no PSAM of this application.
    if (sw === NO_FILE) return 'no-psam';
    if (!isSelected(sw)) throw refused(sw, 'psam-select', task);
    this.#selected = true;
    return undefined;
  }

  async #select({ p1, name }: { p1: number; name: string }, task: Task): Promise<number> {
    const { sw } = await this.#send({ cla: 0x00, ins: 0xa4, p1, p2: 0x00, data: fromHex(name) }, 'psam-select', task);
    return sw;
  }

  /**
   * Derives a session key inside the PSAM (7.2). A PSAM that does not know the vendor's instruction has done nothing, so
   * the standard form may follow; which one it was is remembered.
   */
  async derive({ usage, id, factors }: Derivation, task: Task): Promise<Unavailable | undefined> {
    const forms = this.#form ? [this.#form] : formsOf(this.#structure.derive);
    for (const form of forms) {
      const [cla, ins] = form === 'vendor' ? [0xbf, 0xde] : [0x80, 0x1a];
      const { sw } = await this.#send({ cla, ins, p1: usage, p2: id, data: factors }, 'psam-derive', task);
      if (NOT_UNDERSTOOD.includes(sw)) continue;
      this.#form = form;
      if (sw === DONE) return undefined;
      if (NO_KEY.includes(sw)) return 'no-key';
      // Lc is the number of levels: the PSAM has this key at another level (driver-api.md 6, −24).
      if (WRONG_DATA.includes(sw)) return 'key-level';
      throw refused(sw, 'psam-derive', task);
    }
    return 'not-offered';
  }

  /**
   * Enciphers whole blocks under the key just derived (7.2). No command tells the cipher of a PSAM. A block of SM4 with
   * equal halves tells: DES gives equal halves for it, and no card is ever sent such a cryptogram.
   */
  async crypt(cipher: Cipher, data: Uint8Array, task: Task): Promise<KeyAnswer<Uint8Array>> {
    const command = { cla: 0x80, ins: 0xfa, p1: 0x00, p2: 0x00, data, le: data.length };
    const answer = await this.#send(command, 'psam-crypt', task);
    if (WRONG_DATA.includes(answer.sw)) return { kind: 'unavailable', reason: 'algorithm' };
    const value = dataOf(answer, [data.length], 'psam-crypt', task);
    if (cipher === 'SM4' && hasEqualHalves(data)) {
      if (hasEqualHalves(value)) return { kind: 'unavailable', reason: 'algorithm' };
      this.#proven.add(cipher);
    }
    if (cipher === '3DES') this.#proven.add(cipher);
    return { kind: 'done', value };
  }

  /**
   * MAC of four bytes under the key just derived, initial value zero (6.5, 7.2). With SM4 the initial value has sixteen
   * bytes (ASSUMED). The PSAM may give the whole last block.
   * @param padded whole blocks
   */
  async mac(cipher: Cipher, padded: Uint8Array, task: Task): Promise<KeyAnswer<Uint8Array>> {
    const block = BLOCK[cipher];
    const data = new Uint8Array(block + padded.length);
    data.set(padded, block);
    const answer = await this.#send({ cla: 0x80, ins: 0xfa, p1: 0x05, p2: 0x00, data, le: 0x100 }, 'psam-mac', task);
    if (WRONG_DATA.includes(answer.sw)) return { kind: 'unavailable', reason: 'algorithm' };
    return { kind: 'done', value: dataOf(answer, [4, block], 'psam-mac', task).slice(0, 4) };
  }

  /** INIT SAM FOR PURCHASE (7.2): terminal serial and MAC1, four bytes each. */
  async initialisePurchase(data: Uint8Array, task: Task): Promise<KeyAnswer<Uint8Array>> {
    const answer = await this.#send({ cla: 0x80, ins: 0x70, p1: 0x00, p2: 0x00, data, le: 8 }, 'psam-purchase', task);
    if (NOT_UNDERSTOOD.includes(answer.sw)) return { kind: 'unavailable', reason: 'not-offered' };
    if (NO_KEY.includes(answer.sw)) return { kind: 'unavailable', reason: 'no-key' };
    return { kind: 'done', value: dataOf(answer, [8], 'psam-purchase', task) };
  }

  /** CREDIT SAM FOR PURCHASE (7.2): whether the MAC2 of the card is right. */
  async confirmPurchase(mac2: Uint8Array, task: Task): Promise<boolean> {
    const { sw } = await this.#send({ cla: 0x80, ins: 0x72, p1: 0x00, p2: 0x00, data: mac2 }, 'psam-confirm', task);
    if (sw === 0x9302 || sw === 0x6988) return false;
    if (sw !== DONE) throw refused(sw, 'psam-confirm', task);
    return true;
  }

  /**
   * Whatever breaks here, nothing was done on the holder's card; after a purchase it was, and the caller knows. What the
   * channel throws has the slot as its place: it may be another card that was pulled than the one the person thinks of.
   */
  async #send(command: CommandApdu, step: string, { waiting }: Task): Promise<ResponseApdu> {
    const bytes = encodeCommand(command);
    try {
      return parseResponse(await this.#line.transmit(bytes, waiting));
    } catch (error) {
      if (!(error instanceof SscardError)) throw error;
      const details = { ...error.details, ...about(step, this.channel.slot) };
      throw new SscardError(error.code, error.message, details, { cause: error });
    } finally {
      // There may be a PIN block in it.
      bytes.fill(0);
    }
  }
}

function formsOf(derive: PsamStructure['derive']): readonly ('vendor' | 'standard')[] {
  return derive === 'either' ? ['vendor', 'standard'] : [derive];
}

function isSelected(sw: number): boolean {
  return sw === DONE || sw >> 8 === 0x61;
}

function hasEqualHalves(block: Uint8Array): boolean {
  const half = block.length / 2;
  return equalBytes(block.subarray(0, half), block.subarray(half));
}

function dataOf(answer: ResponseApdu, lengths: readonly number[], step: string, task: Task): Uint8Array {
  // 61xx at the end of a chain: there is more than was asked for.
  if (answer.sw !== DONE && answer.sw >> 8 !== 0x61) throw refused(answer.sw, step, task);
  if (answer.sw !== DONE || !lengths.includes(answer.data.length))
    throw malformed(`${answer.data.length} bytes, not ${lengths.join(' or ')}`, step, task);
  return answer.data;
}

function refused(sw: number, step: string, { place }: Task): SscardError {
  return new SscardError('psam-refused', `the PSAM answered ${formatStatus(sw)}`, { ...about(step, place), sw });
}

function malformed(message: string, step: string, { place }: Task): SscardError {
  return new SscardError('psam-malformed', message, about(step, place));
}

function about(step: string, place: string): ErrorDetails {
  return { step, place, outcome: step === 'psam-confirm' ? 'unknown' : 'not-done' };
}
