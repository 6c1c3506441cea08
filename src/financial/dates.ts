/**
 * A date of the card, YYMMDD in packed digits: 5F24, 5F25, 9A. Years 00 to 49 are 20xx, others 19xx (EMV 4.3 Book 4,
 * 6.7.3).
 * @returns `YYYY-MM-DD`, so that dates can be compared as texts; `undefined` when the calendar has no such day
 * @example readDate(fromHex('301231')) // '2030-12-31'
 */
export function readDate(bytes: Uint8Array): string | undefined {
  if (bytes.length !== 3) return undefined;
  const [year, month, day] = Array.from(bytes, packed) as [number, number, number];
  const whole = (year < 50 ? 2000 : 1900) + year;
  const date = new Date(Date.UTC(whole, month - 1, day));
  // A day that the month has not, and digits that are none (NaN), do not come out as they went in.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  return date.toISOString().slice(0, 10);
}

/** Two packed digits; NaN when one is no digit. */
function packed(byte: number): number {
  const high = byte >> 4;
  const low = byte & 0x0f;
  return high > 9 || low > 9 ? Number.NaN : high * 10 + low;
}
