/** One entry of a data object list: what the terminal is to give, and how long. */
export interface DolEntry {
  readonly tag: number;
  readonly length: number;
}

/** The entries of a list that the personaliser wrote (3.2); what is cut short at its end asks for nothing. */
export function dolEntries(list: Uint8Array): DolEntry[] {
  const entries: DolEntry[] = [];
  let at = 0;
  while (at < list.length) {
    let tag = list[at++] ?? 0;
    let more = (tag & 0x1f) === 0x1f;
    while (more) {
      const byte = list[at++] ?? 0;
      tag = tag * 256 + byte;
      more = byte > 0x7f;
    }
    entries.push({ tag, length: list[at++] ?? 0 });
  }
  return entries;
}

/** Bytes of all values together. */
export function dolLength(entries: readonly DolEntry[]): number {
  return entries.reduce((sum, { length }) => sum + length, 0);
}

/** Values by tag, as long as the list says; of a tag that stands there twice, the last. */
export function valuesByTag(entries: readonly DolEntry[], values: Uint8Array): Map<number, Uint8Array> {
  const found = new Map<number, Uint8Array>();
  let at = 0;
  for (const { tag, length } of entries) {
    found.set(tag, values.slice(at, at + length));
    at += length;
  }
  return found;
}
