import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { decodePps, encodePps, evaluatePps } from '../../../apdu/pps.ts';

interface Vector {
  readonly id: string;
  readonly request: string;
  readonly answer: string | null;
  readonly result: string;
  readonly Fi?: number;
  readonly Di?: number;
}

const file = new URL('../../../fixtures/vectors/readers/pps.json', import.meta.url);
const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: Vector[] };

describe('published exchanges', () => {
  test('there are as many as were copied', () => {
    expect(vectors).toHaveLength(8);
  });

  test.each(vectors)('$id: $result', ({ request, answer, result, Fi, Di }) => {
    const outcome = evaluatePps(fromHex(request), answer === null ? undefined : fromHex(answer));
    expect(outcome.result).toBe(result);
    if (Fi !== undefined) expect(outcome).toMatchObject({ fi: Fi, di: Di });
    if (result === 'accepted-default') expect(outcome).toMatchObject({ fi: 372, di: 1 });
  });

  test.each(vectors)('the request of $id is written as it stands', ({ request }) => {
    expect(toHex(encodePps(decodePps(fromHex(request))))).toBe(request);
  });
});

describe('an answer', () => {
  const request = encodePps({ protocol: 1, pps1: 0x95, pps2: 0x01, pps3: 0x02 });

  test('may leave out PPS2 and PPS3', () => {
    const answer = encodePps({ protocol: 1, pps1: 0x95 });
    expect(evaluatePps(request, answer)).toEqual({ result: 'accepted', protocol: 1, fi: 512, di: 16 });
  });

  test.each([
    ['PPS2', { protocol: 1, pps1: 0x95, pps2: 0x03 }],
    ['PPS3', { protocol: 1, pps1: 0x95, pps3: 0x03 }],
  ])('may not change %s', (_, answer) => {
    expect(evaluatePps(request, encodePps(answer)).result).toBe('rejected');
  });

  test('may not add what was not asked', () => {
    expect(evaluatePps(encodePps({ protocol: 0 }), encodePps({ protocol: 0, pps1: 0x18 })).result).toBe('rejected');
  });

  test.each([
    ['Fi', 'FF1071'],
    ['Di', 'FF1010'],
  ])('that agrees to a reserved %s gives no speed', (_, text) => {
    const bytes = fromHex(text);
    const echoed = Uint8Array.of(
      ...bytes,
      bytes.reduce((sum, byte) => sum ^ byte),
    );
    expect(evaluatePps(echoed, echoed)).toEqual({ result: 'rejected' });
  });
});

describe('reading refuses', () => {
  test.each([
    ['another first byte', 'FE0000', 0],
    ['a missing PPS0', 'FF', 1],
    ['T=15', 'FF0FF0', 1],
    ['the reserved bit', 'FF807F', 1],
    ['a missing field', 'FF1018', 3],
    ['bytes behind PCK', 'FF00FF00', 3],
    ['a wrong PCK', 'FF101800', 3],
  ])('%s', (_, text, offset) => {
    expect(() => decodePps(fromHex(text))).toThrow(
      expect.objectContaining({ code: 'pps-malformed', details: { offset } }),
    );
  });
});

describe('writing refuses', () => {
  test.each([
    ['T=15', { protocol: 15 }],
    ['a negative T', { protocol: -1 }],
    ['a broken T', { protocol: 0.5 }],
    ['a reserved Fi', { protocol: 0, pps1: 0x71 }],
    ['a reserved Di', { protocol: 0, pps1: 0x10 }],
    ['PPS1 over a byte', { protocol: 0, pps1: 0x111 }],
    ['PPS2 over a byte', { protocol: 0, pps2: 0x100 }],
    ['a negative PPS2', { protocol: 0, pps2: -1 }],
    ['a broken PPS3', { protocol: 0, pps3: 1.5 }],
  ])('%s', (_, pps) => {
    expect(() => encodePps(pps)).toThrow(expect.objectContaining({ code: 'pps-malformed' }));
  });
});
