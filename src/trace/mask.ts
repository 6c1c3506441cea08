import { equalBytes, fromHex, toHex } from '../../apdu/bytes.ts';
import { type DecodedCommand, decodeCommand } from '../../apdu/command.ts';
import { type AnswerMask, BankMask, isPaymentName } from './mask-bank.ts';
import { HISTORICAL, KEEP_FILE, PIN_COMMANDS, SSSE_FILE, SSSE_NAMES } from './mask-policy.ts';
import { maskRecords } from './mask-social.ts';
import { formatMasked, hideExcept, type MaskedBytes } from './masked-bytes.ts';

/**
 * Makes the lines of one exchange stream, with what must not be kept already hidden. Feed it everything in the order
 * in which it happened: what may be shown depends on the application and the file that are selected.
 */
export interface Masker {
  /** The answer to reset; a new power-up, so nothing is selected any more. */
  atr(bytes: Uint8Array): string;
  /** The card was reset, and its answer to reset is not at hand. */
  reset(): void;
  command(bytes: Uint8Array): string;
  /** The answer to the last command, status word included. */
  answer(bytes: Uint8Array): string;
}

/** What the answer to the last command shows. */
interface Expected {
  readonly show: AnswerMask;
  /** In what it comes: any piece by itself, only the whole answer, or the whole also with a warning (6283: blocked). */
  readonly when: 'pieces' | 'whole' | 'warned';
  /** A part has come already, so no piece is a whole answer. */
  readonly begun?: true;
}

/** What is selected: a payment application or directory brings its own rules; `elsewhere`: any other, or not known. */
type Place = 'ssse' | BankMask | 'elsewhere';

interface State {
  place: Place;
  file: number | undefined;
  expected: Expected;
  /** What the command does to the selection if the card accepts it; until then the selection counts as lost. */
  accepted: { readonly place?: Place; readonly file?: number | undefined } | undefined;
}

const HIDDEN: Expected = { show: () => undefined, when: 'whole' };
const names = SSSE_NAMES.map((name) => fromHex(name));

/**
 * A masker for one exchange stream. Shows what `mask-policy.ts` and `mask-bank-policy.ts` list and hides the rest; what
 * it cannot parse it hides. Works on what the lines say, not on what the program meant, so it masks a foreign transcript as well.
 *
 * @example
 * const masker = createMasker();
 * masker.command(fromHex('0084000008')); // '00 84 00 00 08'
 * masker.answer(fromHex('A1B2C3D4E5F607189000')); // '** ** ** ** ** ** ** ** 90 00'
 */
export function createMasker(): Masker {
  const state: State = { place: 'elsewhere', file: undefined, expected: HIDDEN, accepted: undefined };
  const reset = () =>
    Object.assign(state, { place: 'elsewhere', file: undefined, expected: HIDDEN, accepted: undefined });
  return {
    atr(bytes) {
      reset();
      return formatMasked(maskAtr(bytes));
    },
    reset,
    command: (bytes) => formatMasked(maskCommand(state, bytes)),
    answer: (bytes) => formatMasked(maskAnswer(state, bytes)),
  };
}

function maskAtr(bytes: Uint8Array): MaskedBytes {
  const start = historicalStart(bytes);
  const end = start + ((bytes[1] ?? 0) & 0x0f);
  if (start < 0 || end > bytes.length) return hideExcept(bytes, (at) => at === 0);
  // A check byte after them is hidden, too: it would give one of the hidden bytes away.
  const shown = (at: number) => at < start + HISTORICAL.first || at >= end - HISTORICAL.last;
  return hideExcept(bytes, (at) => at < start || (at < end && shown(at)));
}

/** Offset of the historical bytes (ISO/IEC 7816-3, 8.2); -1 when the interface bytes do not end. */
function historicalStart(bytes: Uint8Array): number {
  let at = 1;
  let presence: number | undefined = bytes[at++];
  while (presence !== undefined) {
    for (const bit of [0x10, 0x20, 0x40]) if (presence & bit) at++;
    if (!(presence & 0x80)) return at;
    presence = bytes[at++];
  }
  return -1;
}

function maskCommand(state: State, bytes: Uint8Array): MaskedBytes {
  const before = { ...state };
  state.expected = HIDDEN;
  state.accepted = undefined;
  const command = tryDecode(bytes);
  if (command === undefined) {
    // It may have been a SELECT of anything.
    state.place = 'elsewhere';
    state.file = undefined;
    return hideExcept(bytes, (at) => at < 4 && bytes.length >= 4);
  }
  return showCommand(bytes, command, follow(state, before, command));
}

/** Follows what a command does. @returns its data as it may be shown; `undefined`: none of it. */
function follow(state: State, before: State, command: DecodedCommand): MaskedBytes | undefined {
  const { cla, ins } = command;
  if (cla === 0x00 && ins === 0xa4) return select(state, command);
  if (cla === 0x00 && ins === 0xc0) {
    state.expected = before.expected;
    return undefined;
  }
  if (before.place instanceof BankMask && ins !== 0xa4) return followBank(state, before.place, command);
  if (cla === 0x00) return followSocial(state, before, command);
  // A class we have no rules for: nothing is shown, and a SELECT in it may have moved anything.
  state.file = undefined;
  if (ins === 0xa4) state.place = 'elsewhere';
  return undefined;
}

function followBank(state: State, bank: BankMask, command: DecodedCommand): MaskedBytes | undefined {
  const { data, answer } = bank.follow(command);
  if (answer !== undefined) state.expected = { show: answer, when: 'whole' };
  return data;
}

