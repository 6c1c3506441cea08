import { describe, expect, it } from 'vitest';
import { parseAtr } from '../../../apdu/atr.ts';
import { fromHex } from '../../../apdu/bytes.ts';
import { chooseProtocol, type T0Parameters, type T1Parameters } from '../../../apdu/protocol.ts';
import { t0Times, t1Times } from '../../../apdu/times.ts';

/** 9600 bit/s at F/D = 372. */
const CLOCK = 3_571_200;
const ETU = 1000 / 9600;

const t0 = (hex: string, fast = true) => {
  const atr = parseAtr(fromHex(hex));
  return t0Times(atr, chooseProtocol(atr, [0], fast) as T0Parameters, CLOCK);
};
const t1 = (hex: string, fast = true) => {
  const atr = parseAtr(fromHex(hex));
  return t1Times(atr, chooseProtocol(atr, [1], fast) as T1Parameters, CLOCK);
};

describe('times of T=0', () => {
  it('by default: a bit of 104 µs, a WT of one second', () => {
    const { etu, guard, waiting } = t0('3B009000');
    expect(etu).toBeCloseTo(ETU, 9);
    expect(guard).toBeCloseTo(12 * ETU, 9);
    expect(waiting).toBeCloseTo(1000, 9);
  });

  it('WT does not shrink when the speed rises', () => {
    const { etu, waiting } = t0('3B12189000');
    expect(etu).toBeCloseTo(ETU / 12, 9);
    expect(waiting).toBeCloseTo(1000, 9);
  });

  it('WT counts clocks of the Fi of TA1, also before a PPS', () => {
    // TA1 = 95: Fi 512.
    expect(t0('3B12959000', false).waiting).toBeCloseTo((1000 * 512) / 372, 9);
  });

  it('WT takes the default Fi where that of TA1 is reserved', () => {
    expect(t0('3B127F9000').waiting).toBeCloseTo(1000, 9);
  });

  it('WT is that of WI', () => {
    // TD1 = 40: T=0, TC2 = 20.
    expect(t0('3B80402000').waiting).toBeCloseTo(3200, 9);
  });

  it('the guard time has N bits more, and none for 255', () => {
    expect(t0('3B400A').guard).toBeCloseTo(22 * ETU, 9);
    expect(t0('3B40FF').guard).toBeCloseTo(12 * ETU, 9);
  });

  it('N counts bits of TA1 where the card has a T=15 group, at whatever speed', () => {
    // TA1 = 18, TC1 = 0C; in the second ATR TD1 = 80, TD2 = 1F, TA3 = 03 besides.
    expect(t0('3B50180C', false).guard).toBeCloseTo(24 * ETU, 9);
    expect(t0('3BD0180C801F0358', false).guard).toBeCloseTo(13 * ETU, 9);
  });

  it('N counts default bits where a T=15 group stands without TA1', () => {
    // TC1 = 0C, TD1 = 80, TD2 = 1F, TA3 = 03.
    expect(t0('3BC00C801F0350').guard).toBeCloseTo(24 * ETU, 9);
  });

  it.each([0x71, 0x10])('there is no speed %s', (speed) => {
    const atr = parseAtr(fromHex('3B009000'));
    const parameters = { ...(chooseProtocol(atr, [0]) as T0Parameters), speed };
    expect(() => t0Times(atr, parameters, CLOCK)).toThrow(RangeError);
  });
});

describe('times of T=1', () => {
  it('by default: CWI 13, a BWT of 1.6 s', () => {
    // TD1 = 01: T=1.
    const { etu, guard, character, block, turnAround } = t1('3B800181');
    expect(etu).toBeCloseTo(ETU, 9);
    expect(guard).toBeCloseTo(12 * ETU, 9);
    expect(character).toBeCloseTo((11 + 8192) * ETU, 9);
    expect(block).toBeCloseTo(11 * ETU + 1600, 9);
    expect(turnAround).toBeCloseTo(22 * ETU, 9);
  });

  it('BWT does not shrink when the speed rises, but for its 11 bits', () => {
    const { character, block } = t1('3B9018800109');
    expect(character).toBeCloseTo((8203 * ETU) / 12, 9);
    expect(block).toBeCloseTo((11 * ETU) / 12 + 1600, 9);
  });

  it('an N of 255 takes one bit off', () => {
    expect(t1('3BC0FF8171FE450175').guard).toBeCloseTo(11 * ETU, 9);
  });
});
