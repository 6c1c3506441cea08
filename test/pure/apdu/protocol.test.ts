import { describe, expect, it } from 'vitest';
import { parseAtr } from '../../../apdu/atr.ts';
import { fromHex } from '../../../apdu/bytes.ts';
import { chooseProtocol } from '../../../apdu/protocol.ts';

const choose = (atr: string, wanted: readonly (0 | 1)[] = [0, 1], fast = true) =>
  chooseProtocol(parseAtr(fromHex(atr)), wanted, fast);

const T0 = { protocol: 0, convention: 'direct', extraGuardTime: 0, wi: 10 };
const T1 = { protocol: 1, convention: 'direct', extraGuardTime: 0, ifsc: 32, bwi: 4, cwi: 13, edc: 'LRC' };

describe('what runs between a card and its reader', () => {
  it('is the first protocol at the default speed, where the card offers nothing else', () => {
    expect(choose('3B6800000073C84000009000')).toEqual({ ...T0, speed: 0x11 });
  });

  it('is the speed of TA1, after a PPS', () => {
    expect(choose('3B12189000')).toEqual({ ...T0, speed: 0x18, pps: { protocol: 0, pps1: 0x18 } });
  });

  it('is the default speed after that of TA1 has failed', () => {
    expect(choose('3B12189000', [0], false)).toEqual({ ...T0, speed: 0x11 });
  });

  it('is the other protocol, after a PPS, where the caller wants that', () => {
    // TD1 = 80: T=0, TD2 = 01: T=1.
    expect(choose('3B80800101', [1])).toEqual({ ...T1, speed: 0x11, pps: { protocol: 1 } });
    expect(choose('3B80800101', [1, 0])).toMatchObject({ protocol: 0 });
  });

  it('is the other protocol at the speed of TA1, after one PPS', () => {
    expect(choose('3B9018800109', [1])).toEqual({ ...T1, speed: 0x18, pps: { protocol: 1, pps1: 0x18 } });
  });

  it('is nothing, where the card offers nothing that is wanted', () => {
    expect(choose('3B6800000073C84000009000', [1])).toBeUndefined();
    expect(choose('3B6800000073C84000009000', [])).toBeUndefined();
  });

  it('is that of TA2, without a PPS, in specific mode', () => {
    // TA1 = 18, TD1 = 10: T=0, TA2 = 00.
    expect(choose('3B90181000')).toEqual({ ...T0, speed: 0x18 });
    expect(choose('3B90181000', [1])).toBeUndefined();
  });

  it('is the default speed in specific mode with implicit parameters', () => {
    expect(choose('3B90181010')).toEqual({ ...T0, speed: 0x11 });
  });

  it('is the default speed, where that of TA1 is reserved', () => {
    expect(choose('3B127F9000')).toEqual({ ...T0, speed: 0x11 });
  });

  it('has what the card says of its convention and times', () => {
    // T0 = C0: TC1 = 05, TD1 = 40: T=0, TC2 = 20.
    expect(choose('3FC0054020')).toEqual({ ...T0, convention: 'inverse', extraGuardTime: 5, wi: 0x20, speed: 0x11 });
  });

  it('has what the card says of its blocks', () => {
    // TC1 = FF, TD1 = 81: T=1, TD2 = 71: TA3 = FE, TB3 = 45, TC3 = 01.
    const blocks = { extraGuardTime: 255, ifsc: 254, bwi: 4, cwi: 5, edc: 'CRC' };
    expect(choose('3BC0FF8171FE450175')).toEqual({ ...T1, ...blocks, speed: 0x11 });
  });
});
