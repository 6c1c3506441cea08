import { describe, expect, it } from 'vitest';
import { heardAt } from '../../../src/simulator/wire/wrong-speed.ts';

const all = Uint8Array.from({ length: 256 }, (_, at) => at);

describe('bytes at another speed', () => {
  it('are the same at the same speed', () => {
    expect(heardAt(all, 9600, 9600)).toEqual(all);
  });

  it('are the same where the clocks differ by two in a hundred', () => {
    expect(heardAt(all, 9600, 9792)).toEqual(all);
    expect(heardAt(all, 9600, 9408)).toEqual(all);
  });

  it.each([
    ['00 at half the speed is low for four and a half bits: start bit and three', [0x00], 9600, 4800, [0xf8]],
    ['00 at twice the speed has no stop bit', [0x00], 9600, 19_200, [0x00]],
    ['FF at twice the speed is a start bit twice as long', [0xff], 9600, 19_200, [0xfe]],
  ])('%s', (_, bytes, sent, heard, expected) => {
    expect([...heardAt(Uint8Array.from(bytes), sent, heard)]).toEqual(expected);
  });

  it('many slow bytes are no endless matter', () => {
    expect(heardAt(all, 300, 115_200).length).toBeLessThan(256 * 10);
    expect(heardAt(all, 115_200, 300).length).toBeLessThan(256);
  });
});
