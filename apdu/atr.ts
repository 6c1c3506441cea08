import { SscardError } from './errors.ts';
import { bitRate, clockRate, DEFAULT_TA1 } from './speed.ts';

/** Interface bytes of one group, as they stand; the index in the list is i - 1. Group 1 is always listed, empty or not. */
export interface AtrGroup {
  readonly ta?: number;
  readonly tb?: number;
  readonly tc?: number;
  readonly td?: number;
}

/** Parameters of T=1. A missing value is a reserved one on the card. */
export interface AtrT1 {
  /** Longest information field the card takes, 1 to 254 bytes. */
  readonly ifsc?: number;
  readonly bwi?: number;
  readonly cwi: number;
  readonly edc: 'LRC' | 'CRC';
}

/** What a T=15 group says about the card as a whole; missing when the card does not say it. */
export interface AtrT15 {
  readonly clockStop?: 'not-supported' | 'state-L' | 'state-H' | 'no-preference';
  /** A is 5 V, B 3 V, C 1.8 V. */
  readonly classes?: readonly ('A' | 'B' | 'C')[];
  /** Use of the SPU contact (C6), as it stands. */
  readonly spu?: number;
}

/** An answer to reset (ISO/IEC 7816-3:2006, 8; iso7816.md 1). */
export interface Atr {
  readonly convention: 'direct' | 'inverse';
  readonly t0: number;
  readonly groups: readonly AtrGroup[];
  /** Protocols T offered, each once, in the order of the card; without T=15, which is none. */
  readonly protocols: readonly number[];
  /** Maker's bytes; never to be parsed as a must. A view, not a copy. */
  readonly historical: Uint8Array;
  readonly tck: { readonly required: boolean; readonly computed?: number; readonly actual?: number };
  /** Bytes that some readers add behind the ATR. */
  readonly trailing: Uint8Array;
  /** Of TA1 (default 11); missing when TA1 has a reserved value. */
  readonly fi?: number;
  readonly fMaxMHz?: number;
  readonly di?: number;
  /** N of TC1, extra guard time in bit times; 255 has a meaning of its own. */
  readonly extraGuardTime: number;
  /** That of TA2 in specific mode, else the first one offered. */
  readonly defaultProtocol: number;
  readonly mode: 'negotiable' | 'specific';
  readonly specific?: {
    readonly protocol: number;
    readonly canChangeMode: boolean;
    readonly implicitParameters: boolean;
  };
  /** WI of T=0, when T=0 is offered; missing when reserved. */
  readonly wi?: number;
  readonly t1?: AtrT1;
  readonly t15?: AtrT15;
}

/** Why bytes are no ATR: stable names, the `message` of the error too. */
export type AtrFaultReason =
  | 'too-short'
  | 'too-long'
  | 'bad-TS'
  | 'truncated-interface'
  | 'truncated-historical'
  | 'missing-TCK'
  | 'bad-TCK';

/** Oddities that a terminal tolerates. */
export type AtrWarning =
  | 'first-offered-T15'
  | 'trailing-bytes'
  | 'TA1-reserved-value'
  | 'TB1-nonzero-vpp'
  | 'TB2-present-vpp'
  | 'TA2-protocol-not-offered';

/** What an answer to reset says, and everything that is wrong or odd about it. */
export interface AtrReport {
  /** Faults in the order of the bytes. None: `atr` is whole. */
  readonly faults: readonly { readonly reason: AtrFaultReason; readonly offset: number }[];
  readonly warnings: readonly AtrWarning[];
  /** What could be read in spite of the faults. */
  readonly atr: Partial<Atr>;
}

const MAX_BYTES = 33;

/**
 * Reads an ATR; oddities never make it invalid (see `inspectAtr` for them).
 * @throws SscardError `atr-malformed`, `message` is an `AtrFaultReason`, with the offset of the first wrong byte
 * @example parseAtr(fromHex('3B6500009000000000')).protocols // [0]
 */
export function parseAtr(bytes: Uint8Array): Atr {
  const { faults, atr } = inspectAtr(bytes);
  const [fault] = faults;
  if (fault) throw new SscardError('atr-malformed', fault.reason, { offset: fault.offset });
  return atr as Atr;
}

