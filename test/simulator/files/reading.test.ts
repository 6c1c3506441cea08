import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import type { CardImage } from '../../../src/simulator/image.ts';
import { inserted, itemsOf, pin, smallParts, withFile, withRecords } from './cards.ts';

describe('what is asked for', () => {
  it('is read once, in the order of the description, whatever the order of the asking', async () => {
    const { files, sent } = await inserted({ psam: false });
    const reading = await files.read(['name', 'SSSEEF05|07|05|$', 'cardNumber', 'MFEF06|09']);
    expect(itemsOf(reading)).toMatchObject([
      { address: 'SSSEEF05|05' },
      { address: 'SSSEEF05|07' },
      { address: 'SSSEEF06|09' },
    ]);
    expect(sent).toHaveLength(6);
  });

  it('may be a part of a group: its record is read', async () => {
    const { files, sent } = await inserted();
    const [group] = itemsOf(await files.read(['DF01EF15|40:02,59']));
    expect(group).toMatchObject({ address: 'DF01EF15|40:02', value: { kind: 'value' } });
    expect(sent.at(-1)).toBe('00B203AC36');
  });

  it('may be one record of a cyclic file', async () => {
    const { files, sent } = await inserted();
    const read = itemsOf(await files.read(['DF02EF07:02']));
    expect(read).toHaveLength(4);
    expect(sent.at(-1)).toBe('00B2023C55');
  });

  it('is refused before anything is sent for it, where the card has no such item', async () => {
    const { files, sent } = await inserted();
    const error = { code: 'item-unknown', details: { place: 'DF04EF05|99' } };
    await expect(files.read(['name', 'DF04EF05|99'])).rejects.toMatchObject(error);
    expect(sent).toHaveLength(3);
  });

  it('is no record of a cyclic file that is still to come', async () => {
    const { files } = await inserted();
    const error = { code: 'item-unknown', details: { place: 'DF02EF07:00' } };
    await expect(files.read(['DF02EF07:00'])).rejects.toMatchObject(error);
  });

  it('wipes the PIN, also where none was needed', async () => {
    const { files } = await inserted();
    const offer = pin();
    await files.read(['name'], offer);
    await expect(offer.pin.use(async () => {})).rejects.toThrow(RangeError);
  });
});

describe('a file or record that is not there', () => {
  it('a directory: its files are absent, and it is looked for once', async () => {
    const change = (image: CardImage) => ({
      ...image,
      directories: image.directories.filter(({ name }) => name !== 'DF07'),
    });
    const { files, sent } = await inserted({ change });
    const reading = await files.read(['DF07EF05', 'DF07EF06'], pin());
    expect(itemsOf(reading)).toEqual([{ kind: 'absent' }, { kind: 'absent' }]);
    expect(sent.filter((command) => command === '00A4000002DF07')).toHaveLength(2);
  });

  it.each(['EF05', 'EF16', 'EF07'])('a file of its directory: %s is absent', async (ef) => {
    const directory = ef === 'EF16' ? 'DF01' : 'DF02';
    const { files } = await inserted({ change: (image) => withFile(image, directory, ef, () => undefined) });
    expect(itemsOf(await files.read([`${directory}${ef}`]))).toEqual([{ kind: 'absent' }]);
  });

  it('a record: its item is missing, the others are read', async () => {
    const change = withRecords('SSSE', 'EF05', (all) => all.filter((record) => !record.startsWith('06')));
    const { files } = await inserted({ change });
    const read = itemsOf(await files.read(['SSSEEF05']));
    expect(read).toHaveLength(7);
    expect(read[5]).toEqual({ address: 'SSSEEF05|06', value: { kind: 'missing' }, raw: '' });
  });

  it('a record of a cyclic file that was asked for by its number', async () => {
    const { files } = await inserted();
    const read = await files.read(['DF02EF07:04']);
    expect(itemsOf(read)).toEqual([{ address: 'DF02EF07:04', value: { kind: 'missing' }, raw: '' }]);
  });
});

