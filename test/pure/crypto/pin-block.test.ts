import { describe, expect, it } from 'vitest';
import { toHex } from '../../../apdu/bytes.ts';
import { isLuhnNumber, luhnCheckDigit, normalCitizenNumber } from '../../../src/crypto/check-digits.ts';
import {
  encipheredPinBlock4,
  openWorkingKey,
  panField4,
  pinBlock0,
  pinBlock1,
  pinBlock3,
} from '../../../src/crypto/pin-block.ts';

const PIN = new TextEncoder().encode('735190');
const PAN = '6200000000000000';

describe('PIN blocks', () => {
  it('of format 1 are filled at random', () => {
    const [one, other] = [pinBlock1(PIN), pinBlock1(PIN)].map(toHex);
    expect([one?.slice(0, 8), one === other]).toEqual(['16735190', false]);
  });

  it('of format 3 are filled with letters at random', () => {
    // Nothing but zeros in the card number: what is left of PIN and filling is in clear.
    const blocks = Array.from({ length: 20 }, () => toHex(pinBlock3(PIN, '0000000000000')));
    expect(blocks.every((block) => /^36735190[A-F]{8}$/.test(block))).toBe(true);
    expect(new Set(blocks).size).toBeGreaterThan(1);
  });

  it('of format 4 are other ones each time', () => {
    const [one, other] = [1, 2].map(() => toHex(encipheredPinBlock4(new Uint8Array(16), PIN, PAN)));
    expect(one).not.toBe(other);
  });

  it('of format 4 fill a short card number on the left', () => {
    expect(toHex(panField4('6200000001'))).toBe('00062000000010000000000000000000');
  });

  it.each([
    ['a card number of twelve digits', () => pinBlock0(PIN, PAN.slice(0, 12))],
    ['a card number with a letter', () => pinBlock0(PIN, `${PAN.slice(1)}A`)],
    ['digits as filling of format 3', () => pinBlock3(PIN, PAN, new Uint8Array(7))],
    ['too little filling', () => pinBlock1(PIN, new Uint8Array(3))],
    ['half of the random bytes', () => encipheredPinBlock4(new Uint8Array(16), PIN, PAN, new Uint8Array(4))],
    ['another key of AES', () => encipheredPinBlock4(new Uint8Array(24), PIN, PAN)],
  ])('refuse %s', (_, make) => {
    expect(make).toThrow(RangeError);
  });
});

describe('a working key', () => {
  it.each([
    ['of eight bytes', new Uint8Array(8), new Uint8Array(3)],
    ['with two bytes of check value', new Uint8Array(16), new Uint8Array(2)],
  ])('%s is a fault of the program', (_, enciphered, check) => {
    expect(() => openWorkingKey('3DES', new Uint8Array(16), enciphered, check)).toThrow(RangeError);
  });
});

describe('check digits', () => {
  it.each(['', '1', '12a4', '７９９２'])('%j is no bank card number', (text) => {
    expect(isLuhnNumber(text)).toBe(false);
  });

  it('end a bank card number', () => {
    expect(isLuhnNumber(`6200000000000000${luhnCheckDigit('6200000000000000')}`)).toBe(true);
  });

  it.each(['', '32049918000101001', '3204991800010100１１', '320499180001010X10'])(
    '%j is no citizen number',
    (text) => {
      expect(normalCitizenNumber(text)).toBeUndefined();
    },
  );

  it('are not made of letters', () => {
    expect(() => luhnCheckDigit('62000A')).toThrow(RangeError);
  });
});
