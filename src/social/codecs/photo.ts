/** Markers of JPEG (ITU-T T.81, B.1.1.3), the byte after FF. */
const START = 0xd8;
const END = 0xd9;
const SCAN = 0xda;
/** TEM and RST0 to RST7: no length follows. */
const isBare = (marker: number) => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7);

/** `empty`: filling only. `not-jpeg`: something else. `cut`: the file ends before the picture does. */
export type Photo =
  | { readonly kind: 'photo'; readonly jpeg: Uint8Array }
  | { readonly kind: 'none'; readonly reason: 'empty' | 'not-jpeg' | 'cut' };

/**
 * The JPEG at the start of a photo file, without the filling after it (3.2.2; that it is one is ASSUMED). Its end is found by
 * going through its segments: a thumbnail inside one has an end marker of its own.
 * @returns a view into `file`
 */
export function photoOf(file: Uint8Array): Photo {
  if (file.every((byte) => byte === 0xff) || file.every((byte) => byte === 0x00)) return none('empty');
  if (file[0] !== 0xff || file[1] !== START) return none('not-jpeg');
  for (let at = 2; ; ) {
    if (at >= file.length) return none('cut');
    if (file[at] !== 0xff) return none('not-jpeg');
    // Any number of FF may stand before a marker.
    while (file[at] === 0xff) at++;
    const marker = file[at++];
    if (marker === undefined) return none('cut');
    if (marker === END) return { kind: 'photo', jpeg: file.subarray(0, at) };
    if (marker === START || marker === 0x00) return none('not-jpeg');
    if (isBare(marker)) continue;
    const [high, low] = [file[at], file[at + 1]];
    if (high === undefined || low === undefined) return none('cut');
    const length = high * 0x100 + low;
    if (length < 2) return none('not-jpeg');
    at += length;
    if (marker === SCAN) at = endOfScan(file, at);
  }
}

/** Where the data of a scan end: at the next marker that is no stuffed FF00 and no restart. */
function endOfScan(file: Uint8Array, start: number): number {
  for (let at = start; at < file.length; at++) {
    if (file[at] !== 0xff) continue;
    const next = file[at + 1];
    if (next !== undefined && next !== 0x00 && next !== 0xff && !isBare(next)) return at;
  }
  return file.length;
}

function none(reason: 'empty' | 'not-jpeg' | 'cut'): Photo {
  return { kind: 'none', reason };
}
