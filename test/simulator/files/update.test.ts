import { describe, expect, it } from 'vitest';
import { inserted, nameRecord, pin, site, stored, withRecords, writes } from './cards.ts';

describe('what is written', () => {
  it('stands on the card, was read back, and is reported with what stood there', async () => {
    const { files, card } = await inserted();
    const before = await files.read(['residenceAddress', 'birthDate']);
    const old = before.files.flatMap((file) => (file.kind === 'read' ? file.items.map((item) => item.value) : []));
    const report = await files.update([
      { address: 'residenceAddress', value: '常州市天宁区' },
      { address: 'SSSEEF06|0D', value: '1899-02-28' },
    ]);
    expect(report).toEqual({
      outcome: 'done',
      items: [
        { address: 'DF01EF06|23', state: 'new', old: old[1] },
        { address: 'SSSEEF06|0D', state: 'new', old: old[0] },
      ],
    });
    expect(stored(card, 'SSSE', 'EF06')).toContain('0D0418990228');
  });

  it('goes file by file in the order of the description: each directory entered once, each right earned once', async () => {
    const { files, sent, keys } = await inserted();
    const { outcome } = await files.update([
      { address: 'emergencyContact', value: '王五' },
      { address: 'SSSEEF06|09', value: '张三' },
      { address: 'DF04EF05|8A', value: '051900000000' },
      { address: 'SSSEEF05|05', value: '2020-01-16' },
    ]);
    expect(outcome).toBe('done');
    expect(keys).toEqual(['SSSE UKSSSE', 'DF04 RK1DF04', 'DF04 UK1DF04']);
    expect(sent.filter((command) => command.startsWith('00A4'))).toHaveLength(2);
    expect(writes(sent).map((command) => command.slice(0, 10))).toEqual([
      '00DC052806',
      '00DC093020',
      '00DC8B281F',
      '00DC8A2811',
    ]);
  });

  it('is not written again: the second time nothing is sent but what looks', async () => {
    const { files, sent, keys } = await inserted();
    const changes = [
      { address: 'SSSEEF06|09', value: '张三' },
      { address: 'DF02EF07:00', value: { 'employmentRecord.employerName': '江声书局' } },
      { address: 'photo', value: Uint8Array.of(0xff, 0xd8, 0xff, 0xd9) },
      { address: 'DF01EF15|40:01', value: { schoolName: '不存在大学' } },
    ];
    await files.update(changes);
    const [sentBefore, keysBefore] = [sent.length, keys.length];
    const report = await files.update(changes);
    expect(report).toMatchObject({ outcome: 'done', items: changes.map(() => ({ state: 'unchanged' })) });
    expect(writes(sent.slice(sentBefore))).toEqual([]);
    expect(keys.slice(keysBefore)).toEqual(['SSSE RKSSSE', 'DF01 RKDF01', 'DF02 RKDF02']);
  });

  it('may be nothing: the item is written empty', async () => {
    const { files, card } = await inserted();
    await files.update([
      { address: 'SSSEEF06|09', value: null },
      { address: 'SSSEEF06|0D', value: '' },
    ]);
    expect(stored(card, 'SSSE', 'EF06')).toEqual(expect.arrayContaining([nameRecord(''), '0D04FFFFFFFF']));
  });
});

