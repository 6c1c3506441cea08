/** Clock conversion of an FI nibble: Fi clocks per bit (before division by Di), and the highest clock in MHz. */
export interface ClockRate {
  readonly fi: number;
  readonly fMaxMHz: number;
}

/** What runs until a PPS changes it: TA1 = 11 (ISO/IEC 7816-3:2006, 8.1). */
export const DEFAULT_TA1 = 0x11;

/** By FI, ISO/IEC 7816-3:2006, table 7; a hole is a reserved value. */
const CLOCK_RATES: readonly (readonly [fi: number, fMaxMHz: number] | undefined)[] = [
  [372, 4],
  [372, 5],
  [558, 6],
  [744, 8],
  [1116, 12],
  [1488, 16],
  [1860, 20],
  undefined,
  undefined,
  [512, 5],
  [768, 7.5],
  [1024, 10],
  [1536, 15],
  [2048, 20],
];

/** By DI, ISO/IEC 7816-3:2006, table 8. Fractions of older editions are reserved values now. */
const BIT_RATES: readonly (number | undefined)[] = [undefined, 1, 2, 4, 8, 16, 32, 64, 12, 20];

/**
 * The clock rate conversion of a card, by FI (ISO/IEC 7816-3:2006, table 7).
 * @param ta1 byte TA1 or PPS1
 * @returns `undefined` for a reserved FI
 */
export function clockRate(ta1: number): ClockRate | undefined {
  const entry = CLOCK_RATES[ta1 >> 4];
  return entry && { fi: entry[0], fMaxMHz: entry[1] };
}

/** Di. @returns `undefined` for a reserved DI @param ta1 byte TA1 or PPS1 */
export function bitRate(ta1: number): number | undefined {
  return BIT_RATES[ta1 & 0x0f];
}
