import { concat } from './bytes.ts';
import { type DecodedCommand, decodeCommand, firstTpdu } from './command.ts';
import { SscardError } from './errors.ts';
import { getResponseClass, MAX_BYTES, MAX_ROUNDS } from './get-response.ts';
import { encodeResponse } from './response.ts';
import type { ResponseApdu } from './types.ts';

/** One command of T=0 as it is carried: five bytes, and data to the card or from it, never both (ISO/IEC 7816-3:2006, 10.3). */
export interface T0Tpdu {
  /** Header with P3, and the data for the card behind it. */
  readonly bytes: Uint8Array;
  /** Most data bytes that the card may answer; 0 when data go to the card. */
  readonly expected: number;
}

/** Choices that the standard leaves to the terminal. */
export interface T0Options {
  /** The card takes commands of more than 255 bytes in pieces (ENVELOPE, C2). Default false: they are refused, unsent. */
  readonly envelope?: boolean;
  /** A command of case 4 that is answered with a warning (62xx, 63xx, 9xxx) brings data all the same, as EMV terminals see it. Default false. */
  readonly fetchAfterWarning?: boolean;
  /** Goes on after Ne bytes are there, while the card still says 61xx. Default false: the last 61xx is the status. */
  readonly collectAll?: boolean;
}

const INS_GET_RESPONSE = 0xc0;
const INS_ENVELOPE = 0xc2;
const LONGEST_PIECE = 255;
const MAX_SHORT_LE = 0x100;
const DONE = 0x9000;

/**
 * Carries a command APDU over T=0 (iso7816.md 4; ISO/IEC 7816-3:2006, 12.2): yields TPDUs one after the other, is given the answer to
 * each, and returns the response APDU. 61xx is followed with GET RESPONSE, 6Cxx repeats a command that brought no data, once. Pure:
 * what carries the TPDUs, and how long it waits, is the caller's.
 * @throws SscardError `command-malformed` and `unsupported` (`not-done`), `chain-too-long`, `chain-stalled` (`unknown`)
 * @example
 * const exchange = t0Exchange(fromHex('00A40400023F0000'));
 * for (let step = exchange.next(); !step.done; ) step = exchange.next(await send(step.value));
 */
export function* t0Exchange(command: Uint8Array, options: T0Options = {}): Generator<T0Tpdu, Uint8Array, ResponseApdu> {
  const decoded = decodeCommand(command);
  checkHeader(decoded);
  const chain = new T0Chain();
  const first = yield* chain.first(command, decoded, options);
  const wanted = decoded.le ?? 0;
  const parts = [first.data];
  let sw = first.sw;
  let missing = wanted - first.data.length;
  let next = fetches(decoded, sw, missing, options);
  while (next !== undefined) {
    const answer = yield* chain.getResponse(decoded.cla, next);
    parts.push(answer.data);
    sw = answer.sw;
    missing -= answer.data.length;
    next = announced(sw, missing, options);
  }
  return encodeResponse({ data: concat(parts), sw });
}

/** P3 for what 61xx announces; undefined: that is not said, or not wanted any more. */
function announced(sw: number, missing: number, { collectAll = false }: T0Options): number | undefined {
  if (sw >> 8 !== 0x61 || (missing <= 0 && !collectAll)) return undefined;
  return Math.min(collectAll ? MAX_SHORT_LE : missing, sw & 0xff || MAX_SHORT_LE);
}

/** P3 of the first GET RESPONSE; undefined: there is nothing to fetch. */
function fetches({ data, le }: DecodedCommand, sw: number, missing: number, options: T0Options): number | undefined {
  if (le === undefined) return undefined;
  if (sw >> 8 === 0x61 || data === undefined) return announced(sw, missing, options);
  const warning = sw >> 8 === 0x62 || sw >> 8 === 0x63 || (sw >> 12 === 9 && sw !== DONE);
  return sw === DONE || (warning && options.fetchAfterWarning === true) ? Math.min(missing, MAX_SHORT_LE) : undefined;
}

/** The rounds of one command, and the limits on them. */
class T0Chain {
  #rounds = 0;
  #bytes = 0;

