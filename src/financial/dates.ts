import { packedDigits } from './numbers.ts';

/** A day of the calendar, as the transaction has it. */
export interface CalendarDay {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
}

/** The day that it is on this machine. */
export function dayOf(at: Date): CalendarDay {
  return { year: at.getFullYear(), month: at.getMonth() + 1, day: at.getDate() };
}

/** @returns `YYYY-MM-DD`, as `readDate` gives it */
export function formatDay({ year, month, day }: CalendarDay): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${year}-${two(month)}-${two(day)}`;
}

/** Tag 9A: YYMMDD of this machine's day. */
export function packedDay(at: Date): Uint8Array {
  return packedPairs(at.getFullYear() % 100, at.getMonth() + 1, at.getDate());
}

/** Tag 9F21: HHMMSS of this machine's clock. */
export function packedTime(at: Date): Uint8Array {
  return packedPairs(at.getHours(), at.getMinutes(), at.getSeconds());
}

function packedPairs(...numbers: readonly number[]): Uint8Array {
  return Uint8Array.from(numbers, (one) => Math.floor(one / 10) * 16 + (one % 10));
}

/** A time of day, HHMMSS in packed digits. @example readTime(fromHex('191222')) // '19:12:22' */
export function readTime(bytes: Uint8Array | undefined): string | undefined {
  const digits = bytes?.length === 3 ? packedDigits(bytes) : undefined;
  const parts = digits?.match(/^([01]\d|2[0-3])([0-5]\d)([0-5]\d)$/);
  return parts ? parts.slice(1).join(':') : undefined;
}

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
