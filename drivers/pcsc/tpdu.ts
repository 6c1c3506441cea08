import { firstTpdu } from '../../apdu/command.ts';
import { SscardError } from '../../apdu/errors.ts';

/**
 * A command as a reader gets it for a card on T=0 (PC/SC part 5, iso7816.md 4): header with P3, data, and no Le behind them. Readers at
 * TPDU level send exactly these bytes to the card, and refuse others; readers at APDU level make the same of them.
 * @returns a copy of the caller's own; what has no such form goes as it is
 */
export function tpduOf(command: Uint8Array): Uint8Array {
  try {
    return firstTpdu(command) ?? command.slice();
  } catch (error) {
    if (!(error instanceof SscardError)) throw error;
    return command.slice();
  }
}