  *first(
    command: Uint8Array,
    decoded: DecodedCommand,
    options: T0Options,
  ): Generator<T0Tpdu, ResponseApdu, ResponseApdu> {
    const bytes = firstTpdu(command);
    if (bytes === undefined) return yield* this.#envelope(command, decoded, options);
    if (decoded.data !== undefined) return yield* this.#round({ bytes, expected: 0 });
    if (decoded.le === undefined) return yield* this.#round({ bytes, expected: 0 });
    return yield* this.#reading(bytes);
  }

  *getResponse(cla: number, p3: number): Generator<T0Tpdu, ResponseApdu, ResponseApdu> {
    const answer = yield* this.#reading(Uint8Array.of(getResponseClass(cla), INS_GET_RESPONSE, 0, 0, p3 & 0xff));
    if (answer.data.length === 0 && answer.sw >> 8 === 0x61)
      stalled('the card announces data and gives none', answer.sw);
    return answer;
  }

  /** A command that brings no data: to 6Cxx the card has not executed it, and says which Le it wants (ISO/IEC 7816-4, 5.1.3). */
  *#reading(bytes: Uint8Array): Generator<T0Tpdu, ResponseApdu, ResponseApdu> {
    const answer = yield* this.#round({ bytes, expected: (bytes[4] as number) || MAX_SHORT_LE });
    if (answer.sw >> 8 !== 0x6c) return answer;
    const right = bytes.slice();
    right[4] = answer.sw & 0xff;
    const again = yield* this.#round({ bytes: right, expected: answer.sw & 0xff || MAX_SHORT_LE });
    if (again.sw >> 8 === 0x6c) stalled('the card refuses the Le it asked for', again.sw);
    return again;
  }

  /** The whole APDU in pieces; an empty piece says that it is complete (ISO/IEC 7816-4, 11.4). */
  *#envelope(
    command: Uint8Array,
    { cla }: DecodedCommand,
    { envelope = false }: T0Options,
  ): Generator<T0Tpdu, ResponseApdu, ResponseApdu> {
    if (!envelope) {
      throw new SscardError('unsupported', 'over 255 bytes of data on T=0, and no ENVELOPE', { outcome: 'not-done' });
    }
    const header = [getResponseClass(cla), INS_ENVELOPE, 0, 0];
    for (let at = 0; at < command.length; at += LONGEST_PIECE) {
      const piece = command.subarray(at, at + LONGEST_PIECE);
      const answer = yield* this.#round({ bytes: Uint8Array.of(...header, piece.length, ...piece), expected: 0 });
      if (answer.sw !== DONE) return answer;
    }
    return yield* this.#round({ bytes: Uint8Array.of(...header, 0), expected: 0 });
  }

  *#round(tpdu: T0Tpdu): Generator<T0Tpdu, ResponseApdu, ResponseApdu> {
    // Pieces of one command are no rounds of an endless chain: their number is known before.
    if (tpdu.bytes[1] !== INS_ENVELOPE && ++this.#rounds > MAX_ROUNDS) tooLong(`over ${MAX_ROUNDS} rounds`);
    const answer = yield tpdu;
    this.#bytes += answer.data.length;
    if (this.#bytes > MAX_BYTES) tooLong(`over ${MAX_BYTES} bytes`);
    return answer;
  }
}

/** What the card would take for something else (iso7816.md 4). */
function checkHeader({ cla, ins }: DecodedCommand): void {
  const status = ins >> 4 === 0x6 || ins >> 4 === 0x9;
  if (!status && cla !== 0xff) return;
  const message = status ? 'INS 6X and 9X are status bytes on T=0' : 'CLA FF is a request for parameters';
  throw new SscardError('command-malformed', message, { offset: status ? 1 : 0, outcome: 'not-done' });
}

function tooLong(message: string): never {
  throw new SscardError('chain-too-long', message, { outcome: 'unknown' });
}

function stalled(message: string, sw: number): never {
  throw new SscardError('chain-stalled', message, { sw, outcome: 'unknown' });
}
