import { concat } from '../../../apdu/bytes.ts';
import type { PinEntered, PinPad, PinPrompt } from '../../../drivers/pin-pad.ts';
import { type CcidSlot, type Exchanged, FAULT } from './ccid-slot.ts';
import { insertPin, type PinTemplate } from './pin-template.ts';
import { xorOf } from './station.ts';

/** Status words of the pad's own (PC/SC part 10). */
const NEW_PINS_DIFFER = Uint8Array.of(0x64, 0x02);
const WRONG_SIZE = Uint8Array.of(0x64, 0x03);
/** bTimeOut 0: the reader's own. */
const OWN_TIMEOUT = 30;
/** bEntryValidationCondition. */
const BY_MAX = 0x01;
const BY_ENTER = 0x02;
const BY_TIMEOUT = 0x04;
/** bConfirmPIN. */
const TWICE = 0x01;
const CURRENT = 0x02;
/** Where an error byte points to: bPINOperation is the first byte behind the header. */
const FIRST = 10;

/** What is asked of the person, and what the command looks like, in words. */
interface Order extends PinTemplate {
  readonly seconds: number;
  readonly max: number;
  readonly min: number;
  readonly conditions: number;
  readonly prologue: Uint8Array;
  readonly command: Uint8Array;
}

/** Who types, and until when somebody wants to know it. */
interface Person {
  readonly pad: PinPad;
  readonly signal: AbortSignal;
}

/** Digits in ASCII, or why there are none: bError, or a status word. */
type Typed = Uint8Array | { readonly because: Exchanged };

/**
 * PIN entry at the reader (readers.md 2, Secure): the person types at the pad, the PIN goes into the template and to the card.
 * No digit is in what comes back.
 * @param signal the entry is given up by the host
 */
export async function secure(pad: PinPad, slot: CcidSlot, data: Uint8Array, signal: AbortSignal): Promise<Exchanged> {
  if (!slot.seat.powered) return FAULT.mute;
  const person = { pad, signal };
  const acts = [verify, modify][data[0] ?? FIRST];
  const exchanged = acts === undefined ? FIRST : await acts(person, slot, data);
  return exchanged === FAULT.cancelled && signal.aborted ? FAULT.aborted : exchanged;
}

async function verify(person: Person, slot: CcidSlot, data: Uint8Array): Promise<Exchanged> {
  const order = readOrder(data, 5, 12);
  if (typeof order === 'number') return order;
  const typed = await ask(person, order, 'pin');
  if (!(typed instanceof Uint8Array)) return typed.because;
  const command = insertPin(order.command, typed, order);
  typed.fill(0);
  return command === undefined ? WRONG_SIZE : send(slot, order, command);
}

async function modify(person: Person, slot: CcidSlot, data: Uint8Array): Promise<Exchanged> {
  const messages = data[11] ?? 0;
  // The second and third message are there when they are used.
  const order = readOrder(data, 7, 15 + (messages === 0 ? 0 : 1) + (messages === 3 ? 1 : 0));
  if (typeof order === 'number') return order;
  const [, , , , , oldAt = 0, newAt = 0] = data;
  const confirm = data[9] ?? 0;
  const typed = await askAll(person, order, [
    ...(confirm & CURRENT ? (['old-pin'] as const) : []),
    ...(confirm & TWICE ? (['new-pin', 'new-pin-again'] as const) : (['new-pin'] as const)),
  ]);
  if (!Array.isArray(typed)) return typed.because;
  const again = confirm & TWICE ? typed.pop() : undefined;
  const fresh = typed.pop() as Uint8Array;
  if (again && !same(again, fresh)) return NEW_PINS_DIFFER;
  const [old] = typed;
  const half = old === undefined ? order.command : insertPin(order.command, old, order, oldAt);
  const command = half && insertPin(half, fresh, order, newAt);
  for (const digits of [old, fresh, again]) digits?.fill(0);
  return command === undefined ? WRONG_SIZE : send(slot, order, command);
}

/**
 * @param limits where wPINMaxExtraDigit is: most digits first, then fewest
 * @param prologue where bTeoPrologue is
 * @returns bError when the structure is wrong
 */
function readOrder(data: Uint8Array, limits: number, prologue: number): Order | number {
  const command = data.subarray(prologue + 3);
  if (command.length < 5) return FAULT.length;
  const at = limits === 5 ? 7 : 10;
  const conditions = data[at] ?? 0;
  if (conditions === 0 || conditions > (BY_MAX | BY_ENTER | BY_TIMEOUT)) return FIRST + at;
  const [, seconds = 0, format = 0, block = 0, length = 0] = data;
  const [max = 0, min = 0] = data.subarray(limits);
  if (max < min || max === 0) return FIRST + limits;
  return {
    ...{ seconds: seconds || OWN_TIMEOUT, format, block, length, max, min, conditions, command },
    prologue: data.subarray(prologue, prologue + 3),
  };
}

async function askAll(
  person: Person,
  order: Order,
  prompts: readonly PinPrompt[],
): Promise<Uint8Array[] | { readonly because: Exchanged }> {
  const all: Uint8Array[] = [];
  for (const prompt of prompts) {
    const typed = await ask(person, order, prompt);
    if (!(typed instanceof Uint8Array)) return typed;
    all.push(typed);
  }
  return all;
}

async function ask({ pad, signal }: Person, order: Order, prompt: PinPrompt): Promise<Typed> {
  const { seconds, max, min, conditions } = order;
  const entry = { prompt, min: 0, max, bypass: true, form: { kind: 'digits' } } as const;
  const digits = await digitsOf(await pad.enterPin(entry, { timeout: seconds * 1000, signal }));
  if (typeof digits === 'number') return { because: digits };
  // Without the enter key a PIN is done with its last digit, or when the time is over.
  if (!(conditions & BY_ENTER) && digits.length < max && !(conditions & BY_TIMEOUT)) return { because: FAULT.timeout };
  return digits.length < min ? { because: WRONG_SIZE } : digits;
}

async function digitsOf(entered: PinEntered): Promise<Uint8Array | number> {
  switch (entered.kind) {
    case 'digits':
      return entered.pin.use(async (digits) => digits.slice());
    case 'bypassed':
      return new Uint8Array(0);
    case 'timed-out':
      return FAULT.timeout;
    default:
      return FAULT.cancelled;
  }
}

/** With T=1 the host has counted the block: its first bytes are in the order. */
async function send(slot: CcidSlot, { prologue }: Order, command: Uint8Array): Promise<Exchanged> {
  const [nad = 0, pcb = 0] = prologue;
  const block = concat([Uint8Array.of(nad, pcb, command.length), command]);
  const sent = slot.parameters.protocol === 0 ? command : concat([block, Uint8Array.of(xorOf(block))]);
  const answer = await slot.exchange(sent);
  for (const bytes of [command, block, sent]) bytes.fill(0);
  return answer;
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((digit, at) => digit === b[at]);
}