describe('a group', () => {
  const part = (record: string | undefined, tag: string) => record?.slice(record.indexOf(tag)).slice(0, 10);

  it('keeps the parts that are not given', async () => {
    const { files, card } = await inserted();
    const before = stored(card, 'DF01', 'EF15')[2];
    await files.update([
      { address: 'DF01EF15|40:02,58', value: '1916-06' },
      { address: 'DF01EF15|40:02', value: { '57': '31' } },
    ]);
    const after = stored(card, 'DF01', 'EF15')[2];
    expect(after).toBe(
      before?.replace(part(before, '5703') ?? '', '5703333100').replace(part(before, '5803') ?? '', '5803191606'),
    );
  });

  it('that was never written gets all its parts', async () => {
    const change = withRecords('DF01', 'EF15', (all) => [...all.slice(0, 3), `4034${'FF'.repeat(52)}`]);
    const { files, card } = await inserted({ change });
    await files.update([{ address: 'DF01EF15|40:03,58', value: '1916-06' }]);
    expect(stored(card, 'DF01', 'EF15')[3]).toBe(`4034570300000058031916065928${'00'.repeat(40)}`);
  });

  it('is written empty as a whole', async () => {
    const { files, card } = await inserted();
    await files.update([{ address: 'DF01EF15|40:01', value: null }]);
    expect(stored(card, 'DF01', 'EF15')[1]).toBe(`403457030000005803FFFFFF5928${'00'.repeat(40)}`);
  });

  it('of another layout than described is left as it is', async () => {
    const change = withRecords('DF01', 'EF15', (all) => [...all.slice(0, 3), '40055803191607']);
    const { files, card, sent } = await inserted({ change });
    const report = await files.update([{ address: 'DF01EF15|40:03,57', value: '31' }]);
    expect(report).toMatchObject({
      outcome: 'not-done',
      items: [{ state: 'old', denial: { reason: 'undescribed-layout' } }],
    });
    expect(stored(card, 'DF01', 'EF15')[3]).toBe('40055803191607');
    expect(writes(sent)).toEqual([]);
  });

  it('is not written where another record stands', async () => {
    const change = withRecords('DF01', 'EF15', (all) => [...all.slice(0, 3), '99023132']);
    const { files, sent } = await inserted({ change });
    const report = await files.update([{ address: 'DF01EF15|40:03', value: null }]);
    expect(report).toMatchObject({ outcome: 'not-done', items: [{ state: 'old', sw: 0x6a83 }] });
    expect(writes(sent)).toEqual([]);
  });
});

describe('a new record of a cyclic file', () => {
  const EMPLOYER = 'employmentRecord.employerName';

  it('is the newest; fields that are not given are empty', async () => {
    const { files, card } = await inserted();
    const before = stored(card, 'DF02', 'EF07');
    const report = await files.update([{ address: 'DF02EF07:00', value: { [EMPLOYER]: '江声书局' } }]);
    expect(report).toEqual({ outcome: 'done', items: [{ address: 'DF02EF07:00', state: 'new' }] });
    const record = `${'00'.repeat(7)}${'FF'.repeat(8)}BDADC9F9CAE9BED6${'00'.repeat(62)}`;
    expect(stored(card, 'DF02', 'EF07')).toEqual([record, ...before]);
  });

  it('may be the first', async () => {
    const { files, card } = await inserted({ change: withRecords('DF02', 'EF07', () => []) });
    const report = await files.update([{ address: 'DF02EF07:00', value: { [EMPLOYER]: '江声书局' } }]);
    expect(report.outcome).toBe('done');
    expect(stored(card, 'DF02', 'EF07')).toHaveLength(1);
  });

  it('is not written where only the card writes: nothing is sent for it', async () => {
    const { files, sent } = await inserted();
    const report = await files.update([{ address: 'DF04EF08:00', value: { 'medicalTransaction.serial': 9 } }], pin());
    const items = [{ address: 'DF04EF08:00', state: 'not-reached', denial: { reason: 'never' } }];
    expect(report).toEqual({ outcome: 'not-done', items });
    expect(sent).toHaveLength(3);
  });
});

describe('a transparent file', () => {
  it('is written whole where nothing is known of it', async () => {
    const overlays = [site({ directory: 'DF01', ef: 'EF16', read: 'never' })];
    const { files, card, sent } = await inserted({ overlays });
    const report = await files.update([{ address: 'DF01EF16', value: Uint8Array.of(1, 2) }]);
    expect(report).toMatchObject({ outcome: 'done', items: [{ state: 'new', old: 'unreadable' }] });
    expect(writes(sent).map((command) => command.slice(0, 10))).toEqual(['00D69600F0', '00D600F038']);
    expect(stored(card, 'DF01', 'EF16')).toEqual(['0102']);
  });

  it('takes hex of its full length, too', async () => {
    const { files, card } = await inserted();
    await files.update([{ address: 'publicReserved2', value: `AB${'00'.repeat(295)}` }]);
    expect(stored(card, 'DF01', 'EF17')).toEqual([`AB${'00'.repeat(295)}`]);
  });

  it('is written empty', async () => {
    const { files, card } = await inserted();
    await files.update([{ address: 'photo', value: null }]);
    expect(stored(card, 'SSSE', 'EF08')).toEqual(['']);
  });
});
