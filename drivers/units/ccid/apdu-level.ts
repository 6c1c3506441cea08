import type { Atr } from '../../../apdu/atr.ts';
import { begun } from '../../../apdu/begun.ts';
import { concat } from '../../../apdu/bytes.ts';
import { SscardError } from '../../../apdu/errors.ts';
import type { Protocol } from '../../reader.ts';
import { assertShort } from '../cards.ts';
import type { Ask, ExchangeLevel, PinCommand } from './level.ts';
import { type CcidAnswer, transfer } from './messages.ts';
import { protocolName, setParameters, wantedSetting } from './parameters.ts';
import { pinAnswer } from './pin-answer.ts';
import { ccidRefusal } from './refusal.ts';

/** wLevelParameter and bChainParameter: the whole, the first, last or a middle piece; nothing, "go on" (readers.md 2). */
const WHOLE = 0;
const FIRST = 1;
const LAST = 2;
const MIDDLE = 3;
const GO_ON = 0x10;
const NOTHING = new Uint8Array(0);
/** The longest answer there is: 64 KiB and a status word. */
const LONGEST_ANSWER = 0x1_0002;

/** A reader that takes whole APDUs: it does PPS, T=0 and T=1 by itself. Some hand 61xx and 6Cxx back all the same. */
export class ApduLevel implements ExchangeLevel {
  readonly chains = false;
  readonly #piece: number;
  readonly #extended: boolean;

  /**
   * @param piece most data bytes of a message
   * @param extended the reader takes APDUs that are longer, in pieces
   */
  constructor(piece: number, extended: boolean) {
    this.#piece = piece;
    this.#extended = extended;
  }

  async settle(ask: Ask, atr: Atr, wanted: readonly Protocol[]): Promise<Protocol | SscardError> {
    const setting = wantedSetting(atr, wanted, false);
    if (setting === undefined) return new SscardError('protocol-mismatch', 'the card offers no such protocol');
    if (setting.pps === undefined) return protocolName(setting);
    const answer = await ask(setParameters(setting));
    return answer.command === 'ok' ? protocolName(setting) : ccidRefusal(answer, 'reset');
  }

  async transmit(ask: Ask, command: Uint8Array): Promise<Uint8Array | SscardError> {
    if (this.#extended) return this.#inPieces(ask, command);
    assertShort(command);
    const answer = await ask(transfer(command));
    return answer.command === 'failed' ? ccidRefusal(answer, 'command') : answer.data;
  }

  async enterPin(ask: Ask, pin: PinCommand): Promise<Uint8Array | SscardError> {
    return pinAnswer(await ask(pin.message([0, 0, 0])));
  }

  async #inPieces(ask: Ask, command: Uint8Array): Promise<Uint8Array | SscardError> {
    let at = 0;
    for (; command.length - at > this.#piece; at += this.#piece) {
      const piece = command.subarray(at, at + this.#piece);
      const answer = await ask(transfer(piece, at === 0 ? FIRST : MIDDLE));
      if (answer.command === 'failed') return ccidRefusal(answer, 'command');
      if (answer.last !== GO_ON || answer.data.length > 0) return broken();
    }
    return receive(ask, command.subarray(at), at === 0 ? WHOLE : LAST);
  }
}

/** The last piece of the command, and all pieces of the answer. */
async function receive(ask: Ask, last: Uint8Array, level: number): Promise<Uint8Array | SscardError> {
  const parts: Uint8Array[] = [];
  let missing = LONGEST_ANSWER;
  let answer = await ask(transfer(last, level));
  for (;;) {
    if (answer.command === 'failed') return refusal(answer, parts.length > 0);
    const begins = answer.last === WHOLE || answer.last === FIRST;
    missing -= answer.data.length;
    if (begins !== (parts.length === 0) || answer.last > MIDDLE || missing < 0) return broken();
    parts.push(answer.data);
    if (answer.last === WHOLE || answer.last === LAST) return concat(parts);
    if (answer.data.length === 0) return broken();
    answer = await ask(transfer(NOTHING, GO_ON)).catch((error: unknown) => {
      throw begun(error);
    });
  }
}

/** @param answered the card has done the command, and a part of its answer is here */
function refusal(answer: CcidAnswer, answered: boolean): SscardError {
  const error = ccidRefusal(answer, 'command');
  return answered ? begun(error) : error;
}

function broken(): SscardError {
  return new SscardError('answer-malformed', 'CCID: pieces out of order', { outcome: 'unknown' });
}
