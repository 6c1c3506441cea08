import { equalBytes, fromHex, toHex } from '../../apdu/bytes.ts';
import { type DecodedCommand, decodeCommand } from '../../apdu/command.ts';
import { decodeSimpleTlv } from '../../apdu/simple-tlv.ts';
import {
  HISTORICAL,
  ITEM_RULES,
  type ItemRule,
  KEEP_FILE,
  PIN_COMMANDS,
  SSSE_FILE,
  SSSE_NAMES,
} from './mask-policy.ts';
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

/** What the answer to the last command belongs to. */
type Expected =
  | { readonly kind: 'hidden' }
  | { readonly kind: 'fci' }
  /** `pieces`: a part has come already, so no piece is a whole record. */
  | { readonly kind: 'record'; readonly file: number | undefined; readonly pieces: boolean };

interface State {
  /** `elsewhere`: any other application or directory, or not known. */
  place: 'ssse' | 'elsewhere';
  file: number | undefined;
  expected: Expected;
  /** What the command does to the selection if the card accepts it; until then the selection counts as lost. */
  accepted: { readonly place?: 'ssse'; readonly file?: number | undefined } | undefined;
}

const HIDDEN: Expected = { kind: 'hidden' };
const names = SSSE_NAMES.map((name) => fromHex(name));

/**
 * A masker for one exchange stream. Shows what `mask-policy.ts` lists and hides the rest; what it cannot parse it
 * hides. Works on what the lines say, not on what the program meant, so it masks a foreign transcript as well.
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
  const showData = command.cla === 0x00 ? follow(state, before, command) : leaveAlone(state, command);
  return showCommand(bytes, command, showData);
}

/** A class we have no rules for: nothing is shown, and a SELECT in it may have moved anything. */
function leaveAlone(state: State, command: DecodedCommand): MaskedBytes | undefined {
  state.file = undefined;
  if (command.ins === 0xa4) state.place = 'elsewhere';
  return undefined;
}

/** Follows what a command of class 00 does. @returns its data as it may be shown; `undefined`: none of it. */
function follow(state: State, before: State, command: DecodedCommand): MaskedBytes | undefined {
  switch (command.ins) {
    case 0xa4:
      return select(state, command);
    case 0xb2:
      useFile(state, before, command.p2 >> 3);
      // Last, next, previous (modes 1 to 3, 5 to 7) are not used by this card.
      if ((command.p2 & 0x03) === 0) state.expected = { kind: 'record', file: shownFile(state), pieces: false };
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
    case 0xc0:
      state.expected = before.expected;
      return undefined;
    default:
      if (!KEEP_FILE.has(command.ins)) state.file = undefined;
      return undefined;
  }
}

function select(state: State, { p1, data }: DecodedCommand): MaskedBytes | undefined {
  state.file = undefined;
  const show = (bytes: Uint8Array) => hideExcept(bytes, () => true);
  if (data === undefined || p1 > 0x04 || p1 === 0x03) {
    state.place = 'elsewhere';
    return undefined;
  }
  if (p1 === 0x04) {
    state.place = 'elsewhere';
    if (names.some((name) => equalBytes(name, data))) {
      state.accepted = { place: 'ssse' };
      state.expected = { kind: 'fci' };
    }
    // ISO/IEC 7816-5: an application identifier has 5 to 16 bytes. Anything else is no name we may show.
    return data.length >= 5 && data.length <= 16 ? show(data) : undefined;
  }
  if (data.length !== 2) {
    state.place = 'elsewhere';
    return undefined;
  }
  const [high = 0, low = 0] = data;
  if (high === 0xef && p1 !== 0x01) {
    state.accepted = { file: low };
  } else {
    state.place = 'elsewhere';
    if (toHex(data) === SSSE_FILE && p1 === 0x00) state.accepted = { place: 'ssse' };
  }
  return show(data);
}

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
  const masked = sw1 === 0x90 || sw1 === 0x61 ? maskData(expected, data, sw1) : undefined;
  return hideData(bytes, 0, end, masked);
}

/** What the status word means for the selection and for a GET RESPONSE after it. */
function accept(state: State, sw1: number, dataLength: number): void {
  // 62xx: selected with a warning (6283, application blocked).
  if (sw1 === 0x90 || sw1 === 0x61 || sw1 === 0x62) Object.assign(state, state.accepted);
  if (sw1 !== 0x6c) state.accepted = undefined;
  if (sw1 !== 0x61 && sw1 !== 0x6c) state.expected = HIDDEN;
  else if (state.expected.kind === 'record' && dataLength > 0) state.expected = { ...state.expected, pieces: true };
}

function maskData(expected: Expected, data: Uint8Array, sw1: number): MaskedBytes | undefined {
  if (expected.kind === 'fci') return hideExcept(data, () => true);
  if (expected.kind === 'record' && !expected.pieces && sw1 === 0x90) return maskRecords(expected.file, data);
  return undefined;
}

/** Records of a file we have rules for: tags and lengths, and of the values what the rules show. */
function maskRecords(file: number | undefined, data: Uint8Array): MaskedBytes | undefined {
  const rules = file === undefined ? undefined : ITEM_RULES.get(file);
  const records = rules && tryDecodeRecords(data);
  if (!rules || !records?.every(({ tag }) => rules.has(tag))) return undefined;
  const shown = new Uint8Array(data.length);
  let at = 0;
  for (const { tag, value } of records) {
    shown.fill(1, at, at + 2);
    at += 2;
    const rule = rules.get(tag);
    if (rule && rule.length === value.length) showValue(shown, at, value, rule);
    at += value.length;
  }
  return hideExcept(data, (position) => shown[position] === 1);
}

function showValue(shown: Uint8Array, start: number, value: Uint8Array, { show }: ItemRule): void {
  const end = start + value.length;
  if (show === 'all') shown.fill(1, start, end);
  else if (show === 'padding' || show === 'first-character') {
    const length = value.findLastIndex((byte) => !isPadding(byte)) + 1;
    shown.fill(1, start + length, end);
    const first = firstCharacter(value);
    // A name of one character would be shown whole.
    if (show === 'first-character' && first < length) shown.fill(1, start, start + first);
  } else if (show !== 'none') {
    shown.fill(1, start, start + show.first);
    shown.fill(1, end - show.last, end);
  }
}

/** Texts are filled up with 00; some writers use FF or blanks (social-security-card.md 3.1). No character ends in these. */
function isPadding(byte: number): boolean {
  return byte === 0x00 || byte === 0x20 || byte === 0xff;
}

/** Bytes of the first character in GB18030. */
function firstCharacter([lead = 0, second = 0]: Uint8Array): number {
  if (lead < 0x81) return 1;
  return second >= 0x30 && second <= 0x39 ? 4 : 2;
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

function tryDecodeRecords(data: Uint8Array): ReturnType<typeof decodeSimpleTlv> | undefined {
  try {
    return decodeSimpleTlv(data);
  } catch {
    return undefined;
  }
}
