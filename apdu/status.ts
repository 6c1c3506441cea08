/** How far a status word got: all done, data still wait, done with a remark, not done, or nothing known about it. */
export type StatusKind = 'done' | 'more' | 'warning' | 'refused' | 'unknown';

/** What a status word means: a key for its text, and its kind. */
export interface StatusMeaning {
  /** Stable key of the texts in `src/i18n/status.ts`: `status-6a82`, `status-63cx`, `status-6axx`, `status-unknown`. */
  readonly key: string;
  readonly kind: StatusKind;
  /** Only for 63Cx: tries left, 0 to 15, as stated by the card in this answer. */
  readonly triesLeft?: number;
}

/**
 * Status words with a meaning of their own: ISO/IEC 7816-4, 5.1.3; iso7816.md 7; social-security-card.md 5.3 (with the
 * words of the PBOC purse). 6402 and 6403 come from PIN pads, PC/SC part 10.
 */
const KNOWN = new Set([
  0x9000, 0x6200, 0x6281, 0x6282, 0x6283, 0x6284, 0x6285, 0x6286, 0x6300, 0x6381, 0x6400, 0x6401, 0x6402, 0x6403,
  0x6500, 0x6581, 0x6700, 0x6800, 0x6881, 0x6882, 0x6883, 0x6884, 0x6900, 0x6901, 0x6981, 0x6982, 0x6983, 0x6984,
  0x6985, 0x6986, 0x6987, 0x6988, 0x6a00, 0x6a80, 0x6a81, 0x6a82, 0x6a83, 0x6a84, 0x6a85, 0x6a86, 0x6a87, 0x6a88,
  0x6a89, 0x6a8a, 0x6b00, 0x6d00, 0x6e00, 0x6f00, 0x9302, 0x9303, 0x9401, 0x9402, 0x9403, 0x9406,
]);

/**
 * Meaning of a status word, by its exact value, else by its class (6Axx). Total: every number has an answer.
 * @param sw two bytes as one number, 0x9000
 * @example describeStatus(0x63c2) // { key: 'status-63cx', kind: 'warning', triesLeft: 2 }
 */
export function describeStatus(sw: number): StatusMeaning {
  const kind = kindOf(sw);
  const sw1 = sw >> 8;
  if (sw1 === 0x61 || sw1 === 0x6c) return { key: classKey(sw1), kind };
  if (sw >> 4 === 0x63c) return { key: 'status-63cx', kind, triesLeft: sw & 0x0f };
  if (KNOWN.has(sw)) return { key: `status-${formatStatus(sw).toLowerCase()}`, kind };
  return { key: kind === 'unknown' ? 'status-unknown' : classKey(sw1), kind };
}

/** Four upper-case hex digits. @example formatStatus(0x6a82) // '6A82' */
export function formatStatus(sw: number): string {
  return sw.toString(16).toUpperCase().padStart(4, '0');
}

function kindOf(sw: number): StatusKind {
  const sw1 = sw >> 8;
  if (sw === 0x9000) return 'done';
  if (sw1 === 0x61) return 'more';
  if (sw1 === 0x62 || sw1 === 0x63) return 'warning';
  if ((sw1 >= 0x64 && sw1 <= 0x6f) || KNOWN.has(sw)) return 'refused';
  return 'unknown';
}

function classKey(sw1: number): string {
  return `status-${sw1.toString(16)}xx`;
}
