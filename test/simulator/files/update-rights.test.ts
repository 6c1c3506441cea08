import { describe, expect, it } from 'vitest';
import type { CardImage } from '../../../src/simulator/image.ts';
import type { ItemChange } from '../../../src/social/files/change.ts';
import { inserted, nameRecord, pin, stored, withFile, withOtherKey, withRecords, writes } from './cards.ts';

describe('rights', () => {
  const A0: ItemChange = { address: 'DF05EF05|A0', value: '1' };

  it('what cannot be read is written all the same; the report rests on the status word', async () => {
    const { files, card } = await inserted();
    const report = await files.update([A0]);
    expect(report).toEqual({ outcome: 'done', items: [{ address: 'DF05EF05|A0', state: 'new', old: 'unreadable' }] });
    expect(stored(card, 'DF05', 'EF05')[0]).toBe('A00131');
  });

  it('parts of a group that cannot be read would be lost: nothing is written', async () => {
    const { files, sent } = await inserted();
    const report = await files.update([{ address: 'DF05EF05|A3:01,A6', value: '1234' }]);
    const [item] = report.items;
    expect(item).toMatchObject({ state: 'old', old: 'unreadable', denial: { reason: 'pin-needed' } });
    expect(writes(sent)).toEqual([]);
  });

  it('a group that is given whole is written though it cannot be read', async () => {
    const { files } = await inserted();
    const value = { diseaseName: '', diseaseCode: '1234' };
    const report = await files.update([{ address: 'DF05EF05|A3:01', value }]);
    expect(report).toMatchObject({ outcome: 'done', items: [{ state: 'new', old: 'unreadable' }] });
  });

  it('a wrong PIN is told where keys did it all the same', async () => {
    const { files } = await inserted();
    const report = await files.update([{ address: 'DF01EF06|28', value: '0519-85529290' }], pin('735190'));
    expect(report).toMatchObject({ outcome: 'done', pinDenial: { reason: 'pin-wrong', triesLeft: 5 } });
  });

  it('without keys nothing is written, and why is said', async () => {
    const { files, card } = await inserted({ psam: false });
    const report = await files.update([{ address: 'SSSEEF06|09', value: '李四' }]);
    expect(report).toMatchObject({
      outcome: 'not-done',
      items: [{ state: 'old', denial: { reason: 'no-key', key: 'UKSSSE', because: 'no-provider' } }],
    });
    expect(stored(card, 'SSSE', 'EF06')).toEqual(expect.not.arrayContaining([nameRecord('C0EECBC4')]));
  });

  it('a key that the card refused ends the file, is not tried again, and leaves the other files be', async () => {
    const { files, sent } = await inserted({ change: withOtherKey('DF01', '86') });
    const report = await files.update([
      { address: 'DF01EF06|28', value: '051900000000' },
      { address: 'DF01EF06|2D', value: '13900000000' },
      { address: 'DF01EF0A|39', value: '1899-01-01' },
    ]);
    const denial = { reason: 'key-refused', key: 'UK4DF01', triesLeft: 14 };
    expect(report).toMatchObject({
      outcome: 'not-done',
      items: [{ state: 'old', denial }, { state: 'not-reached', denial }, { state: 'new' }],
    });
    expect(sent.filter((command) => command.startsWith('00820086'))).toHaveLength(1);
  });

  it('a wrong PIN ends the file before anything is written', async () => {
    const { files, sent } = await inserted();
    const report = await files.update([A0], pin('735190'));
    expect(report).toMatchObject({ outcome: 'not-done', items: [{ state: 'old', denial: { reason: 'pin-wrong' } }] });
    expect(writes(sent)).toEqual([]);
  });

  it('a key right that the card dropped is earned once more, as 6982 says that nothing was written', async () => {
    const dropped = { instead: (count: number) => (count === 7 ? '6982' : undefined) };
    const { files, sent, keys } = await inserted(dropped);
    const report = await files.update([{ address: 'SSSEEF06|09', value: '李四' }]);
    expect(report.outcome).toBe('done');
    expect(writes(sent)).toHaveLength(2);
    expect(keys).toEqual(['SSSE UKSSSE', 'SSSE UKSSSE']);
  });

  it('a PIN is wiped, whatever comes of it', async () => {
    const { files } = await inserted();
    const offer = pin();
    await expect(files.update([{ address: 'SSSEEF06|09', value: 'a|b' }], offer)).rejects.toThrow();
    await expect(offer.pin.use(async () => {})).rejects.toThrow(RangeError);
  });
});

describe('what the card does not have', () => {
  it('a directory', async () => {
    const { files } = await inserted({
      change: (image) => ({ ...image, directories: image.directories.filter(({ name }) => name !== 'DF07') }),
    });
    const report = await files.update([{ address: 'DF07EF05|F0', value: '01' }]);
    const items = [{ address: 'DF07EF05|F0', state: 'not-reached', denial: { reason: 'no-directory' } }];
    expect(report).toEqual({ outcome: 'not-done', items });
  });

  it.each([
    ['a file', (image: CardImage) => withFile(image, 'DF01', 'EF07', () => undefined), 0x6a82],
    ['a record', withRecords('DF01', 'EF07', () => ['300131']), 0x6a83],
  ])('%s', async (_, change, sw) => {
    const { files } = await inserted({ change });
    const report = await files.update([{ address: 'DF01EF07|29', value: '1' }]);
    expect(report).toEqual({ outcome: 'not-done', items: [{ address: 'DF01EF07|29', state: 'old', sw }] });
  });

  it('a record of that length: the card refuses, the others are written', async () => {
    const change = withRecords('DF01', 'EF06', (all) => all.map((one) => (one.startsWith('280F') ? '28023030' : one)));
    const { files } = await inserted({ change });
    const report = await files.update([
      { address: 'DF01EF06|28', value: '051900000000' },
      { address: 'DF01EF06|2D', value: '13900000000' },
    ]);
    expect(report).toMatchObject({ outcome: 'not-done', items: [{ state: 'old', sw: 0x6700 }, { state: 'new' }] });
  });
});
