import { concat, fromHex, toHex } from '../../apdu/bytes.ts';
import { type CardCipher, decryptEcb } from './blocks.ts';
import { equalInConstantTime } from './compare.ts';
import { keyCheckValue } from './des-keys.ts';
import { platformRandom } from './random.ts';

/**
 * PIN blocks of ISO 9564 and working keys of PIN pads (crypto.md 12). PINs are ASCII digits, 4 to 12 of them; every block
 * holds the PIN: the caller wipes it. Another PIN, or a card number that is none, is a RangeError.
 */

const BLOCK = 8;
const NIBBLES = 2 * BLOCK;

/** Format 0: the PIN, filled with F, XOR the card number. @param pan with its check digit */
export function pinBlock0(pin: Uint8Array, pan: string): Uint8Array {
  return mixed(
    pinField(0, pin, () => 0xf),
    panField(pan),
  );
}

/**
 * Format 1: the PIN, filled with digits of the transaction; no card number.
 * @param filling hex digits, one in each nibble, as many as the PIN leaves room for; random when left out.
 */
export function pinBlock1(pin: Uint8Array, filling: Uint8Array = platformRandom(BLOCK)): Uint8Array {
  return pinField(1, pin, nibbles(filling));
}

/** Format 2: the PIN, filled with F; for VERIFY of the financial application, in clear. */
export function pinBlock2(pin: Uint8Array): Uint8Array {
  return pinField(2, pin, () => 0xf);
}

/**
 * Format 3: as format 0, filled at random from A to F.
 * @param filling nibbles A to F; random when left out.
 */
export function pinBlock3(pin: Uint8Array, pan: string, filling: Uint8Array = randomLetters()): Uint8Array {
  if (/[^A-F]/.test(toHex(filling))) throw new RangeError('format 3 is filled with A to F');
  return mixed(pinField(3, pin, nibbles(filling)), panField(pan));
}

/**
 * Format 4, enciphered: AES over the PIN field, XOR the card number, AES again.
 * @param key 16 bytes. @param random 8 bytes; made when left out.
 */
export function encipheredPinBlock4(
  key: Uint8Array,
  pin: Uint8Array,
  pan: string,
  random: Uint8Array = platformRandom(BLOCK),
): Uint8Array {
  const field = pinField4(pin, random);
  try {
    return encryptAes(key, mixed(encryptAes(key, field), panField4(pan)));
  } finally {
    field.fill(0);
  }
}

/** 16 bytes: the PIN filled with A, then 8 random bytes. */
export function pinField4(pin: Uint8Array, random: Uint8Array): Uint8Array {
  if (random.length !== BLOCK) throw new RangeError('format 4 takes 8 random bytes');
  const field = pinField(4, pin, () => 0xa);
  const whole = concat([field, random]);
  field.fill(0);
  return whole;
}

/** 16 bytes: how many digits over twelve, the card number, zeros. */
export function panField4(pan: string): Uint8Array {
  if (!/^\d{1,19}$/.test(pan)) throw new RangeError('a card number has up to 19 digits');
  const digits = pan.padStart(12, '0');
  return fromHex(`${digits.length - 12}${digits}`.padEnd(32, '0'));
}

/**
 * Working key of a PIN pad, as it comes from the host: enciphered under the master key in ECB.
 * @param checkValue 3 or 4 bytes over a block of zeros.
 * @returns the key, which the caller wipes; `undefined` when the check value is another: it must not be loaded
 * @throws RangeError on other lengths.
 */
export function openWorkingKey(
  cipher: CardCipher,
  masterKey: Uint8Array,
  enciphered: Uint8Array,
  checkValue: Uint8Array,
): Uint8Array | undefined {
  if (enciphered.length !== 16) throw new RangeError('a working key has 16 bytes');
  if (checkValue.length !== 3 && checkValue.length !== 4) throw new RangeError('a check value has 3 or 4 bytes');
  const key = decryptEcb(cipher, masterKey, enciphered);
  if (equalInConstantTime(keyCheckValue(cipher, key, checkValue.length), checkValue)) return key;
  key.fill(0);
  return undefined;
}

/** Format, length, digits, and filling for the nibbles that are left. @param fill of the nibble after `at` digits more */
function pinField(format: number, pin: Uint8Array, fill: (at: number) => number): Uint8Array {
  if (pin.length < 4 || pin.length > 12 || pin.some((digit) => digit < 0x30 || digit > 0x39))
    throw new RangeError('a PIN has 4 to 12 digits');
  const field = Uint8Array.of((format << 4) | pin.length, 0, 0, 0, 0, 0, 0, 0);
  for (let at = 2; at < NIBBLES; at++) {
    const digit = pin[at - 2];
    const nibble = digit === undefined ? fill(at - 2 - pin.length) : digit & 0x0f;
    field[at >> 1] = (field[at >> 1] as number) | (at % 2 === 0 ? nibble << 4 : nibble);
  }
  return field;
}

/** `0000` and the twelve digits left of the check digit. */
function panField(pan: string): Uint8Array {
  if (!/^\d{13,19}$/.test(pan)) throw new RangeError('a card number has 13 to 19 digits');
  return fromHex(`0000${pan.slice(-13, -1)}`);
}

function nibbles(bytes: Uint8Array): (at: number) => number {
  return (at) => {
    const byte = bytes[at >> 1];
    if (byte === undefined) throw new RangeError('too few digits to fill the block with');
    return at % 2 === 0 ? byte >> 4 : byte & 0x0f;
  };
}

/** Writes the second into the first, which holds a PIN and is needed no more. */
function mixed(field: Uint8Array, other: Uint8Array): Uint8Array {
  other.forEach((byte, at) => {
    field[at] = (field[at] as number) ^ byte;
  });
  return field;
}

function randomLetters(): Uint8Array {
  const { randomInt } = process.getBuiltinModule('node:crypto');
  return Uint8Array.from({ length: BLOCK }, () => randomInt(0xa, 0x10) * 16 + randomInt(0xa, 0x10));
}

/** Every platform has AES; there is no second provider of it. */
function encryptAes(key: Uint8Array, data: Uint8Array): Uint8Array {
  if (key.length !== 16) throw new RangeError('a key of AES has 16 bytes here');
  const engine = process.getBuiltinModule('node:crypto').createCipheriv('aes-128-ecb', key, null);
  engine.setAutoPadding(false);
  return new Uint8Array(engine.update(data));
}