describe('a card of another layout', () => {
  it('an item of another length is read whole, and marked', async () => {
    const change = withRecords('DF01', 'EF07', () => ['29023141']);
    const { files } = await inserted({ change });
    expect(itemsOf(await files.read(['DF01EF07']))).toEqual([
      {
        address: 'DF01EF07|29',
        value: { kind: 'value', value: { code: '1A' }, odd: ['length', 'code-unknown'] },
        raw: '3141',
      },
    ]);
  });

  it('another record where a group is described is kept as it is', async () => {
    const change = withRecords('DF01', 'EF15', (all) => [...all.slice(0, 2), '99023132', ...all.slice(3)]);
    const { files } = await inserted({ change });
    expect(itemsOf(await files.read(['DF01EF15|40:02']))).toEqual([
      { address: 'DF01EF15|40:02', value: { kind: 'other' }, raw: '99023132' },
    ]);
  });

  it('a record of a cyclic file that is longer: what follows the fields is kept', async () => {
    const change = (image: CardImage) =>
      withFile(image, 'DF04', 'EF15', (file) =>
        file.kind === 'cyclic' ? { ...file, recordLength: 4, records: ['00013141'] } : file,
      );
    const { files } = await inserted({ change });
    expect(itemsOf(await files.read(['DF04EF15']))).toEqual([
      { address: 'DF04EF15:01', value: { kind: 'value', value: 1 }, raw: '0001' },
      { address: 'DF04EF15:01', value: { kind: 'value', value: '1' }, raw: '31' },
      { address: 'DF04EF15:01', value: { kind: 'other' }, raw: '41' },
    ]);
  });

  it.each([
    ['within the last part', 290],
    ['at the end of a part', 240],
  ])('a transparent file that is shorter, %s: what came is the file', async (_, size) => {
    const change = (image: CardImage) =>
      withFile(image, 'DF01', 'EF16', (file) => (file.kind === 'transparent' ? { ...file, size, data: '00AB' } : file));
    const { files } = await inserted({ change });
    const [read] = itemsOf(await files.read(['DF01EF16']));
    const raw = `00AB${'FF'.repeat(size - 2)}`;
    expect(read).toEqual({ address: 'DF01EF16', value: { kind: 'value', value: raw, odd: ['length'] }, raw });
  });

  it('a date that does not exist is kept as it is', async () => {
    const change = withRecords('DF04', 'EF05', (all) =>
      all.map((record) => (record.startsWith('8004') ? '800420230229' : record)),
    );
    const { files } = await inserted({ change });
    const value = { kind: 'undecodable', why: 'date-impossible', raw: '20230229' };
    expect(itemsOf(await files.read(['DF04EF05|80']))).toEqual([{ address: 'DF04EF05|80', value, raw: '20230229' }]);
  });
});

describe('an answer that contradicts itself is refused', () => {
  it.each([
    ['a record of a cyclic file comes short, once', 'DF04EF15', 7, 'record-malformed'],
    ['another tag comes for a group, once', 'DF01EF15|40:02', 7, 'record-malformed'],
    ['a part of a transparent file comes short, and the file goes on', 'DF01EF16', 5, 'answer-malformed'],
  ])('%s', async (_, address, command, code) => {
    const answer = (real: Uint8Array) => Uint8Array.from([...real.slice(1, -2), ...real.slice(-2)]);
    const { files } = await inserted({ faults: [{ kind: 'answer', command, answer }] });
    await expect(files.read([address])).rejects.toMatchObject({ code });
  });

  it('a part of a transparent file without bytes', async () => {
    const { files } = await inserted({ faults: [{ kind: 'answer', command: 5, answer: fromHex('9000') }] });
    await expect(files.read(['DF01EF16'])).rejects.toMatchObject({
      code: 'answer-malformed',
      details: { step: 'read-binary', place: 'DF01EF16' },
    });
  });
});

describe('a status word that says something else than "not here"', () => {
  it.each([
    ['a record', 'DF04EF05|8C', 7, 'read-record', 'DF04EF05|8C'],
    ['a record of a cyclic file', 'DF04EF15', 7, 'read-record', 'DF04EF15:01'],
    ['a transparent file', 'DF01EF16', 5, 'read-binary', 'DF01EF16'],
  ])('to the reading of %s is an error', async (_, address, command, step, place) => {
    const { files } = await inserted({ faults: [{ kind: 'answer', command, answer: fromHex('6F00') }] });
    const error = { code: 'card-refused', details: { step, place, sw: 0x6f00 } };
    await expect(files.read([address])).rejects.toMatchObject(error);
  });

  it('to the second asking for a record that was malformed leaves the first error', async () => {
    const answer = (real: Uint8Array) => real.slice(1);
    const faults = [
      { kind: 'answer' as const, command: 7, answer },
      { kind: 'answer' as const, command: 8, answer: fromHex('6F00') },
    ];
    const { files } = await inserted({ faults });
    await expect(files.read(['DF04EF15'])).rejects.toMatchObject({ code: 'record-malformed' });
  });
});

describe('the photo', () => {
  it('is the picture alone', async () => {
    const { files } = await inserted();
    const photo = await files.photo();
    expect(photo.kind === 'photo' && toHex(photo.jpeg.subarray(-2))).toBe('FFD9');
  });

  it.each([
    ['withheld without a key', { psam: false }, { kind: 'withheld', denial: { reason: 'no-key' } }],
    ['absent on a card of 1.0', { generation: '1.0' as const }, { kind: 'absent' }],
    [
      'absent where the card has no such file',
      { change: (image: CardImage) => withFile(image, 'SSSE', 'EF08', () => undefined) },
      { kind: 'absent' },
    ],
  ])('is %s', async (_, options, expected) => {
    const { files } = await inserted(options);
    expect(await files.photo()).toMatchObject(expected);
  });
});

it('a site may correct the size of the parts of a transparent file', async () => {
  const { files, sent } = await inserted({ overlays: [smallParts(100)] });
  await files.read(['DF01EF16']);
  expect(sent.slice(-3)).toEqual(['00B0960064', '00B0006464', '00B000C860']);
});

it('the tree of a card has its region', async () => {
  const { files, sent } = await inserted();
  const tree = await files.tree();
  expect(tree.map(({ directory, files }) => [directory.id, files.length])).toEqual([
    ['SSSE', 5],
    ['DF01', 12],
    ['DF02', 6],
    ['DF03', 8],
    ['DF04', 4],
    ['DF05', 1],
    ['DF06', 2],
    ['DF07', 3],
  ]);
  expect(sent).toHaveLength(3);
});
