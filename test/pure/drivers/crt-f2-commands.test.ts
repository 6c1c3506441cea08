import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import * as commands from '../../../drivers/units/crt-f2/commands.ts';
import { crtF2Frame, crtF2Framer } from '../../../drivers/units/crt-f2/framer.ts';
import { crtF2Policy } from '../../../drivers/units/crt-f2/policy.ts';
import { refusalError } from '../../../drivers/units/refusals.ts';

const CHALLENGE = fromHex('0084000008');
const RANDOM = '11223344556677889000';
const ATR = '3B6800000073C84000009000';

const vectors: readonly { id: string; hex: string }[] = JSON.parse(
  readFileSync(new URL('../../../fixtures/vectors/readers/crt-f2.json', import.meta.url), 'utf8'),
).vectors;
const hexOf = (id: string) => vectors.find((vector) => vector.id === id)?.hex ?? '';
const answerOf = (id: string, asked: Uint8Array) => {
  const frame = crtF2Framer()
    .push(fromHex(hexOf(id)))
    .find(({ kind }) => kind === 'frame');
  return frame?.kind === 'frame' ? commands.readAnswer(frame.text, asked) : undefined;
};

describe('commands of F2 are those of the vectors', () => {
  it.each([
    ['f2-01', commands.initialise, 0],
    ['f2-04', commands.status, 0],
    ['f2-06', commands.moves.contacts, 0],
    ['f2-07', commands.coldReset('card', 0x33), 0],
    ['f2-10', commands.apdu('card', undefined, CHALLENGE), 0],
    ['f2-12', commands.selectSam(1), 0],
    ['f2-13', commands.coldReset('sam', 0x35), 0],
    ['f2-16', commands.warmReset('sam'), 0],
    ['f2-22', commands.initialise, 5],
  ])('%s', (id, text, address) => {
    expect(toHex(crtF2Frame(text, address))).toBe(hexOf(id));
  });

  it('of the protocol that the caller fixed have a number of their own', () => {
    expect(toHex(commands.apdu('card', 'T=0', CHALLENGE))).toBe('435133' + '0084000008');
    expect(toHex(commands.apdu('sam', 'T=1', CHALLENGE))).toBe('435234' + '0084000008');
  });
});

describe('answers of F2', () => {
  const reset = commands.coldReset('card', 0x33);
  it.each([
    ['f2-03', commands.initialise, '0', '4352542D3539312D4D303031'],
    ['f2-05', commands.status, '2', ''],
    ['f2-08', reset, '2', `30${ATR}`],
    ['f2-09', reset, '2', '313BDA18FF81B1FE751F030031F573C001600090001C'],
    ['f2-11', commands.apdu('card', undefined, CHALLENGE), '2', RANDOM],
    ['f2-18', fromHex('435232'), '0', '3131'],
    ['f2-21', commands.apdu('card', undefined, CHALLENGE), '2', '03F203069000'],
  ])('%s is positive', (id, asked, place, data) => {
    expect(answerOf(id, asked)).toEqual({ kind: 'done', place, data: fromHex(data) });
  });

  it.each([
    ['f2-14', commands.coldReset('sam', 0x35), 0x61],
    ['f2-15', commands.coldReset('sam', 0x35), 0x61],
    ['f2-23', fromHex('435132'), 0xb0],
  ])('%s is negative', (id, asked, error) => {
    expect(answerOf(id, asked)).toEqual({ kind: 'refused', error, data: new Uint8Array(0) });
  });

  it('to another command are none', () => {
    expect(answerOf('f2-05', reset)).toBeUndefined();
  });

  it.each([
    ['f2-08', 'T=0'],
    ['f2-09', 'T=1'],
  ])('%s tells answer to reset and protocol', (id, protocol) => {
    const answer = answerOf(id, reset);
    expect(commands.readReset(answer?.data ?? new Uint8Array(0))?.protocol).toBe(protocol);
  });

  it.each([
    [0x63, 'command', 'card-mute', 'unknown'],
    [0x64, 'command', 'card-protocol', 'unknown'],
    [0x65, 'command', 'card-reset', 'not-done'],
    [0x61, 'reset', 'card-unresponsive', 'unknown'],
    [0x10, 'act', 'unit-refused', 'unknown'],
    [0x77, 'act', 'unit-refused', 'unknown'],
  ] as const)('error %i at a %s is %s', (code, during, name, outcome) => {
    const error = refusalError(crtF2Policy.refusals, code, during);
    expect([error.code, error.details.outcome]).toEqual([name, outcome]);
  });
});
