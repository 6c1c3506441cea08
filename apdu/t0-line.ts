import { SscardError } from './errors.ts';
import { type T0Options, type T0Tpdu, t0Exchange } from './t0-tpdu.ts';
import type { ResponseApdu } from './types.ts';

/** What is to be done on the line to the card. */
export type T0Action =
  | { readonly kind: 'send'; readonly bytes: Uint8Array }
  /** Wait for the next bytes, one to `most` of them; the waiting time WT is for each. */
  | { readonly kind: 'receive'; readonly most: number };

/** What came: bytes, at most as many as asked for; or nothing within WT. After a `send` it is not looked at. */
export type T0Event = Uint8Array | 'timeout' | undefined;

/** How the procedure bytes are read. */
export interface T0LineOptions extends T0Options {
  /** INS ⊕ 01 and INS ⊕ FE of old cards that wanted programming voltage are taken for the two acknowledgements. Default false. */
  readonly vpp?: boolean;
}

const NULL = 0x60;
/** NULL and acknowledgements without data to move: at a WT of a second, longer than anybody waits. */
const MOST_PROCEDURE_BYTES = 1024;
const HEADER = 5;

/**
 * One TPDU by characters: procedure bytes, data in the direction of the command (iso7816.md 4; ISO/IEC 7816-3:2006, 10.3).
 * @throws SscardError `card-mute`, `card-protocol` (`reason` `procedure-byte`): the card is to be deactivated
 * @example
 * const steps = t0Tpdu({ bytes: fromHex('0084000008'), expected: 8 });
 * for (let step = steps.next(); !step.done; ) {
 *   const action = step.value;
 *   step = steps.next(action.kind === 'send' ? send(action.bytes) : await receive(action.most));
 * }
 */
export function* t0Tpdu(tpdu: T0Tpdu, { vpp = false }: T0LineOptions = {}): Generator<T0Action, ResponseApdu, T0Event> {
  yield { kind: 'send', bytes: tpdu.bytes.subarray(0, HEADER) };
  const ins = tpdu.bytes[1] as number;
  let unsent = tpdu.bytes.subarray(HEADER);
  const data: number[] = [];
  for (let count = 0; count < MOST_PROCEDURE_BYTES; count++) {
    const byte = yield* receiveOne();
    if (byte === NULL) continue;
    const move = acknowledged(byte, ins, vpp);
    if (move === undefined) {
      if (byte >> 4 !== 0x6 && byte >> 4 !== 0x9) protocolFault('procedure-byte');
      return { data: Uint8Array.from(data), sw: (byte << 8) | (yield* receiveOne()) };
    }
    if (unsent.length > 0) {
      const now = move === 'all' ? unsent.length : 1;
      yield { kind: 'send', bytes: unsent.subarray(0, now) };
      unsent = unsent.subarray(now);
    } else
      yield* receive(data, move === 'all' ? tpdu.expected - data.length : Math.min(1, tpdu.expected - data.length));
  }
  return protocolFault('endless');
}

/**
 * A command APDU by characters: `t0Exchange` and `t0Tpdu` in one.
 * @throws SscardError what both throw
 * @example const steps = t0Apdu(fromHex('00A40400023F0000')); // driven as `t0Tpdu`, returns 6F 02 11 22 90 00
 */
export function* t0Apdu(command: Uint8Array, options: T0LineOptions = {}): Generator<T0Action, Uint8Array, T0Event> {
  const exchange = t0Exchange(command, options);
  let step = exchange.next();
  while (!step.done) step = exchange.next(yield* t0Tpdu(step.value, options));
  return step.value;
}

function acknowledged(byte: number, ins: number, vpp: boolean): 'all' | 'one' | undefined {
  if (byte === ins || (vpp && byte === (ins ^ 0x01))) return 'all';
  return byte === (ins ^ 0xff) || (vpp && byte === (ins ^ 0xfe)) ? 'one' : undefined;
}

function* receive(data: number[], count: number): Generator<T0Action, void, T0Event> {
  for (let missing = count; missing > 0; ) {
    const bytes = yield { kind: 'receive', most: missing };
    if (!(bytes instanceof Uint8Array) || bytes.length === 0) mute();
    // More than was asked for is the fault of whoever drives this.
    data.push(...bytes.subarray(0, missing));
    missing -= bytes.length;
  }
}

function* receiveOne(): Generator<T0Action, number, T0Event> {
  const bytes: number[] = [];
  yield* receive(bytes, 1);
  return bytes[0] as number;
}

function mute(): never {
  throw new SscardError('card-mute', 'nothing came within the waiting time', { outcome: 'unknown' });
}

function protocolFault(reason: string): never {
  throw new SscardError('card-protocol', `T=0: ${reason}`, { reason, outcome: 'unknown' });
}
