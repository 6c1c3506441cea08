import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import {
  type CcidCommand,
  decodeAnswer,
  decodeNotice,
  encodeCommand,
  fits,
  isCommand,
  powerOn,
  transfer,
} from '../../../drivers/units/ccid/messages.ts';
import vectors from '../../../fixtures/vectors/readers/ccid-messages.json' with { type: 'json' };

const hexOf = new Map(vectors.vectors.map(({ id, hex }) => [id, hex]));
const hex = (id: string) => hexOf.get(id) ?? '';

/** Every message to the reader, in words: command, bSlot, bSeq. */
const COMMANDS: Readonly<Record<string, readonly [CcidCommand, number, number]>> = {
  'ccid-01': [{ kind: 'slot-status' }, 0, 0],
  'ccid-05': [powerOn('5'), 0, 1],
  'ccid-07': [powerOn('1.8'), 2, 7],
  'ccid-08': [{ kind: 'power-off' }, 0, 2],
  'ccid-10': [transfer(fromHex('0084000008')), 0, 3],
  'ccid-14': [{ kind: 'set-parameters', data: fromHex('1800000A00') }, 0, 5],
  'ccid-16': [{ kind: 'set-parameters', specific: [1, 0, 0], data: fromHex('1810004D002000') }, 0, 6],
  'ccid-18': [{ kind: 'escape', data: Uint8Array.of(2) }, 0, 8],
  'ccid-20': [{ kind: 'secure', data: fromHex('001E810300060602010904000000000020000003FFFFFF') }, 0, 9],
  'ccid-24': [{ kind: 'abort' }, 0, 10],
  'ccid-27': [transfer(fromHex('00000000'), 1), 1, 0x21],
};

const head = { slot: 0, card: 'active', command: 'ok', error: 0, last: 0, data: '' };
/** Every answer, in words. */
const ANSWERS: Readonly<Record<string, object>> = {
  'ccid-02': { ...head, kind: 'slot-status', sequence: 0, card: 'inactive' },
  'ccid-03': { ...head, kind: 'slot-status', sequence: 0, card: 'absent' },
  'ccid-04': { ...head, kind: 'slot-status', sequence: 0, card: 'absent', command: 'failed', error: 0xfe },
  'ccid-06': { ...head, kind: 'data-block', sequence: 1, data: '3B6800000073C84000009000' },
  'ccid-09': { ...head, kind: 'slot-status', sequence: 2, card: 'inactive', last: 1 },
  'ccid-11': { ...head, kind: 'data-block', sequence: 3, data: '11223344556677889000' },
  'ccid-12': { ...head, kind: 'data-block', sequence: 3, command: 'time-extension', error: 5 },
  'ccid-13': { ...head, kind: 'data-block', sequence: 4, command: 'failed', error: 0xfd },
  'ccid-15': { ...head, kind: 'parameters', sequence: 5, data: '1800000A00' },
  'ccid-17': { ...head, kind: 'parameters', sequence: 6, command: 'failed', error: 0x0a, last: 1 },
  'ccid-19': { ...head, kind: 'escape', sequence: 8, data: '47656D5477696E2D56322E30302D474C3034' },
  'ccid-21': { ...head, kind: 'data-block', sequence: 9, data: '9000' },
  'ccid-22': { ...head, kind: 'data-block', sequence: 9, command: 'failed', error: 0xef },
  'ccid-23': { ...head, kind: 'data-block', sequence: 9, command: 'failed', error: 0xf0 },
  'ccid-28': { ...head, kind: 'data-block', slot: 1, sequence: 0x21, last: 0x10 },
};

const gone = { present: false, changed: false };
const NOTICES: Readonly<Record<string, object>> = {
  'ccid-25': { kind: 'slot-change', slots: [{ present: true, changed: true }, gone, gone, gone] },
  'ccid-26': {
    kind: 'slot-change',
    slots: [{ present: false, changed: true }, { present: true, changed: true }, gone, gone],
  },
};

const offsetOf = (act: () => unknown) => {
  try {
    act();
  } catch (error) {
    return (error as { details: { offset: number } }).details.offset;
  }
  return undefined;
};

describe('messages of CCID', () => {
  it('are all told in this test', () => {
    const told = [COMMANDS, ANSWERS, NOTICES].flatMap((list) => Object.keys(list));
    expect(told.sort()).toEqual([...hexOf.keys()].sort());
  });

  it.each(Object.entries(COMMANDS))('to the reader are made: %s', (id, [command, slot, sequence]) => {
    expect(toHex(encodeCommand(command, slot, sequence))).toBe(hex(id));
    expect(isCommand(fromHex(hex(id)))).toBe(true);
  });

  it.each(Object.entries(ANSWERS))('from the reader are read: %s', (id, told) => {
    const answer = decodeAnswer(fromHex(hex(id)));
    expect({ ...answer, data: toHex(answer.data) }).toEqual(told);
    expect(isCommand(fromHex(hex(id)))).toBe(false);
  });

  it.each(Object.entries(NOTICES))('of its own accord are read: %s', (id, told) => {
    expect(decodeNotice(fromHex(hex(id)))).toEqual(told);
  });

  it('tell of hardware that fails', () => {
    expect(decodeNotice(fromHex('51020701'))).toEqual({ kind: 'hardware-error', slot: 2, sequence: 7, code: 1 });
  });

  it.each([
    ['a type that no reader sends', '65000000000000010000', 0],
    ['a type above the last one', '85000000000000010000', 0],
    ['a header that is cut', '810000000000000100', 9],
    ['a dwLength that is too large', '80030000000003000000 9000', 1],
    ['a dwLength that is too small', '80010000000003000000 9000', 1],
    ['a reserved state of the card', '81000000000000030000', 7],
    ['a reserved state of the command', '81000000000000C00000', 7],
    ['nothing', '', 0],
  ])('are refused: %s', (_, bytes, offset) => {
    expect(offsetOf(() => decodeAnswer(fromHex(bytes.replace(' ', ''))))).toBe(offset);
  });

  it.each([
    ['no notice', '8000', 0],
    ['a notice without a slot', '50', 0],
    ['a hardware error that is cut', '510000', 3],
    ['a hardware error that goes on', '5100000100', 5],
  ])('of its own accord are refused: %s', (_, bytes, offset) => {
    expect(offsetOf(() => decodeNotice(fromHex(bytes)))).toBe(offset);
  });

  it('have the type that belongs to the command, or refuse', () => {
    const block = decodeAnswer(fromHex(hex('ccid-06')));
    expect(fits(powerOn('auto'), block)).toBe(true);
    expect(fits({ kind: 'slot-status' }, block)).toBe(false);
    expect(fits(powerOn('5'), decodeAnswer(fromHex(hex('ccid-04'))))).toBe(true);
  });
});
