import { AIP, type Bit, hasBit } from '../bits.ts';
import type { OfflineMethod } from './result.ts';

/** Terminal capabilities, tag 9F33, byte 3: security. */
const CAPABILITY = { sda: [3, 8], dda: [3, 7], cda: [3, 4] } as const satisfies Readonly<Record<string, Bit>>;

/**
 * The strongest method that the card has and the terminal supports (emv-pboc.md 4.2).
 * @param aip tag 82. @param capabilities tag 9F33
 */
export function chooseMethod(aip: Uint8Array, capabilities: Uint8Array): OfflineMethod {
  const both = (method: 'cda' | 'dda' | 'sda') => hasBit(aip, AIP[method]) && hasBit(capabilities, CAPABILITY[method]);
  return (['cda', 'dda', 'sda'] as const).find(both) ?? 'none';
}
