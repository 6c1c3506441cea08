import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../apdu/bytes.ts';
import { bcdOf, Pin } from '../../../src/crypto/pin.ts';

const ascii = (digits: string) => new TextEncoder().encode(digits);

describe('a PIN', () => {
  it('is wiped when its use settles, and by its owner too', async () => {
    const bytes = ascii('735190');
    const pin = Pin.fromDigits(bytes);
    await pin.use(async (digits) => expect(digits).toEqual(ascii('735190')));
    expect(bytes).toEqual(new Uint8Array(6));
  });

  it('is wiped when its use fails', async () => {
    const bytes = ascii('735190');
    const use = Pin.fromDigits(bytes).use(() => Promise.reject(new Error('pulled')));
    await expect(use).rejects.toThrow('pulled');
    expect(bytes).toEqual(new Uint8Array(6));
  });

  it('is used once', async () => {
    const pin = Pin.fromDigits(ascii('735190'));
    await pin.use(async () => {});
    await expect(pin.use(async () => {})).rejects.toThrow(RangeError);
    expect(() => pin.judge(() => true)).toThrow(RangeError);
  });

  it('is wiped at the end of its block', () => {
    const bytes = ascii('735190');
    {
      using pin = Pin.fromDigits(bytes);
      expect(pin).toHaveLength(6);
    }
    expect(bytes).toEqual(new Uint8Array(6));
  });

  it('is not printed', () => {
    const pin = Pin.fromDigits(ascii('735190'));
    const printed = [`${pin}`, JSON.stringify({ pin }), inspect(pin), inspect({ pin }, { showHidden: true, depth: 9 })];
    for (const text of printed) {
      expect(text).toContain('[PIN]');
      expect(text).not.toMatch(/735190|37|55, 51/);
    }
  });

  it.each([
    ['735190', '735190', true],
    ['735190', '735191', false],
    ['735190', '7351900', false],
    ['', '', true],
  ])('%s and %s are the same: %s', (one, other, same) => {
    expect(Pin.fromDigits(ascii(one)).equals(Pin.fromDigits(ascii(other)))).toBe(same);
  });
});

describe('BCD of a PIN (6.6)', () => {
  it.each([
    ['1234', '1234'],
    ['12345', '12345F'],
    ['735190', '735190'],
    ['7351904', '7351904F'],
    ['12345678', '12345678'],
    ['', ''],
  ])('%s', (digits, hex) => {
    expect(toHex(bcdOf(ascii(digits)))).toBe(hex);
  });
});
