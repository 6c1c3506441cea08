import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../apdu/bytes.ts';
import type { CardImage, FileImage } from '../../../src/simulator/image.ts';
import { inserted, itemsOf, pin, withFile, withOtherKey } from './cards.ts';

const access =
  (directory: string, fid: string, rules: Partial<Pick<FileImage, 'read' | 'update'>>) => (image: CardImage) =>
    withFile(image, directory, fid, (file) => ({ ...file, ...rules }));

describe('rights', () => {
  it('a file described as free that wants one is withheld', async () => {
    const { files } = await inserted({ change: access('SSSE', 'EF06', { read: 'key:0A' }) });
    expect(itemsOf(await files.read(['SSSEEF06|09', 'SSSEEF05|05']))).toEqual([
      expect.objectContaining({ address: 'SSSEEF05|05' }),
      { kind: 'withheld', reason: 'undescribed-right' },
    ]);
  });

  it('a file that wants another key than described is withheld after the right was earned twice', async () => {
    const { files, keys } = await inserted({ change: access('SSSE', 'EF08', { read: 'key:0D' }) });
    expect(itemsOf(await files.read(['photo']))).toEqual([{ kind: 'withheld', reason: 'undescribed-right' }]);
    expect(keys).toEqual(['SSSE RKSSSE', 'SSSE RKSSSE']);
  });

  it('a key right that the card dropped is earned once more, and the record asked for again', async () => {
    const { files, sent, keys } = await inserted({
      faults: [{ kind: 'answer', command: 8, answer: fromHex('6982') }],
    });
    const read = itemsOf(await files.read(['DF04EF05|8C|80|']));
    expect(read).toHaveLength(2);
    expect(keys).toEqual(['DF04 RK1DF04', 'DF04 RK1DF04']);
    expect(sent.slice(6)).toEqual([
      '00B28C2803',
      '00B2802806',
      '0084000008',
      expect.stringMatching(/^0082008410/),
      '00B2802806',
    ]);
  });

  it('a PIN right that the card dropped is not asked for again', async () => {
    const { files, sent } = await inserted({
      psam: false,
      faults: [{ kind: 'answer', command: 6, answer: fromHex('6982') }],
    });
    const reading = await files.read(['DF04EF08'], pin());
    expect(itemsOf(reading)).toEqual([{ kind: 'withheld', reason: 'undescribed-right' }]);
    expect(sent.filter((command) => command.startsWith('0020'))).toHaveLength(1);
  });

  it('a wrong PIN is told where a key opened everything all the same', async () => {
    const { files } = await inserted();
    const reading = await files.read(['DF01EF05|20'], pin('735190'));
    expect(itemsOf(reading)).toEqual([expect.objectContaining({ address: 'DF01EF05|20' })]);
    expect(reading.pinDenial).toEqual({ reason: 'pin-wrong', triesLeft: 5 });
  });

  it('a right PIN, and one that nothing wanted, are not told of', async () => {
    const { files } = await inserted();
    expect((await files.read(['DF01EF05|20'], pin())).pinDenial).toBeUndefined();
    expect((await files.read(['SSSEEF05|07'], pin('735190'))).pinDenial).toBeUndefined();
  });

  it('a wrong PIN is presented once, whatever it would open', async () => {
    const { files, sent } = await inserted({ psam: false });
    const reading = await files.read(['DF01EF05', 'DF02EF05', 'DF04EF08'], pin('735190'));
    expect(itemsOf(reading)).toEqual([
      { kind: 'withheld', reason: 'pin-wrong' },
      { kind: 'withheld', reason: 'pin-wrong' },
      { kind: 'withheld', reason: 'pin-wrong' },
    ]);
    expect(sent.filter((command) => command.startsWith('0020'))).toHaveLength(1);
  });

  it('a key that the card refused is not tried again', async () => {
    const { files, sent } = await inserted({ change: withOtherKey('DF01', '82') });
    const reading = await files.read(['DF01EF05', 'DF01EF06']);
    expect(itemsOf(reading)).toEqual([
      { kind: 'withheld', reason: 'key-refused' },
      { kind: 'withheld', reason: 'key-refused' },
    ]);
    expect(sent.filter((command) => command.startsWith('0082'))).toHaveLength(1);
  });

  it('a PIN that is not sent, as the tries are not known, leaves its files withheld', async () => {
    const { files, sent } = await inserted({ psam: false });
    const reading = await files.read(['DF04EF08'], { pin: pin().pin });
    expect(itemsOf(reading)).toEqual([{ kind: 'withheld', reason: 'pin-not-sent' }]);
    expect(sent.some((command) => command.startsWith('0020'))).toBe(false);
  });
});
