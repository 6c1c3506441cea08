/** XOR of `bytes` from `from` up to, not including, `to`. */
export function xorOf(bytes: Uint8Array, from = 0, to = bytes.length): number {
  let sum = 0;
  for (let at = from; at < to; at++) sum ^= bytes[at] as number;
  return sum;
}

/** Two bytes, high byte first. @returns NaN where they are not there */
export function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? Number.NaN) * 0x100 + (bytes[at + 1] ?? Number.NaN);
}
