import type { Atr } from '../../../apdu/atr.ts';
import { DEFAULT_TA1 } from '../../../apdu/speed.ts';
import type { Protocol } from '../../reader.ts';
import type { CcidCommand } from './messages.ts';

/** FiDi, coded like TA1. */
export interface CardSetting {
  readonly protocol: Protocol;
  readonly speed: number;
}

/** A setting that reader and card are to work with, and whether they have to agree on it by a PPS first. */
export interface WantedSetting extends CardSetting {
  readonly negotiate: boolean;
}

const NUMBER = { 'T=0': 0, 'T=1': 1 } as const;

/**
 * Protocol and speed for a card after its reset (iso7816.md 1, 2): what it offers first, where the caller wants that; the fastest it
 * offers, unless it was seen to fail.
 * @returns undefined: nothing it offers is wanted
 */
export function wantedSetting(atr: Atr, wanted: readonly Protocol[], fast: boolean): WantedSetting | undefined {
  const { mode, specific, defaultProtocol } = atr;
  const offered = mode === 'specific' ? [defaultProtocol] : [defaultProtocol, ...atr.protocols];
  const number = offered.find((t) => wanted.some((name) => NUMBER[name] === t));
  if (number === undefined) return undefined;
  const protocol = number === 1 ? 'T=1' : 'T=0';
  const known = atr.fi !== undefined && atr.di !== undefined;
  const offeredSpeed = (known ? atr.groups[0]?.ta : undefined) ?? DEFAULT_TA1;
  if (mode === 'specific')
    return { protocol, speed: specific?.implicitParameters ? DEFAULT_TA1 : offeredSpeed, negotiate: false };
  const speed = fast ? offeredSpeed : DEFAULT_TA1;
  return { protocol, speed, negotiate: speed !== DEFAULT_TA1 || number !== defaultProtocol };
}

/** SetParameters: FindexDindex, TCCKS, guard time, waiting, clock stop; for T=1 IFSC and NAD (readers.md 2). */
export function setParameters({ convention, extraGuardTime, wi = 10, t1 }: Atr, setting: CardSetting): CcidCommand {
  const { protocol, speed } = setting;
  const inverse = convention === 'inverse' ? 0x02 : 0x00;
  const checks = t1?.edc === 'CRC' ? 0x11 : 0x10;
  const waiting = ((t1?.bwi ?? 4) << 4) | (t1?.cwi ?? 13);
  const data =
    protocol === 'T=0'
      ? [speed, inverse, extraGuardTime, wi, 0]
      : [speed, checks | inverse, extraGuardTime, waiting, 0, t1?.ifsc ?? 32, 0];
  return { kind: 'set-parameters', specific: [NUMBER[protocol], 0, 0], data: Uint8Array.from(data) };
}
