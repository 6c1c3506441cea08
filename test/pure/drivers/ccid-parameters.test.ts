import { describe, expect, it } from 'vitest';
import { parseAtr } from '../../../apdu/atr.ts';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import type { Protocol } from '../../../drivers/reader.ts';
import { encodeCommand } from '../../../drivers/units/ccid/messages.ts';
import { setParameters, wantedSetting } from '../../../drivers/units/ccid/parameters.ts';

const BOTH: readonly Protocol[] = ['T=0', 'T=1'];
const wanted = (atr: string, protocols = BOTH, fast = true) => wantedSetting(parseAtr(fromHex(atr)), protocols, fast);
const message = (atr: string, protocol: Protocol, speed: number, sequence: number) =>
  toHex(encodeCommand(setParameters(parseAtr(fromHex(atr)), { protocol, speed }), 0, sequence));

describe('the setting for a card', () => {
  it('is the first protocol at the default speed, where the card offers nothing else', () => {
    expect(wanted('3B6800000073C84000009000')).toEqual({ protocol: 'T=0', speed: 0x11, negotiate: false });
  });

  it('is the speed of TA1, after a PPS', () => {
    expect(wanted('3B12189000')).toEqual({ protocol: 'T=0', speed: 0x18, negotiate: true });
  });

  it('is the default speed after that of TA1 has failed', () => {
    expect(wanted('3B12189000', BOTH, false)).toEqual({ protocol: 'T=0', speed: 0x11, negotiate: false });
  });

  it('is the other protocol, after a PPS, where the caller wants that', () => {
    // TD1 = 80: T=0, TD2 = 01: T=1.
    expect(wanted('3B80800101', ['T=1'])).toEqual({ protocol: 'T=1', speed: 0x11, negotiate: true });
  });

  it('is nothing, where the card offers nothing that is wanted', () => {
    expect(wanted('3B6800000073C84000009000', ['T=1'])).toBeUndefined();
  });

  it('is the one of TA2, without a PPS, in specific mode', () => {
    // TA1 = 18, TD1 = 10: T=0, TA2 = 00.
    expect(wanted('3B90181000')).toEqual({ protocol: 'T=0', speed: 0x18, negotiate: false });
    expect(wanted('3B90181000', ['T=1'])).toBeUndefined();
  });

  it('is the default speed in specific mode with implicit parameters', () => {
    expect(wanted('3B90181010')).toEqual({ protocol: 'T=0', speed: 0x11, negotiate: false });
  });

  it('is the default speed, where that of TA1 is reserved', () => {
    expect(wanted('3B127F9000')).toEqual({ protocol: 'T=0', speed: 0x11, negotiate: false });
  });
});

describe('SetParameters', () => {
  it('of T=0 has speed, guard time and WI of the card (ccid-14)', () => {
    expect(message('3B12189000', 'T=0', 0x18, 5)).toBe('610500000000050000001800000A00');
  });

  it('of T=1 has BWI, CWI and IFSC of the card (ccid-16)', () => {
    expect(message('3B80800101', 'T=1', 0x18, 6)).toBe('610700000000060100001810004D002000');
  });

  it('tells the inverse convention, guard time, WI and CRC', () => {
    // T0 = 40: TC1 = 05; then TD1 = 40: T=0, TC2 = 20.
    expect(message('3FC0054020', 'T=0', 0x11, 0)).toBe('610500000000000000001102052000');
    // TC1 = FF, TD1 = 81: T=1, TD2 = 71: TA3 = FE, TB3 = 45, TC3 = 01.
    expect(message('3BC0FF8171FE450175', 'T=1', 0x11, 0)).toBe('610700000000000100001111FF4500FE00');
  });
});
