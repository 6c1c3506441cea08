import { concat, fromHex } from '../../../apdu/bytes.ts';
import { encryptEcb } from '../../crypto/blocks.ts';
import { pinBlock0, pinBlock1, pinBlock2, pinBlock3 } from '../../crypto/pin-block.ts';

const DIGITS_OF_ACCOUNT = 12;
const SM4_BLOCK = 16;

/** A key that makes PIN blocks. */
export interface PinKey {
  readonly cipher: 'DES' | '3DES' | 'SM4';
  readonly value: Uint8Array;
}

/** Formats of ISO 9564 that the pads here make. */
export type BlockFormat = 0 | 1 | 2 | 3;

/**
 * A PIN block of ISO 9564 under a key. ASSUMED for SM4, whose block has 16 bytes: format 0, both its fields made as long as that.
 * @param digits ASCII, 4 to 12 of them; wiped
 * @param account the twelve digits left of the check digit
 */
export function encipheredBlock(
  format: BlockFormat,
  { cipher, value }: PinKey,
  digits: Uint8Array,
  account: string,
): Uint8Array {
  const block = cipher === 'SM4' ? longBlock0(digits, account) : shortBlock(format, digits, account);
  digits.fill(0);
  try {
    return encryptEcb(cipher, value, block);
  } finally {
    block.fill(0);
  }
}

function shortBlock(format: BlockFormat, digits: Uint8Array, account: string): Uint8Array {
  // With a check digit, which these formats leave out again.
  const number = `${account}0`;
  switch (format) {
    case 0:
      return pinBlock0(digits, number);
    case 1:
      return pinBlock1(digits);
    case 2:
      return pinBlock2(digits);
    case 3:
      return pinBlock3(digits, number);
  }
}

/** 00 and length, digits, filled with F, XOR the account digits at the right. */
function longBlock0(digits: Uint8Array, account: string): Uint8Array {
  const nibbles = [0, digits.length, ...[...digits].map((digit) => digit & 0x0f)];
  const field = Uint8Array.from({ length: SM4_BLOCK }, (_, at) => {
    const [high = 0xf, low = 0xf] = [nibbles[2 * at], nibbles[2 * at + 1]];
    return (high << 4) | low;
  });
  const zeros = new Uint8Array(SM4_BLOCK - DIGITS_OF_ACCOUNT / 2);
  concat([zeros, fromHex(account)]).forEach((byte, at) => {
    field[at] = (field[at] as number) ^ byte;
  });
  return field;
}
