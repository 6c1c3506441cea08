import { begun } from './begun.ts';
import { concat } from './bytes.ts';
import { decodeCommand, encodeCommand } from './command.ts';
import { SscardError } from './errors.ts';
import { getResponseClass, MAX_BYTES, MAX_ROUNDS } from './get-response.ts';
import { encodeResponse, parseResponse } from './response.ts';
import type { CommandApdu, ResponseApdu } from './types.ts';

/** What carries a command: a channel, or another decorator. `W` is its waiting options, handed on untouched with every round. */
export interface Sender<W = unknown> {
  /** Sends a command APDU, returns data and status word. */
  transmit(command: Uint8Array, waiting?: W): Promise<Uint8Array>;
}

/** How an answer in several parts is followed. */
export interface ChainingOptions {
  /**
   * When a command without Le (cases 1 and 3) is answered 61xx: `expected` returns the status as it is, `always` fetches
   * all. Default `expected`.
   */
  readonly fetch?: 'expected' | 'always';
  /** Go on after Ne bytes are there, while the card still says 61xx. Default false: the last 61xx is the status. */
  readonly collectAll?: boolean;
  /** Whether a command that brought data is repeated after 6Cxx, too. Default true. */
  readonly repeatData?: boolean;
}

/**
 * Follows 61xx with GET RESPONSE and repeats a command after 6Cxx, once, with the Le the card asks for; to 6Cxx the card
 * has not executed the command (ISO/IEC 7816-4, 5.1.3). Nothing else is ever sent again. The answer has all data, then the
 * last status word. For channels whose `chains` is false: a reader that does this by itself must not be wrapped.
 * @throws SscardError `chain-too-long` (over 64 rounds or 64 KiB), `chain-stalled` (61xx without data, 6Cxx twice),
 * `command-malformed`, `answer-malformed`, and whatever `next` throws; after
 * 61xx its `outcome` is never `not-done`
 */
export function withChaining<W>(next: Sender<W>, options: ChainingOptions = {}): Sender<W> {
  return {
    async transmit(bytes, waiting) {
      const command = decodeCommand(bytes);
      const chain = new Chain(next, waiting);
      const repeats = command.le !== undefined && (command.data === undefined || options.repeatData !== false);
      let answer = await chain.first(bytes, command, repeats);
      const wanted = command.le ?? (options.fetch === 'always' ? MAX_BYTES : 0);
      const parts = [answer.data];
      while (answer.sw >> 8 === 0x61 && wanted > 0) {
        const missing = options.collectAll ? 0x100 : wanted - chain.collected;
        if (missing <= 0) break;
        answer = await chain.getResponse(command.cla, Math.min(answer.sw & 0xff || 0x100, missing));
        parts.push(answer.data);
      }
      return encodeResponse({ data: concat(parts), sw: answer.sw });
    },
  };
}

/** One command with its rounds, and the limits on them. */
class Chain<W> {
  collected = 0;
  #rounds = 0;
  readonly #next: Sender<W>;
  readonly #waiting: W | undefined;

  constructor(next: Sender<W>, waiting: W | undefined) {
    this.#next = next;
    this.#waiting = waiting;
  }

  async first(bytes: Uint8Array, command: CommandApdu, repeats: boolean): Promise<ResponseApdu> {
    const answer = await this.#send(bytes);
    return repeats ? this.#corrected(command, answer) : answer;
  }

  async getResponse(cla: number, le: number): Promise<ResponseApdu> {
    const command = { cla: getResponseClass(cla), ins: 0xc0, p1: 0, p2: 0, le };
    const answer = await this.#fetch(command).catch(workedOff);
    if (answer.data.length === 0 && answer.sw >> 8 === 0x61)
      throw new SscardError('chain-stalled', 'the card announces data and gives none', { sw: answer.sw });
    return answer;
  }

  async #fetch(command: CommandApdu): Promise<ResponseApdu> {
    return this.#corrected(command, await this.#round(command));
  }

  async #corrected(command: CommandApdu, answer: ResponseApdu): Promise<ResponseApdu> {
    if (answer.sw >> 8 !== 0x6c) return answer;
    const again = await this.#round({ ...command, le: answer.sw & 0xff || 0x100 });
    if (again.sw >> 8 === 0x6c)
      throw new SscardError('chain-stalled', 'the card refuses the Le it asked for', { sw: again.sw });
    return again;
  }

  #round(command: CommandApdu): Promise<ResponseApdu> {
    if (++this.#rounds > MAX_ROUNDS) throw new SscardError('chain-too-long', `over ${MAX_ROUNDS} rounds`);
    return this.#send(encodeCommand(command));
  }

  async #send(bytes: Uint8Array): Promise<ResponseApdu> {
    const answer = parseResponse(await this.#next.transmit(bytes, this.#waiting));
    this.collected += answer.data.length;
    if (this.collected > MAX_BYTES) throw new SscardError('chain-too-long', `over ${MAX_BYTES} bytes`);
    return answer;
  }
}

/** To 61xx the card has worked the command off. */
function workedOff(error: unknown): never {
  throw error instanceof SscardError ? begun(error) : error;
}
