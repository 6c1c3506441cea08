/** Sixteen characters: a byte travels as two of them, high half first. */
export interface Alphabet {
  readonly characters: Uint8Array;
  /** By character: the half it stands for; −1: it is none of the sixteen. */
  readonly halves: Int8Array;
}

function alphabet(...written: readonly ((half: number) => number)[]): Alphabet {
  const [characters = new Uint8Array(0), ...also] = written.map((character) =>
    Uint8Array.from({ length: 16 }, (_, half) => character(half)),
  );
  const halves = new Int8Array(256).fill(-1);
  for (const codes of [characters, ...also]) for (const [half, code] of codes.entries()) halves[code] = half;
  return { characters, halves };
}

/** ASCII hex digits, written in upper case, read in either. */
export const hexDigits: Alphabet = alphabet(
  (half) => half.toString(16).toUpperCase().charCodeAt(0),
  (half) => half.toString(16).charCodeAt(0),
);
/** Half + 30h: A to F are `:` to `?`. */
export const halvesPlus30: Alphabet = alphabet((half) => 0x30 + half);

/** Bytes as characters, two for each. */
export function split(bytes: Uint8Array, { characters }: Alphabet): Uint8Array {
  const out = new Uint8Array(2 * bytes.length);
  for (const [at, byte] of bytes.entries()) {
    out[2 * at] = characters[byte >> 4] as number;
    out[2 * at + 1] = characters[byte & 0x0f] as number;
  }
  return out;
}

/** The byte of the two characters at `at`; negative: they are none. */
export function joinByte(bytes: Uint8Array, at: number, { halves }: Alphabet): number {
  const low = halves[bytes[at + 1] as number] ?? -1;
  return low < 0 ? low : (halves[bytes[at] as number] as number) * 0x10 + low;
}

/** `count` bytes of the characters from `at` on; undefined: some are none. */
export function join(bytes: Uint8Array, at: number, count: number, alphabet: Alphabet): Uint8Array | undefined {
  const out = new Uint8Array(count);
  for (let index = 0; index < count; index++) {
    const byte = joinByte(bytes, at + 2 * index, alphabet);
    if (byte < 0) return undefined;
    out[index] = byte;
  }
  return out;
}
