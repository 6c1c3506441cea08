import { SscardError } from '../../apdu/errors.ts';
import type { Waiting } from '../../drivers/reader.ts';
import type { KeyProvider, TerminalNumbers } from '../keys/provider.ts';

/**
 * What the terminal is called. A PSAM that does not say it keeps nobody from reading a card: it is `unavailable` then,
 * and a key that is needed later says what is wrong.
 * @throws SscardError `cancelled`
 */
export async function terminalNumbers(keys: KeyProvider, waiting: Waiting): Promise<TerminalNumbers | 'unavailable'> {
  try {
    return await keys.terminal(waiting);
  } catch (error) {
    if (!(error instanceof SscardError) || error.code === 'cancelled') throw error;
    return 'unavailable';
  }
}
