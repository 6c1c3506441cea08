import { inspectAtr } from '../../../apdu/atr.ts';
import type { Seat } from './seat.ts';

/** EMV wants TB1 in the answer to reset, and no programming voltage (EMV Book 1, 8.3.3.2). */
export function isEmvAtr(atr: Uint8Array): boolean {
  return inspectAtr(atr).atr.groups?.[0]?.tb === 0;
}

/** Loses what has power in any of the seats. */
export function powerOffAll(seats: readonly Seat[]): void {
  for (const seat of seats) seat.powerOff();
}

export function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
