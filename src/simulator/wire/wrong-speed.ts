/** Eight data bits between a start bit (0) and a stop bit (1), the lowest first. */
const FRAME = 10;

/**
 * What a receiver hears of bytes that were sent at another speed: it looks at the line in the middle of each bit it takes for one. A
 * byte without a stop bit is heard as 00, as a terminal line does.
 * @param sent speed of the sender
 * @param heard speed of the receiver
 */
export function heardAt(bytes: Uint8Array, sent: number, heard: number): Uint8Array {
  if (sent === heard) return bytes;
  const bit = sent / heard;
  const out: number[] = [];
  const end = bytes.length * FRAME;
  // The line changes at whole bits of the sender only.
  for (let at = 0; at < end; at = Math.floor(at) + 1) {
    if (level(bytes, at) === 1) continue;
    const middle = at + bit / 2;
    let byte = 0;
    for (let n = 0; n < 8; n++) byte |= level(bytes, middle + (n + 1) * bit) << n;
    at = middle + 9 * bit;
    const stopped = level(bytes, at) === 1;
    out.push(stopped ? byte : 0);
    // Until the line is high again, no byte begins.
    if (!stopped) while (level(bytes, at) === 0) at = Math.floor(at) + 1;
  }
  return Uint8Array.from(out);
}

/** The line at a time, in bits of the sender; at rest it is high. */
function level(bytes: Uint8Array, time: number): 0 | 1 {
  const bit = Math.floor(time);
  const byte = bytes[Math.floor(bit / FRAME)];
  const place = bit % FRAME;
  if (byte === undefined || place === FRAME - 1) return 1;
  if (place === 0) return 0;
  return ((byte >> (place - 1)) & 1) as 0 | 1;
}
