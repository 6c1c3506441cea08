import { inspectAtr } from '../../../apdu/atr.ts';
import type { Seat } from './seat.ts';

/** The longest APDU, and the longest answer, of the units of this maker (readers.md 6, 7). */
export const LONGEST_APDU = 261;

/** EMV wants TB1 in the answer to reset, and no programming voltage (EMV Book 1, 8.3.3.2). */
export function isEmvAtr(atr: Uint8Array): boolean {
  return inspectAtr(atr).atr.groups?.[0]?.tb === 0;
}

/** Loses what has power in any of the seats. */
export function powerOffAll(seats: readonly Seat[]): void {
  for (const seat of seats) seat.powerOff();
}
