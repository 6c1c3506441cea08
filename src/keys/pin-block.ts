import { bcdOf, type Pin } from '../crypto/pin.ts';

/** Bytes of the longest PIN that leaves room for the length and the 80 in a block of DES: twelve digits. */
const LONGEST = 6;

/**
 * Lends the plain block of RELOAD PIN to `work`: length in bytes, PIN in BCD, `80 00…` to the end of the block
 * (social-security-card.md 6.5). The PIN is used up; block and digits are wiped as soon as `work` settles.
 * @param length 8; 16 with SM4
 * @throws RangeError when the PIN does not fit or was used before: a fault of the program
 */
export function withPinBlock<T>(pin: Pin, length: number, work: (block: Uint8Array) => Promise<T>): Promise<T> {
  return pin.use(async (digits) => {
    const packed = bcdOf(digits);
    const block = new Uint8Array(length);
    try {
      if (packed.length > LONGEST) throw new RangeError('a PIN of this card has at most twelve digits');
      block[0] = packed.length;
      block.set(packed, 1);
      block[1 + packed.length] = 0x80;
      return await work(block);
    } finally {
      packed.fill(0);
      block.fill(0);
    }
  });
}
