/** Bytes of an exchange of which some are hidden. */
export interface MaskedBytes {
  /** A hidden byte stands here as 2A (an asterisk in ASCII), whatever it was. */
  readonly bytes: Uint8Array;
  /** One entry a byte: 1 = hidden, 0 = shown. Same length as `bytes`. */
  readonly hidden: Uint8Array;
}

/** What stands for a hidden byte: an asterisk in ASCII. */
export const HIDDEN_BYTE = 0x2a;

/** Longer ones are written without blanks: an extended answer must fit in one line of a transcript (140,000 characters). */
const SPACED_BYTES = 512;

/**
 * The text form of a transcript: upper-case hex, `**` for a hidden byte, a blank between bytes.
 *
 * @example formatMasked({ bytes: Uint8Array.of(0x00, 0x2a), hidden: Uint8Array.of(0, 1) }) // '00 **'
 */
export function formatMasked({ bytes, hidden }: MaskedBytes): string {
  const parts = Array.from(bytes, (byte, at) =>
    hidden[at] === 1 ? '**' : byte.toString(16).toUpperCase().padStart(2, '0'),
  );
  return parts.join(bytes.length > SPACED_BYTES ? '' : ' ');
}

/** The same bytes with everything hidden except where `shown` says true. The bytes hidden are not in the result. */
export function hideExcept(bytes: Uint8Array, shown: (at: number) => boolean): MaskedBytes {
  const result = { bytes: bytes.slice(), hidden: new Uint8Array(bytes.length) };
  for (let at = 0; at < bytes.length; at++) {
    if (shown(at)) continue;
    result.bytes[at] = HIDDEN_BYTE;
    result.hidden[at] = 1;
  }
  return result;
}
