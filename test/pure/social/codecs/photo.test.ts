import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../../apdu/bytes.ts';
import { photoOf } from '../../../../src/social/codecs/photo.ts';

/** A small JPEG: start, APP1 with a thumbnail that has an end of its own, quantisation, scan with FF00 and a restart, end. */
const THUMBNAIL = 'FFD8FFDB000401 02FFD9';
const APP1 = `FFE1 000E ${'4578'} ${THUMBNAIL.replaceAll(' ', '')}`;
const SCAN = 'FFDA 0004 0100 1234FF00 56FFD0 789A';
const JPEG = `FFD8 ${APP1} FFFFDB 0004 0102 ${SCAN} FFD9`.replaceAll(' ', '');

const file = (hex: string, size = 0x100) => fromHex(hex.padEnd(2 * size, 'F'));

describe('the photo in its file', () => {
  it('ends at its own end, not at that of its thumbnail', () => {
    const photo = photoOf(file(JPEG));
    expect(photo.kind === 'photo' && toHex(photo.jpeg)).toBe(JPEG);
  });

  it('may fill the file to the last byte', () => {
    expect(photoOf(fromHex(JPEG))).toMatchObject({ kind: 'photo' });
  });

  it.each([
    ['empty', 'FF'.repeat(16)],
    ['empty', '00'.repeat(16)],
    ['empty', ''],
    ['not-jpeg', '89504E47'],
    ['not-jpeg', 'FFD8 0102'],
    ['not-jpeg', 'FFD8 FFDB 0001'],
    ['not-jpeg', 'FFD8 FFD8'],
    ['not-jpeg', 'FFD8 FF00'],
  ])('%s: %s', (reason, hex) => {
    expect(photoOf(fromHex(hex))).toEqual({ kind: 'none', reason });
  });

  it('is cut wherever the file ends before it does', () => {
    for (let end = 4; end < JPEG.length; end += 2) {
      expect([end, photoOf(fromHex(JPEG.slice(0, end)))]).toEqual([end, { kind: 'none', reason: 'cut' }]);
    }
  });

  it('is cut, too, where only the filling follows', () => {
    expect(photoOf(file(JPEG.slice(0, -4)))).toEqual({ kind: 'none', reason: 'cut' });
  });
});