/** A command of class 00 to the social security application, or to one without rules. */
function followSocial(state: State, before: State, command: DecodedCommand): MaskedBytes | undefined {
  switch (command.ins) {
    case 0xb2:
      useFile(state, before, command.p2 >> 3);
      // Last, next, previous (modes 1 to 3, 5 to 7) are not used by this card.
      if ((command.p2 & 0x03) === 0) {
        const file = shownFile(state);
        state.expected = { show: (data) => maskRecords(file, data), when: 'whole' };
      }
      return undefined;
    case 0xdc:
      useFile(state, before, command.p2 >> 3);
      return (command.p2 & 0x03) === 0 ? maskRecords(shownFile(state), command.data ?? new Uint8Array()) : undefined;
    case 0xe2:
      useFile(state, before, command.p2 >> 3);
      return undefined;
    case 0xb0:
    case 0xd6:
      useFile(state, before, command.p1 & 0x80 ? command.p1 & 0x1f : 0);
      return undefined;
    default:
      if (!KEEP_FILE.has(command.ins)) state.file = undefined;
      return undefined;
  }
}

function select(state: State, { p1, data }: DecodedCommand): MaskedBytes | undefined {
  const inSsse = state.place === 'ssse';
  state.file = undefined;
  state.place = 'elsewhere';
  if (data === undefined || p1 > 0x04 || p1 === 0x03) return undefined;
  if (p1 === 0x04) {
    selectByName(state, data);
    // ISO/IEC 7816-5: an application identifier has 5 to 16 bytes. Anything else is no name we may show.
    return data.length >= 5 && data.length <= 16 ? showAll(data) : undefined;
  }
  if (data.length !== 2) return undefined;
  const [high = 0, low = 0] = data;
  if (high === 0xef && p1 !== 0x01) {
    if (inSsse) state.place = 'ssse';
    state.accepted = { file: low };
  } else if (toHex(data) === SSSE_FILE && p1 === 0x00) state.accepted = { place: 'ssse' };
  return showAll(data);
}

function selectByName(state: State, name: Uint8Array): void {
  if (names.some((one) => equalBytes(one, name))) {
    state.accepted = { place: 'ssse' };
    state.expected = { show: showAll, when: 'pieces' };
  } else if (isPaymentName(name)) {
    const bank = new BankMask(name);
    state.accepted = { place: bank };
    state.expected = { show: (data) => bank.fileControl(data), when: 'warned' };
  }
}

const showAll: AnswerMask = (data) => hideExcept(data, () => true);

/** A short file identifier in a command makes that file current, if the card accepts it. 0: the current file. */
function useFile(state: State, before: State, sfi: number): void {
  const file = sfi === 0 ? before.file : sfi;
  state.accepted = { file };
  if (file !== before.file) state.file = undefined;
}

/** The file whose rules hold for this command. */
function shownFile({ place, accepted }: State): number | undefined {
  return place === 'ssse' ? accepted?.file : undefined;
}

function maskAnswer(state: State, bytes: Uint8Array): MaskedBytes {
  const end = bytes.length - 2;
  if (end < 0) return hideExcept(bytes, () => false);
  const sw1 = bytes[end] ?? 0;
  const { expected } = state;
  accept(state, sw1, end);
  const data = bytes.subarray(0, end);
  return hideData(bytes, 0, end, mayShow(expected, sw1) ? expected.show(data) : undefined);
}

/** What the status word means for the selection and for a GET RESPONSE after it. */
function accept(state: State, sw1: number, dataLength: number): void {
  // 62xx: selected with a warning (6283, application blocked).
  if (sw1 === 0x90 || sw1 === 0x61 || sw1 === 0x62) Object.assign(state, state.accepted);
  if (sw1 !== 0x6c) state.accepted = undefined;
  if (sw1 !== 0x61 && sw1 !== 0x6c) state.expected = HIDDEN;
  else if (dataLength > 0) state.expected = { ...state.expected, begun: true };
}

function mayShow({ when, begun }: Expected, sw1: number): boolean {
  if (when === 'pieces') return sw1 === 0x90 || sw1 === 0x61;
  return begun === undefined && (sw1 === 0x90 || (sw1 === 0x62 && when === 'warned'));
}

/** The header, the length fields, and of the data what `data` shows. */
function showCommand(bytes: Uint8Array, command: DecodedCommand, data: MaskedBytes | undefined): MaskedBytes {
  const length = command.data?.length ?? 0;
  const extended = command.case.endsWith('E');
  const start = length === 0 ? bytes.length : extended ? 7 : 5;
  if (!PIN_COMMANDS.has(command.ins)) return hideData(bytes, start, start + length, data);
  // A PIN typed without its length field looks like an expected length.
  return length === 0 ? hideData(bytes, 4, bytes.length, undefined) : hideData(bytes, start, bytes.length, undefined);
}

/** Everything shown, except `bytes` from start to end, which look as `inside` says (`undefined`: hidden). */
function hideData(bytes: Uint8Array, start: number, end: number, inside: MaskedBytes | undefined): MaskedBytes {
  return hideExcept(bytes, (at) => at < start || at >= end || inside?.hidden[at - start] === 0);
}

function tryDecode(bytes: Uint8Array): DecodedCommand | undefined {
  try {
    return decodeCommand(bytes);
  } catch {
    return undefined;
  }
}
