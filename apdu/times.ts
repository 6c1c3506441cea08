import type { Atr } from './atr.ts';
import type { T0Parameters, T1Parameters } from './protocol.ts';
import { bitRate, clockRate, DEFAULT_TA1 } from './speed.ts';

/** Times of T=0 in milliseconds. */
export interface T0Times {
  /** Elementary time unit: one bit. */
  readonly etu: number;
  /** Between the starts of two characters to the card, at least. */
  readonly guard: number;
  /** WT: from the start of one character to the start of the next of the card, at most. */
  readonly waiting: number;
}

/** Times of T=1 in milliseconds. */
export interface T1Times {
  /** Elementary time unit: one bit. */
  readonly etu: number;
  /** Between the starts of two characters to the card, at least. */
  readonly guard: number;
  /** CWT: between the starts of two characters of one block, at most. */
  readonly character: number;
  /** BWT: from the last character to the card to the first of its answer, at most; times the value of a WTX. */
  readonly block: number;
  /** BGT: from the last character of one side to the first of the other, at least. */
  readonly turnAround: number;
}

const SHORTEST_GUARD = 12;
/** N = 255: as short as the protocol can have it. */
const GUARD_255 = { 0: 12, 1: 11 } as const;
const WAITING_UNIT = 960;
const DEFAULT_FI = 372;
const CHARACTER = 11;
const TURN_AROUND = 22;

/**
 * Times of T=0 (ISO/IEC 7816-3:2006, 10.2; iso7816.md 3). WT counts clocks of the Fi that the card named: it does not shrink with a PPS.
 * @param clock of the card, in Hz
 * @throws RangeError a speed with a reserved FI or DI
 * @example t0Times(atr, parameters, 3_571_200).waiting // 1000, for WI 10 and Fi 372
 */
export function t0Times(atr: Atr, parameters: T0Parameters, clock: number): T0Times {
  const etu = etuOf(parameters.speed, clock);
  const waiting = (parameters.wi * WAITING_UNIT * (atr.fi ?? DEFAULT_FI) * 1000) / clock;
  return { etu, guard: guardTime(atr, parameters, clock), waiting };
}

/**
 * Times of T=1 (ISO/IEC 7816-3:2006, 11.4.3; iso7816.md 3). BWT counts clocks of the default Fi: it does not shrink with a PPS.
 * @param clock of the card, in Hz
 * @throws RangeError a speed with a reserved FI or DI
 * @example t1Times(atr, parameters, 3_571_200).block // 1601.1…, for BWI 4 and F/D 372
 */
export function t1Times(atr: Atr, parameters: T1Parameters, clock: number): T1Times {
  const etu = etuOf(parameters.speed, clock);
  return {
    etu,
    guard: guardTime(atr, parameters, clock),
    character: (CHARACTER + 2 ** parameters.cwi) * etu,
    block: CHARACTER * etu + (2 ** parameters.bwi * WAITING_UNIT * DEFAULT_FI * 1000) / clock,
    turnAround: TURN_AROUND * etu,
  };
}

/** N counts bits of the speed in use; with a T=15 group those of TA1, whatever is in use (ISO/IEC 7816-3:2006, 8.3). */
function guardTime(atr: Atr, { protocol, speed, extraGuardTime }: AnyParameters, clock: number): number {
  const etu = etuOf(speed, clock);
  if (extraGuardTime === 255) return GUARD_255[protocol] * etu;
  const unit = atr.t15 === undefined ? etu : etuOf(atr.groups[0]?.ta ?? DEFAULT_TA1, clock);
  return SHORTEST_GUARD * etu + extraGuardTime * unit;
}

type AnyParameters = Pick<T0Parameters | T1Parameters, 'protocol' | 'speed' | 'extraGuardTime'>;

function etuOf(speed: number, clock: number): number {
  const di = bitRate(speed);
  const rate = clockRate(speed);
  if (di === undefined || rate === undefined) throw new RangeError(`reserved speed ${speed}`);
  return (rate.fi * 1000) / (di * clock);
}
