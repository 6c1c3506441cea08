import { parseAtr } from '../../apdu/atr.ts';
import { toHex } from '../../apdu/bytes.ts';
import { SscardError } from '../../apdu/errors.ts';

/** T1 to TD of the card's answer to reset (1.1). */
export const HISTORICAL_BYTES = 13;

/**
 * 卡复位信息: the 13 historical bytes only, as 26 hex digits (1.1). A longer list gives its last 13, as the contactless
 * side has it; a shorter one is given as it is, and is odd.
 */
export function resetInformation(atr: Uint8Array): {
  readonly value: string | null;
  readonly odd?: 'undecodable' | 'missing' | 'length';
} {
  let historical: Uint8Array;
  try {
    ({ historical } = parseAtr(atr));
  } catch (error) {
    if (error instanceof SscardError) return { value: null, odd: 'undecodable' };
    throw error;
  }
  if (historical.length === 0) return { value: null, odd: 'missing' };
  const value = toHex(historical.subarray(-HISTORICAL_BYTES));
  return historical.length < HISTORICAL_BYTES ? { value, odd: 'length' } : { value };
}