/** Reads as much of an ATR as there is, with every fault and oddity. Never throws. */
export function inspectAtr(bytes: Uint8Array): AtrReport {
  const [ts, t0] = bytes;
  if (ts === undefined || t0 === undefined) return fault('too-short', bytes.length);
  if (ts !== 0x3b && ts !== 0x3f) return fault('bad-TS', 0);
  const { groups, end, whole } = readGroups(bytes, t0);
  const offered = groups.flatMap(({ td }) => (td === undefined ? [] : [td & 0x0f]));
  const protocols = [...new Set(offered.filter((t) => t !== 15))];
  if (protocols.length === 0) protocols.push(0);
  const warnings: AtrWarning[] = offered[0] === 15 ? ['first-offered-T15'] : [];
  const head = { convention: ts === 0x3b ? 'direct' : 'inverse', t0, groups, protocols } as const;
  if (!whole) return { faults: [{ reason: 'truncated-interface', offset: end }], warnings, atr: head };

  const faults: { reason: AtrFaultReason; offset: number }[] = [];
  const afterHistorical = end + (t0 & 0x0f);
  const historical = bytes.subarray(end, afterHistorical);
  if (afterHistorical > bytes.length) faults.push({ reason: 'truncated-historical', offset: bytes.length });
  const required = offered.some((t) => t !== 0);
  const last = afterHistorical + (required ? 1 : 0);
  if (last > MAX_BYTES) faults.push({ reason: 'too-long', offset: MAX_BYTES });
  const tck: Atr['tck'] = required ? readTck(bytes, afterHistorical) : { required };
  if (required && tck.actual === undefined) faults.push({ reason: 'missing-TCK', offset: bytes.length });
  else if (tck.actual !== tck.computed) faults.push({ reason: 'bad-TCK', offset: afterHistorical });
  const trailing = bytes.subarray(last);
  if (trailing.length > 0) warnings.push('trailing-bytes');
  const meaning = interpret(groups, protocols);
  warnings.push(...oddities(groups, protocols, meaning));
  return { faults, warnings, atr: { ...head, historical, tck, trailing, ...meaning } };
}

/**
 * The bytes again, from convention, groups, historical and trailing bytes; T0, the presence bits and TCK are computed.
 * Of every ATR that `parseAtr` accepts, this gives exactly the bytes it was given.
 * @throws SscardError `atr-malformed`, `too-long`: over 15 historical bytes, or over 33 bytes without the trailing ones
 */
export function encodeAtr(atr: Pick<Atr, 'convention' | 'groups' | 'historical' | 'trailing'>): Uint8Array {
  const { groups, historical } = atr;
  const body = [presence(groups[0]) | historical.length];
  let required = false;
  for (const [index, { ta, tb, tc, td }] of groups.entries()) {
    for (const byte of [ta, tb, tc]) if (byte !== undefined) body.push(byte);
    if (td === undefined) continue;
    required ||= (td & 0x0f) !== 0;
    body.push(presence(groups[index + 1]) | (td & 0x0f));
  }
  body.push(...historical);
  if (required) body.push(body.reduce((sum, byte) => sum ^ byte));
  if (historical.length > 15 || body.length >= MAX_BYTES)
    throw new SscardError('atr-malformed', 'too-long', { offset: MAX_BYTES });
  return Uint8Array.of(atr.convention === 'direct' ? 0x3b : 0x3f, ...body, ...atr.trailing);
}

function presence(group: AtrGroup = {}): number {
  const { ta, tb, tc, td } = group;
  return [ta, tb, tc, td].reduce<number>(
    (bits, byte, index) => (byte === undefined ? bits : bits | (0x10 << index)),
    0,
  );
}

function fault(reason: AtrFaultReason, offset: number): AtrReport {
  return { faults: [{ reason, offset }], warnings: [], atr: {} };
}

