import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { decodeCommand, encodeCommand, firstTpdu } from '../../../apdu/command.ts';

interface Vector {
  readonly id: string;
  readonly apdu: string;
  readonly valid?: false;
  readonly case: string;
  readonly Nc: number;
  readonly Ne: number;
  readonly LeField: string | null;
  readonly t0FirstTpdu: string | null;
}

const file = new URL('../../../fixtures/vectors/readers/apdu-cases.json', import.meta.url);
const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: Vector[] };
const good = vectors.filter(({ valid }) => valid !== false);
const bad = vectors.filter(({ valid }) => valid === false);

/** Le as it stands at the end of the command; in case 2E with the 00 before it. */
function leField({ apdu, case: form }: Vector, le: number | undefined): string | null {
  if (le === undefined) return null;
  const digits = { '2S': 2, '4S': 2, '2E': 6, '4E': 4 }[form];
  return apdu.slice(-(digits ?? 0));
}

describe('published cases', () => {
  test('there are as many as were copied', () => {
    expect([good.length, bad.length]).toEqual([15, 5]);
  });

  test.each(good)('$id is case $case', (vector) => {
    const decoded = decodeCommand(fromHex(vector.apdu));
    expect({
      case: decoded.case,
      Nc: decoded.data?.length ?? 0,
      Ne: decoded.le ?? 0,
      LeField: leField(vector, decoded.le),
    }).toEqual({ case: vector.case, Nc: vector.Nc, Ne: vector.Ne, LeField: vector.LeField });
  });

  test.each(good)('first TPDU of $id', ({ apdu, t0FirstTpdu }) => {
    const tpdu = firstTpdu(fromHex(apdu));
    expect(tpdu ? toHex(tpdu) : null).toBe(t0FirstTpdu);
  });

  test.each(bad)('$id is refused', ({ apdu }) => {
    expect(() => decodeCommand(fromHex(apdu))).toThrow(expect.objectContaining({ code: 'command-malformed' }));
  });
});

describe('where a command is wrong', () => {
  test.each([
    ['header cut', '00A404', 3],
    ['Lc over the data', '00A4040005A000', 4],
    ['six bytes that begin with 00', '00B000000000', 4],
    ['extended Lc of zero', '00D6000000000000', 4],
    ['extended Lc over the data', '00D600000001000000', 5],
  ])('%s', (_, text, offset) => {
    expect(() => decodeCommand(fromHex(text))).toThrow(expect.objectContaining({ details: { offset } }));
  });
});

describe('writing', () => {
  const header = { cla: 0x00, ins: 0xb0, p1: 0x00, p2: 0x00 };

  test.each([
    ['no data, no Le', {}, '00B00000'],
    ['Le 256 as 00', { le: 256 }, '00B0000000'],
    ['Le 257 as extended', { le: 257 }, '00B00000000101'],
    ['Le 65,536 as 0000', { le: 65_536 }, '00B00000000000'],
    ['data', { data: fromHex('0102') }, '00B00000020102'],
    ['data and Le', { data: fromHex('0102'), le: 1 }, '00B0000002010201'],
    ['data and a long Le', { data: fromHex('0102'), le: 257 }, '00B000000000020102 0101'],
    ['long data', { data: new Uint8Array(256) }, `00B00000000100${'00'.repeat(256)}`],
    ['long data and Le', { data: new Uint8Array(256), le: 5 }, `00B00000000100${'00'.repeat(256)}0005`],
  ])('%s', (_, fields, text) => {
    expect(encodeCommand({ ...header, ...fields })).toEqual(fromHex(text));
  });

  test.each([
    ['a class over a byte', { cla: 0x100 }, 0],
    ['a negative P1', { p1: -1 }, 2],
    ['a broken P2', { p2: 0.5 }, 3],
    ['INS 6X', { ins: 0x60 }, 1],
    ['INS 9X', { ins: 0x9f }, 1],
    ['empty data', { data: new Uint8Array() }, 4],
    ['data over 65,535 bytes', { data: new Uint8Array(65_536) }, 4],
    ['Le 0', { le: 0 }, 4],
    ['a broken Le', { le: 1.5 }, 4],
    ['Le over 65,536', { le: 65_537 }, 4],
  ])('refuses %s', (_, fields, offset) => {
    expect(() => encodeCommand({ ...header, ...fields })).toThrow(
      expect.objectContaining({ code: 'command-malformed', details: { offset } }),
    );
  });

  test('and reading give the same command', () => {
    const byte = fc.nat(255);
    const instruction = byte.filter((ins) => ins >> 4 !== 6 && ins >> 4 !== 9);
    const command = fc.record(
      {
        cla: byte,
        ins: instruction,
        p1: byte,
        p2: byte,
        data: fc.uint8Array({ minLength: 1, maxLength: 300 }),
        le: fc.integer({ min: 1, max: 65_536 }),
      },
      { requiredKeys: ['cla', 'ins', 'p1', 'p2'] },
    );
    fc.assert(
      fc.property(command, (sent) => {
        const { case: _, ...read } = decodeCommand(encodeCommand(sent));
        expect(read).toEqual(sent);
      }),
    );
  });
});
