import { describe, expect, test } from 'vitest';
import { encodeAtr, inspectAtr, parseAtr } from '../../../apdu/atr.ts';
import { fromHex } from '../../../apdu/bytes.ts';

/** Completes an ATR that needs a TCK. */
function withTck(text: string): Uint8Array {
  const bytes = fromHex(text);
  return Uint8Array.of(
    ...bytes,
    bytes.subarray(1).reduce((sum, byte) => sum ^ byte, 0),
  );
}

describe('where an ATR is wrong', () => {
  test.each([
    ['nothing', '', 'too-short', 0],
    ['TS alone', '3B', 'too-short', 1],
    ['an inverse TS that was read without reversing', '0300', 'bad-TS', 0],
    ['interface bytes cut', '3BF011', 'truncated-interface', 3],
    ['historical bytes cut', '3B6500009000', 'truncated-historical', 6],
    ['TCK missing', '3B8001', 'missing-TCK', 3],
    ['TCK wrong', '3B800182', 'bad-TCK', 3],
    ['more than 33 bytes', `3BFF${'000000F0'.repeat(4)}00000000${'41'.repeat(15)}`, 'too-long', 33],
  ])('%s', (_, text, message, offset) => {
    expect(() => parseAtr(fromHex(text))).toThrow(
      expect.objectContaining({ code: 'atr-malformed', message, details: { offset } }),
    );
  });

  test('several faults are all named, in the order of the bytes', () => {
    expect(inspectAtr(fromHex('3B820141')).faults).toEqual([
      { reason: 'truncated-historical', offset: 4 },
      { reason: 'missing-TCK', offset: 4 },
    ]);
  });
});

describe('what reserved values become', () => {
  test('WI 0 of T=0 is not stated', () => {
    expect(parseAtr(fromHex('3B80400000').subarray(0, 4)).wi).toBeUndefined();
  });

  test.each(['00', 'FF'])('IFSC %s of T=1 is not stated', (ta) => {
    expect(parseAtr(withTck(`3B808111${ta}`)).t1).toEqual({ bwi: 4, cwi: 13, edc: 'LRC' });
  });

  test('BWI over 9 of T=1 is not stated', () => {
    expect(parseAtr(withTck('3B808121A5')).t1).toEqual({ ifsc: 32, cwi: 5, edc: 'LRC' });
  });

  test('no class of T=15 is not stated', () => {
    expect(parseAtr(withTck('3B80801F40')).t15).toEqual({ clockStop: 'state-L' });
  });
});

describe('which group counts', () => {
  test('of several groups of T=1, the first from the third on', () => {
    expect(parseAtr(withTck('3B808191201140')).t1?.ifsc).toBe(0x20);
  });

  test('TA2 belongs to all protocols, not to T=15', () => {
    expect(parseAtr(withTck('3B801F80')).t15).toEqual({});
  });
});

describe('printing', () => {
  test('refuses historical bytes that T0 cannot count', () => {
    const atr = { ...parseAtr(fromHex('3B00')), historical: new Uint8Array(16) };
    expect(() => encodeAtr(atr)).toThrow(expect.objectContaining({ code: 'atr-malformed', message: 'too-long' }));
  });

  test('refuses more than 33 bytes', () => {
    const groups = Array.from({ length: 8 }, () => ({ ta: 0, tb: 0, tc: 0, td: 0 }));
    const atr = { ...parseAtr(fromHex('3B00')), groups };
    expect(() => encodeAtr(atr)).toThrow(expect.objectContaining({ message: 'too-long' }));
  });

  test('keeps what a reader added behind', () => {
    expect(encodeAtr(parseAtr(fromHex('3B00FFFF')))).toEqual(fromHex('3B00FFFF'));
  });
});
