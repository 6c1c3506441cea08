import type { Atr } from '../../../apdu/atr.ts';
import { begun } from '../../../apdu/begun.ts';
import { SscardError } from '../../../apdu/errors.ts';
import { encodePps, evaluatePps, type Pps } from '../../../apdu/pps.ts';
import { parseResponse } from '../../../apdu/response.ts';
import { DEFAULT_TA1 } from '../../../apdu/speed.ts';
import { t0Exchange } from '../../../apdu/t0-tpdu.ts';
import { T1, type T1Action, type T1Event } from '../../../apdu/t1.ts';
import type { ResponseApdu } from '../../../apdu/types.ts';
import type { Protocol } from '../../reader.ts';
import type { Ask, ExchangeLevel, PinCommand } from './level.ts';
import { type CcidAnswer, transfer } from './messages.ts';
import { setParameters, wantedSetting } from './parameters.ts';
import { pinAnswer } from './pin-answer.ts';
import { ccidRefusal } from './refusal.ts';

const MUTE = 0xfe;
const OVERRUN = 0xfc;
const PARITY = 0xfd;
/** Longest block we take (readers.md 3). */
const IFSD = 254;
/** Bits of PCB: a block without a command in it; a piece of one. */
const NO_COMMAND = 0x80;
const MORE = 0x20;
const SW = 2;

/** A reader that carries TPDUs of T=0 and blocks of T=1: PPS, GET RESPONSE, chaining and repeats are ours. */
export class TpduLevel implements ExchangeLevel {
  readonly chains = true;
  /** Absent: T=0 runs. */
  #t1: T1 | undefined;

  async settle(
    ask: Ask,
    atr: Atr,
    wanted: readonly Protocol[],
    fast: boolean,
  ): Promise<Protocol | 'again' | SscardError> {
    const setting = wantedSetting(atr, wanted, fast);
    if (setting === undefined) return new SscardError('protocol-mismatch', 'the card offers no such protocol');
    const speed = setting.pps === undefined ? setting.speed : await negotiate(ask, setting.pps);
    if (typeof speed !== 'number') return fast && speed.code !== 'no-card' ? 'again' : speed;
    const answer = await ask(setParameters({ ...setting, speed }));
    if (answer.command === 'failed') return fast && speed !== DEFAULT_TA1 ? 'again' : ccidRefusal(answer, 'reset');
    this.#t1 = undefined;
    if (setting.protocol === 0) return 'T=0';
    const t1 = new T1(setting);
    const announced = await drive(t1.announceIfsd(IFSD), blocks(ask));
    if (announced instanceof SscardError) return fast ? 'again' : unresponsive(announced.code);
    this.#t1 = t1;
    return 'T=1';
  }

  transmit(ask: Ask, command: Uint8Array): Promise<Uint8Array | SscardError> {
    if (this.#t1 !== undefined) return drive(this.#t1.exchange(command), blocks(ask));
    return drive(t0Exchange(command), async ({ bytes, expected }) => {
      const answer = await ask(transfer(bytes));
      // Data for the card may be a PIN; the engine has no more use for them.
      if (expected === 0) bytes.fill(0);
      if (answer.command === 'failed') return ccidRefusal(answer, 'command');
      return responseOf(answer.data, expected);
    });
  }

  async enterPin(ask: Ask, pin: PinCommand): Promise<Uint8Array | SscardError> {
    if (this.#t1 === undefined) return pinAnswer(await ask(pin.message([0, 0, 0])));
    const exchange = this.#t1.exchange(pin.template);
    const { value: action, done } = exchange.next();
    const [nad = 0, pcb = 0, length = 0] = done ? [] : action.block;
    if (pcb & MORE) return new SscardError('unsupported', 'a PIN in several blocks', { outcome: 'not-done' });
    const answer = await ask(pin.message([nad, pcb, length]));
    const event = answer.error === PARITY || answer.error === MUTE ? eventOf(answer) : pinAnswer(answer);
    if (event instanceof SscardError) return event;
    // Two bytes are no block: what the person did, or what the reader says of their PINs. The card was not asked.
    if (event instanceof Uint8Array && event.length === SW) return event;
    const carry = blocks(ask);
    // The block with the PIN is in the reader: ours, sent again, would be a wrong PIN.
    return drive(exchange, async (next) => (isCommandBlock(next) ? notOfCard('block') : carry(next)), event);
  }
}

/** A damage that the check of the line cannot see shows here, often. @param expected most data bytes there may be */
function responseOf(data: Uint8Array, expected: number): ResponseApdu | SscardError {
  if (data.length < SW || data.length > expected + SW) return notOfCard('length');
  const response = parseResponse(data);
  const group = response.sw >> 12;
  return group === 0x6 || group === 0x9 ? response : notOfCard('status-word');
}

/** @returns the speed that is agreed on; or why there is none */
async function negotiate(ask: Ask, pps: Pps): Promise<number | SscardError> {
  const request = encodePps(pps);
  const answer = await ask(transfer(request));
  if (answer.command === 'failed') return ccidRefusal(answer, 'reset');
  const { result } = evaluatePps(request, answer.data);
  if (result === 'accepted') return pps.pps1 ?? DEFAULT_TA1;
  if (result === 'accepted-default') return DEFAULT_TA1;
  return unresponsive('pps');
}

function unresponsive(reason: string): SscardError {
  return new SscardError('card-unresponsive', 'the card does not keep what its ATR says', { reason });
}

function blocks(ask: Ask): (action: T1Action) => Promise<T1Event | SscardError> {
  return async ({ block, bwtFactor }) => eventOf(await ask(transfer(block, 0, bwtFactor === 1 ? 0 : bwtFactor)));
}

/** Silence and damaged characters are what T=1 is made for. */
function eventOf(answer: CcidAnswer): T1Event | SscardError {
  if (answer.command !== 'failed') return answer.data;
  if (answer.error === PARITY || answer.error === OVERRUN) return 'parity';
  if (answer.error === MUTE && answer.card !== 'absent') return 'timeout';
  return ccidRefusal(answer, 'command');
}

function isCommandBlock({ block }: T1Action): boolean {
  return ((block[1] as number) & NO_COMMAND) === 0;
}

function notOfCard(reason: string): SscardError {
  return new SscardError('card-protocol', `not what a card answers: ${reason}`, { reason, outcome: 'unknown' });
}

/**
 * Carries what an engine wants carried. What the engine throws is what the card did; it is returned, since the conversation with the
 * unit is whole.
 * @param heard what came of the step before, of an engine that has begun
 */
async function drive<A, T, V>(
  engine: Generator<A, T, V>,
  carry: (action: A) => Promise<V | SscardError>,
  heard?: V,
): Promise<T | SscardError> {
  let step = advance(engine, heard as V);
  for (let first = heard === undefined; !(step instanceof SscardError); first = false) {
    if (step.done) return step.value;
    const next = await carry(step.value).catch((error: unknown) => {
      throw first ? error : begun(error);
    });
    if (next instanceof SscardError) return first ? next : begun(next);
    step = advance(engine, next);
  }
  return step;
}

function advance<A, T, V>(engine: Generator<A, T, V>, heard: V): IteratorResult<A, T> | SscardError {
  try {
    return engine.next(heard);
  } catch (error) {
    if (error instanceof SscardError) return error;
    throw error;
  }
}
