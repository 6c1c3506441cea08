import { describe, expect, test } from 'vitest';
import { fromHex } from '../../../apdu/bytes.ts';
import { encodeResponse, parseResponse } from '../../../apdu/response.ts';

describe('an answer', () => {
  test('of two bytes is a status word alone', () => {
    expect(parseResponse(fromHex('6A82'))).toEqual({ data: new Uint8Array(), sw: 0x6a82 });
  });

  test('ends with the status word', () => {
    expect(parseResponse(fromHex('01029000'))).toEqual({ data: fromHex('0102'), sw: 0x9000 });
  });

  test.each(['', '90'])('of too few bytes (%s) is refused', (text) => {
    expect(() => parseResponse(fromHex(text))).toThrow(
      expect.objectContaining({ code: 'answer-malformed', details: { offset: text.length / 2 } }),
    );
  });

  test('is written with the status word last', () => {
    expect(encodeResponse({ data: fromHex('0102'), sw: 0x61ff })).toEqual(fromHex('010261FF'));
  });

  test.each([-1, 0x10000, 0.5])('with a status word of %s is not written', (sw) => {
    expect(() => encodeResponse({ data: fromHex('01'), sw })).toThrow(
      expect.objectContaining({ code: 'answer-malformed' }),
    );
  });
});
