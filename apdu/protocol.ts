import type { Atr } from './atr.ts';
import type { Pps } from './pps.ts';
import { DEFAULT_TA1 } from './speed.ts';

/** What a reader has to know of a card to speak with it, with the defaults of the standard for what the card does not say. */
interface LineParameters {
  readonly convention: 'direct' | 'inverse';
  /** FI and DI, coded like TA1. */
  readonly speed: number;
  /** N of TC1. */
  readonly extraGuardTime: number;
}

/** Parameters of T=0. */
export interface T0Parameters extends LineParameters {
  readonly protocol: 0;
  readonly wi: number;
}

/** Parameters of T=1. */
export interface T1Parameters extends LineParameters {
  readonly protocol: 1;
  readonly ifsc: number;
  readonly bwi: number;
  readonly cwi: number;
  readonly edc: 'LRC' | 'CRC';
}

/** What is to run between a card and its reader, and the request that gets it there. */
export type ProtocolChoice = (T0Parameters | T1Parameters) & {
  /** To be sent first (ISO/IEC 7816-3:2006, 9); absent: it runs as soon as the ATR is over. */
  readonly pps?: Pps;
};

const WI = 10;
const T1_DEFAULTS = { ifsc: 32, bwi: 4, cwi: 13, edc: 'LRC' } as const;

/**
 * Protocol and parameters for a card after its reset (ISO/IEC 7816-3:2006, 6.3.1; iso7816.md 1, 2): that of TA2 in specific mode; else
 * the first one it offers that is wanted, at its speed.
 * @param wanted protocols T of the caller, in any order; T=0 and T=1 are known here
 * @param fast false: the default speed, after the card's own has failed
 * @returns undefined: nothing it offers is wanted
 * @example chooseProtocol(parseAtr(fromHex('3B12189000')), [0]) // { protocol: 0, speed: 0x18, pps: { protocol: 0, pps1: 0x18 }, … }
 */
export function chooseProtocol(atr: Atr, wanted: readonly (0 | 1)[], fast = true): ProtocolChoice | undefined {
  const { mode, specific, defaultProtocol, protocols } = atr;
  const offered = mode === 'specific' ? [defaultProtocol] : [defaultProtocol, ...protocols];
  const protocol = offered.find((t) => wanted.some((one) => one === t));
  if (protocol === undefined) return undefined;
  const fastest = specific?.implicitParameters ? DEFAULT_TA1 : offeredSpeed(atr);
  if (mode === 'specific') return parameters(atr, protocol, fastest);
  const speed = fast ? fastest : DEFAULT_TA1;
  const agreed = speed === DEFAULT_TA1 && protocol === defaultProtocol;
  const pps: Pps = { protocol, ...(speed !== DEFAULT_TA1 && { pps1: speed }) };
  return { ...parameters(atr, protocol, speed), ...(!agreed && { pps }) };
}

/** A reserved value is no offer. */
function offeredSpeed({ fi, di, groups }: Atr): number {
  const known = fi !== undefined && di !== undefined;
  return (known ? groups[0]?.ta : undefined) ?? DEFAULT_TA1;
}

function parameters(atr: Atr, protocol: number, speed: number): T0Parameters | T1Parameters {
  const { convention, extraGuardTime, wi = WI, t1 } = atr;
  const line = { convention, speed, extraGuardTime };
  return protocol === 0 ? { protocol, ...line, wi } : { protocol: 1, ...line, ...T1_DEFAULTS, ...t1 };
}