/** @returns the groups, where they end, and whether all announced bytes were there */
function readGroups(bytes: Uint8Array, t0: number): { groups: AtrGroup[]; end: number; whole: boolean } {
  const groups: AtrGroup[] = [];
  let at = 2;
  let announced = t0 >> 4;
  do {
    const start = at;
    const group: { ta?: number; tb?: number; tc?: number; td?: number } = {};
    groups.push(group);
    for (const [index, name] of (['ta', 'tb', 'tc', 'td'] as const).entries()) {
      if (!(announced & (1 << index))) continue;
      const byte = bytes[at];
      if (byte === undefined) {
        if (at === start && groups.length > 1) groups.pop();
        return { groups, end: at, whole: false };
      }
      group[name] = byte;
      at++;
    }
    announced = (group.td ?? 0) >> 4;
  } while (announced !== 0);
  return { groups, end: at, whole: true };
}

function readTck(bytes: Uint8Array, at: number): Atr['tck'] {
  let computed = 0;
  for (const byte of bytes.subarray(1, at)) computed ^= byte;
  const actual = bytes[at];
  return actual === undefined ? { required: true, computed } : { required: true, computed, actual };
}

type Meaning = Omit<Atr, 'convention' | 't0' | 'groups' | 'protocols' | 'historical' | 'tck' | 'trailing'>;

function interpret(groups: readonly AtrGroup[], protocols: readonly number[]): Meaning {
  const [first, second] = groups;
  const ta1 = first?.ta ?? DEFAULT_TA1;
  const di = bitRate(ta1);
  const ta2 = second?.ta;
  const specific =
    ta2 === undefined
      ? undefined
      : { protocol: ta2 & 0x0f, canChangeMode: (ta2 & 0x80) === 0, implicitParameters: (ta2 & 0x10) !== 0 };
  const wi = second?.tc ?? 10;
  const t15 = groups.some(({ td }) => td !== undefined && (td & 0x0f) === 15);
  return {
    ...clockRate(ta1),
    ...(di === undefined ? {} : { di }),
    extraGuardTime: first?.tc ?? 0,
    defaultProtocol: specific ? specific.protocol : (protocols[0] as number),
    mode: specific ? 'specific' : 'negotiable',
    ...(specific ? { specific } : {}),
    ...(protocols.includes(0) && wi !== 0 ? { wi } : {}),
    ...(protocols.includes(1) ? { t1: readT1(groupOf(groups, 1)) } : {}),
    ...(t15 ? { t15: readT15(groupOf(groups, 15)) } : {}),
  };
}

/** The first group from the third on that follows a TD naming this T: groups 1 and 2 are for all protocols. */
function groupOf(groups: readonly AtrGroup[], protocol: number): AtrGroup {
  for (const [index, { td }] of groups.entries())
    if (index >= 1 && td !== undefined && (td & 0x0f) === protocol) return groups[index + 1] ?? {};
  return {};
}

function readT1({ ta = 32, tb = 0x4d, tc = 0 }: AtrGroup): AtrT1 {
  return {
    ...(ta === 0 || ta === 255 ? {} : { ifsc: ta }),
    ...(tb >> 4 > 9 ? {} : { bwi: tb >> 4 }),
    cwi: tb & 0x0f,
    edc: tc & 1 ? 'CRC' : 'LRC',
  };
}

const CLOCK_STOP = ['not-supported', 'state-L', 'state-H', 'no-preference'] as const;

function readT15({ ta, tb }: AtrGroup): AtrT15 {
  const classes = (['A', 'B', 'C'] as const).filter((_, index) => ((ta ?? 0) >> index) & 1);
  const clockStop = CLOCK_STOP[(ta ?? 0) >> 6];
  return {
    ...(ta === undefined || clockStop === undefined ? {} : { clockStop }),
    ...(ta === undefined || classes.length === 0 ? {} : { classes }),
    ...(tb === undefined ? {} : { spu: tb }),
  };
}

function oddities(groups: readonly AtrGroup[], protocols: readonly number[], meaning: Meaning): AtrWarning[] {
  const [first, second] = groups;
  const list: AtrWarning[] = [];
  if (meaning.fi === undefined || meaning.di === undefined) list.push('TA1-reserved-value');
  if (first?.tb) list.push('TB1-nonzero-vpp');
  if (second?.tb !== undefined) list.push('TB2-present-vpp');
  if (meaning.specific && !protocols.includes(meaning.specific.protocol)) list.push('TA2-protocol-not-offered');
  return list;
}
