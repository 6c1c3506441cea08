import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { SscardError } from '../../../apdu/errors.ts';
import { featureRequest, readFeatures } from '../../../drivers/pinpad/part10/features.ts';
import { mannersOf } from '../../../drivers/pinpad/part10/quirks.ts';
import { ReaderPad } from '../../../drivers/pinpad/part10/reader-pad.ts';
import { modifyStructure, verifyStructure } from '../../../drivers/pinpad/part10/structures.ts';
import type { Channel, ChannelFeature } from '../../../drivers/reader.ts';

const VERIFY = { command: fromHex('0020000003FFFFFF'), blockBytes: 3, least: 6, most: 6 };
const CHANGE = { ...VERIFY, command: fromHex('805E010007FFFFFFFFFFFFFF'), oldAt: 0, newAt: 4 };

/** By hand from PC/SC part 10, 2.5.2 and 2.5.3, in the order of the fields. */
describe('what a reader is told', () => {
  const plain = mannersOf('Some Reader').manners;

  it('of a verification', () => {
    expect(toHex(verifyStructure(VERIFY, plain))).toBe(
      ['1E', '1E', '81', '03', '00', '0606', '02', '01', '0408', '00', '000000', '08000000', '0020000003FFFFFF'].join(
        '',
      ),
    );
  });

  it('of a change', () => {
    expect(toHex(modifyStructure(CHANGE, plain))).toBe(
      [
        ...['1E', '1E', '81', '03', '00', '00', '04', '0606', '03', '02', '03', '0408', '00', '01', '02', '000000'],
        ...['0C000000', '805E010007FFFFFFFFFFFFFF'],
      ].join(''),
    );
  });

  it.each([
    ['a block outside of the command', { ...VERIFY, blockBytes: 4 }],
    ['more digits than the block holds', { ...VERIFY, most: 7 }],
    ['no digits', { ...VERIFY, least: 0 }],
    ['fewer at most than at least', { ...VERIFY, least: 5, most: 4 }],
    ['a command whose Lc is another', { ...VERIFY, command: fromHex('0020000004FFFFFF') }],
  ])('never %s', (_, template) => {
    expect(() => verifyStructure(template, plain)).toThrow(RangeError);
    expect(() => modifyStructure({ ...template, oldAt: 0, newAt: 0 }, plain)).toThrow(RangeError);
  });
});

describe('readers with manners of their own', () => {
  it.each([
    ['Gemalto PC Pinpad 00 00', 7, '02', '00'],
    ['Gemplus GemPC Pinpad', 7, '02', '00'],
    ['VEGA-ALPHA', 7, '02', '00'],
  ])('%s shows one message, and waits for enter', (name, at, validation, messages) => {
    const bytes = toHex(verifyStructure(VERIFY, mannersOf(name).manners));
    expect([bytes.slice(2 * at, 2 * at + 2), bytes.slice(2 * at + 2, 2 * at + 4)]).toEqual([validation, messages]);
  });

  it('Dell keyboards read the lengths the other way round', () => {
    const { manners } = mannersOf('Dell Smart Card Reader Keyboard 00 00');
    expect(toHex(verifyStructure({ ...VERIFY, least: 4 }, manners)).slice(10, 14)).toBe('0406');
    expect(toHex(verifyStructure({ ...VERIFY, least: 4 }, mannersOf('x').manners)).slice(10, 14)).toBe('0604');
  });

  it('HP keyboards are given time to see the enter key go up', () => {
    expect(mannersOf('HP USB Smart Card Keyboard').settle).toBe(250);
    expect(mannersOf('Some Reader').settle).toBe(0);
  });
});

describe('features', () => {
  it('are read as a reader gives them', () => {
    const features = readFeatures(fromHex('060442330006' + '070442330007' + '0A044233000A'));
    expect([...features]).toEqual([
      [6, 0x42330006],
      [7, 0x42330007],
      [10, 0x4233000a],
    ]);
  });

  it.each(['06', '0604', '06034233 00', '060442330006 07'])('are refused when they are cut: %s', (hex) => {
    expect(() => readFeatures(fromHex(hex))).toThrow('features');
  });

  it('are asked for with the code of the platform', () => {
    expect(featureRequest('linux')).toBe(0x42000d48);
    expect(featureRequest('win32')).toBe(0x313520);
  });
});

/** A channel of which only the control codes are looked at. */
function channelWith(answers: Readonly<Record<number, string | SscardError>>, name = 'Some Reader') {
  const asked: string[] = [];
  const control = async (code: number, data: Uint8Array) => {
    asked.push(`${code.toString(16)} ${toHex(data)}`);
    const answer = answers[code];
    if (answer === undefined) throw new SscardError('unsupported', 'no such code');
    if (answer instanceof SscardError) throw answer;
    return fromHex(answer);
  };
  const channel = { slot: name, lacks: new Set<ChannelFeature>(), control } as unknown as Channel;
  return { channel, asked };
}

const FEATURES = { [featureRequest()]: '060442330006070442330007' };

describe('the keys of a reader', () => {
  it('are none where there are no control codes', async () => {
    const { channel } = channelWith({});
    expect(await ReaderPad.of({ ...channel, lacks: new Set(['control']) } as Channel)).toBeUndefined();
    expect(await ReaderPad.of(channel)).toBeUndefined();
    expect(await ReaderPad.of(channelWith({ [featureRequest()]: '' }).channel)).toBeUndefined();
  });

  it('an error that says something else goes on', async () => {
    const { channel } = channelWith({ [featureRequest()]: new SscardError('reader-lost', 'gone') });
    await expect(ReaderPad.of(channel)).rejects.toMatchObject({ code: 'reader-lost' });
  });

  it('can what the reader says', async () => {
    const both = await ReaderPad.of(channelWith(FEATURES).channel);
    const one = await ReaderPad.of(channelWith({ [featureRequest()]: '060442330006' }).channel);
    expect([[...(both?.can ?? [])], [...(one?.can ?? [])]]).toEqual([['verify', 'modify'], ['verify']]);
    await expect(one?.modify(CHANGE)).rejects.toMatchObject({ code: 'unsupported', details: { outcome: 'not-done' } });
  });

  it.each([
    ['9000', { kind: 'answered', sw: 0x9000 }],
    ['63C2', { kind: 'answered', sw: 0x63c2 }],
    ['6400', { kind: 'timed-out' }],
    ['6401', { kind: 'cancelled' }],
    ['6402', { kind: 'differs' }],
    ['6403', { kind: 'length' }],
  ])('an entry that ends with %s', async (sw, outcome) => {
    const { channel, asked } = channelWith({ ...FEATURES, [0x42330006]: sw, [0x42330007]: sw });
    const pad = await ReaderPad.of(channel);
    expect(await pad?.verify(VERIFY)).toEqual(outcome);
    expect(await pad?.modify(CHANGE, { timeout: 1000 })).toEqual(outcome);
    expect(asked.slice(1).map((line) => line.split(' ')[0])).toEqual(['42330006', '42330007']);
  });

  it('a reader that answers nothing has not told', async () => {
    const pad = await ReaderPad.of(channelWith({ ...FEATURES, [0x42330006]: '' }).channel);
    await expect(pad?.verify(VERIFY)).rejects.toMatchObject({ code: 'answer-malformed' });
  });
});
