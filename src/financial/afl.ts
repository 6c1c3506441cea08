/** One group of the application file locator, tag 94: records of one file, to be read in this order. */
export interface AflEntry {
  /** 1 to 30. */
  readonly sfi: number;
  /** 1 to 255. */
  readonly first: number;
  /** Not below `first`. */
  readonly last: number;
  /** How many of the records, from the first on, enter offline authentication. */
  readonly authenticated: number;
}

const GROUP = 4;
const LAST_FILE = 30;

/**
 * Reads an application file locator (EMV 4.3 Book 3, 10.2).
 * @returns `undefined` when anything in it is not as the rule says: nothing is read then
 */
export function parseAfl(bytes: Uint8Array): readonly AflEntry[] | undefined {
  if (bytes.length === 0 || bytes.length % GROUP !== 0) return undefined;
  const entries: AflEntry[] = [];
  for (let at = 0; at < bytes.length; at += GROUP) {
    const entry = readGroup(bytes, at);
    if (entry === undefined) return undefined;
    entries.push(entry);
  }
  return entries;
}

function readGroup(bytes: Uint8Array, at: number): AflEntry | undefined {
  const file = bytes[at] as number;
  const first = bytes[at + 1] as number;
  const last = bytes[at + 2] as number;
  const authenticated = bytes[at + 3] as number;
  const sfi = file >> 3;
  if ((file & 0x07) !== 0 || sfi === 0 || sfi > LAST_FILE) return undefined;
  if (first === 0 || last < first || authenticated > last - first + 1) return undefined;
  return { sfi, first, last, authenticated };
}
