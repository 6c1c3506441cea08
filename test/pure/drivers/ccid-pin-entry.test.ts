import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { encodeCommand } from '../../../drivers/units/ccid/messages.ts';
import { part10Features, part10Properties, part10Request } from '../../../drivers/units/ccid/part10.ts';
import { type PinQuirks, pinEntry } from '../../../drivers/units/ccid/pin-entry.ts';
import { gemplusModels } from '../../../drivers/units/ccid-gemplus/models.ts';

/** PIN_VERIFY_STRUCTURE: 30 s, bTimeOut2 00, 81 03 00, most 6 fewest 4, Enter, one message, English, index 0, length 8. */
const VERIFY = '1E00 81 03 00 0604 02 01 0904 00 000000 08000000 0020000003FFFFFF';
/** PIN_MODIFY_STRUCTURE: old PIN at 0, new at 3, most 6 fewest 4, asked twice, Enter, `messages`, indexes 0 1 2, length 11. */
const modify = (messages: string) =>
  `1E00 81 03 00 00 03 0604 01 02 ${messages} 0904 00 01 02 000000 0B000000 0024000006FFFFFFFFFFFF`;
const bytes = (text: string) => fromHex(text.replaceAll(' ', ''));
const message = (operation: 'verify' | 'modify', structure: string, quirks: PinQuirks = {}, prologue = [0, 0, 0]) => {
  const entry = pinEntry(operation, bytes(structure), quirks);
  return toHex(encodeCommand(entry.message(prologue as [number, number, number]), 0, 9)).slice(20);
};
const HEAD = '001E810300';
const TAIL = '0904000000000020000003FFFFFF';

describe('a PIN entry at the reader', () => {
  it('is the published message without bTimeOut2 and ulDataLength (ccid-20)', () => {
    const entry = pinEntry('verify', bytes(VERIFY.replace('0604', '0606')), {});
    expect(toHex(encodeCommand(entry.message([0, 0, 0]), 0, 9))).toBe(
      '69170000000009000000001E810300060602010904000000000020000003FFFFFF',
    );
  });

  it('has the prologue of the block, where the reader sends one', () => {
    expect(message('verify', VERIFY, {}, [0, 0x40, 8])).toBe(
      `${HEAD}06040201090400004008 0020000003FFFFFF`.replace(' ', ''),
    );
  });

  it.each([
    ['00', '00'],
    ['01', '0001'],
    ['02', '0001'],
    ['03', '000102'],
    ['FF', '0001'],
  ])('of a change has the indexes of its messages: %s', (messages, indexes) => {
    expect(message('modify', modify(messages))).toBe(
      `011E8103000003060401 02${messages}0904${indexes} 000000 0024000006FFFFFFFFFFFF`.replaceAll(' ', ''),
    );
  });

  it.each([
    ['1E', 90_000],
    ['00', 90_000],
    ['78', 130_000],
  ])('may take the time of the person, and 10 s more, or 90 s: %s', (seconds, wait) => {
    expect(pinEntry('verify', bytes(VERIFY.replace('1E00', `${seconds}00`)), {}).wait).toBe(wait);
  });

  it('of a change may take three times as long', () => {
    expect(pinEntry('modify', bytes(modify('03').replace('1E00', '3C00')), {}).wait).toBe(190_000);
  });

  it('hands the hole out, for the block around it', () => {
    expect(toHex(pinEntry('verify', bytes(VERIFY), {}).template)).toBe('0020000003FFFFFF');
  });

  it.each([
    ['a structure that is cut', 'verify', '1E00810300060402010904000000000800000000200000', 23],
    ['a length that is too large', 'verify', VERIFY.replace('08000000', '09000000'), 15],
    ['a length in the other order', 'modify', modify('03').replace('0B000000', '0000000B'), 20],
  ] as const)('is refused unsent: %s', (_, operation, structure, offset) => {
    expect(() => pinEntry(operation, bytes(structure), {})).toThrow(
      expect.objectContaining({
        code: 'command-malformed',
        details: expect.objectContaining({ offset, outcome: 'not-done' }),
      }),
    );
  });
});

describe('a pad with manners of its own', () => {
  it('that knows Enter alone is told Enter', () => {
    const other = VERIFY.replace('0604 02', '0604 07');
    expect(message('verify', other, { validation: 2 })).toBe(`${HEAD}06040201${TAIL}`);
  });

  it.each([
    ['verify', VERIFY.replace('02 01 0904', '02 FF 0904'), `${HEAD}06040201${TAIL}`],
    ['modify', modify('01'), '011E8103000003060401 0203 0904 000102 000000 0024000006FFFFFFFFFFFF'.replaceAll(' ', '')],
  ] as const)('that shows its own number of messages is told that: %s', (operation, structure, told) => {
    expect(message(operation, structure, { messages: { verify: 1, modify: 3 } })).toBe(told);
  });

  it('is the GemPC Pinpad', () => {
    const pads = gemplusModels.filter(({ pad }) => pad !== undefined);
    expect(pads).toEqual([
      expect.objectContaining({ name: 'pinpad', pad: { validation: 2, messages: { verify: 1, modify: 3 } } }),
    ]);
  });
});

describe('control codes of a unit with a pad', () => {
  it('are told as the public driver tells them', () => {
    expect(toHex(part10Features())).toBe('060442330006070442330007' + '0A044233000A');
  });

  it.each([
    [0x42000d48, 'features'],
    [3400, 'features'],
    [0x00313520, 'features'],
    [0x42330006, 'verify'],
    [0x42330007, 'modify'],
    [0x4233000a, 'properties'],
  ])('are known: %s', (code, request) => {
    expect(part10Request(code)).toBe(request);
  });

  it.each([0x42330001, 0x42330012, 1])('are unsupported otherwise: %s', (code) => {
    expect(() => part10Request(code)).toThrow(expect.objectContaining({ code: 'unsupported' }));
  });

  it('tell what ends an entry', () => {
    expect(toHex(part10Properties(undefined))).toBe('00000700');
    expect(toHex(part10Properties(2))).toBe('00000200');
  });
});
