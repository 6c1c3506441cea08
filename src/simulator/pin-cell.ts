import type { CardCore } from './command.ts';

/** Bytes of a PIN in BCD: four to eight digits (6.6). */
export const SHORTEST_PIN = 2;
export const LONGEST_PIN = 4;

/** Two to four bytes of BCD, F only in the last half byte. */
export function isPin(bytes: Uint8Array): boolean {
  return (
    bytes.length >= SHORTEST_PIN &&
    bytes.length <= LONGEST_PIN &&
    bytes.every((byte, at) => byte >> 4 <= 9 && ((byte & 15) <= 9 || ((byte & 15) === 15 && at === bytes.length - 1)))
  );
}

/** PIN and full counter in one write: after a power cut exactly one of the two PINs works. */
export function storePin({ contents, memory }: CardCore, pin: Uint8Array): void {
  const cell = new Uint8Array(1 + LONGEST_PIN).fill(0xff);
  cell[0] = contents.pinTries;
  cell.set(pin, 1);
  memory.store(contents.pin, cell);
}
