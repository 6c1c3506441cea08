import { describe, expect, it } from 'vitest';
import { openCard } from '../../../src/card.ts';
import { cardOf, GOLDEN_VALUES, type Values } from './channels.ts';

async function read(changed: Values, atr?: string) {
  const channel = cardOf({ ...GOLDEN_VALUES, ...changed }, atr === undefined ? {} : { atr });
  return (await openCard(channel)).social.readBasic();
}

/** GB18030 text of a field, filled with 00. */
const padded = (hex: string, length: number) => hex.padEnd(2 * length, '0');
const CITIZEN = (ascii: string) => Buffer.from(ascii, 'latin1').toString('hex');

describe('what is odd is reported, and neither mended nor guessed', () => {
  it('a card without oddities has none', async () => {
    expect((await read({})).oddities).toEqual([]);
  });

  it.each<[what: string, changed: Values, member: string, value: unknown, oddities: object[]]>([
    [
      'check character of the citizen number',
      { '08': CITIZEN('320499189001010114') },
      'socialSecurityNumber',
      '320499189001010114',
      [{ field: 'socialSecurityNumber', kind: 'check-digit' }],
    ],
    [
      'a citizen number of fifteen digits',
      { '08': padded(CITIZEN('320499900101011'), 18) },
      'socialSecurityNumber',
      '320499900101011',
      [{ field: 'socialSecurityNumber', kind: 'form' }],
    ],
    [
      'check character of the card number',
      { '07': '433034393930303033' },
      'cardNumber',
      'C04990003',
      [{ field: 'cardNumber', kind: 'check-digit' }],
    ],
    [
      'a card number with a small letter',
      { '07': '633034393930303032' },
      'cardNumber',
      'c04990002',
      [{ field: 'cardNumber', kind: 'form' }],
    ],
    [
      'a day that is not in the calendar',
      { '05': '20230229' },
      'issueDate',
      null,
      [{ field: 'issueDate', kind: 'date-impossible', raw: '20230229' }],
    ],
    [
      'month 13',
      { '06': '20301301' },
      'validUntil',
      null,
      [{ field: 'validUntil', kind: 'date-impossible', raw: '20301301' }],
    ],
    [
      'a date of six digits',
      { '05': '202001FF' },
      'issueDate',
      null,
      [{ field: 'issueDate', kind: 'date-impossible', raw: '202001FF' }],
    ],
    [
      'a date with a letter',
      { '05': '20A00101' },
      'issueDate',
      null,
      [{ field: 'issueDate', kind: 'undecodable', raw: '20A00101' }],
    ],
    ['an empty date', { '05': 'FFFFFFFF' }, 'issueDate', null, [{ field: 'issueDate', kind: 'empty' }]],
    [
      'valid until before the day of issue',
      { '06': '20190114' },
      'validUntil',
      '2019-01-14',
      [{ field: 'validUntil', kind: 'disagrees' }],
    ],
    [
      'another birth date than the citizen number',
      { '0D': '18900102' },
      'birthDate',
      '1890-01-02',
      [{ field: 'birthDate', kind: 'disagrees' }],
    ],
    [
      'another sex than the citizen number',
      { '0A': '32' },
      'sex',
      { code: '2', nameZh: '女', nameEn: 'Female' },
      [{ field: 'sex', kind: 'disagrees' }],
    ],
    [
      'a sex that is not stated',
      { '0A': '39' },
      'sex',
      { code: '9', nameZh: '未说明的性别', nameEn: 'Not stated' },
      [],
    ],
    ['an unknown sex code', { '0A': '35' }, 'sex', { code: '5' }, [{ field: 'sex', kind: 'code-unknown' }]],
    [
      'an unknown ethnic group',
      { '0B': '60' },
      'ethnicity',
      { code: '60' },
      [{ field: 'ethnicity', kind: 'code-unknown' }],
    ],
    ['an empty ethnic group', { '0B': 'FF' }, 'ethnicity', null, [{ field: 'ethnicity', kind: 'empty' }]],
    ['an empty name', { '09': '00'.repeat(30) }, 'name', null, [{ field: 'name', kind: 'empty' }]],
    [
      'a name cut in a character',
      { '09': padded('D5C5C8', 30) },
      'name',
      null,
      [{ field: 'name', kind: 'undecodable', raw: 'D5C5C8' }],
    ],
    [
      'a name with a control character',
      { '09': padded('D5C51B5B', 30) },
      'name',
      null,
      [{ field: 'name', kind: 'undecodable', raw: 'D5C51B5B' }],
    ],
    [
      'a name with bytes behind its end',
      { '09': padded('D5C50000C8FD', 30) },
      'name',
      null,
      [{ field: 'name', kind: 'undecodable', raw: 'D5C50000C8FD' }],
    ],
    [
      'a character of the issuer’s own font',
      { '09': padded('D5C5AAA1', 30) },
      'name',
      '张\uE000',
      [{ field: 'name', kind: 'private-use' }],
    ],
    ['a name filled with blanks', { '09': 'D5C5C8FD'.padEnd(60, '20') }, 'name', '张三', []],
    ['a name filled with FF', { '09': 'D5C5C8FD'.padEnd(60, 'F') }, 'name', '张三', []],
    [
      'a person number of another form',
      { EA: padded(CITIZEN('JS12'), 12) },
      'personNumber',
      'JS12',
      [{ field: 'personNumber', kind: 'form' }],
    ],
    [
      'no record for the person number',
      { EA: null },
      'personNumber',
      null,
      [{ field: 'personNumber', kind: 'missing' }],
    ],
    [
      'another RID',
      { '01': '320400D156000006990000015A3C7E01' },
      'cardIdentification',
      '320400D156000006990000015A3C7E01',
      [{ field: 'cardIdentification', kind: 'form' }],
    ],
    [
      'an identification of the wrong length',
      { '01': '320400D15600000599' },
      'division',
      null,
      [
        { field: 'cardIdentification', kind: 'length' },
        { field: 'cardIdentification', kind: 'form' },
      ],
    ],
    [
      'no identification yet',
      { '01': 'FF'.repeat(16) },
      'cardIdentification',
      null,
      [{ field: 'cardIdentification', kind: 'empty' }],
    ],
    [
      'an unknown division of Jiangsu',
      { '01': '320499D156000005990000015A3C7E01' },
      'division',
      { code: '320499' },
      [{ field: 'division', kind: 'code-unknown' }],
    ],
    [
      'a division of another time',
      { '01': '320405D156000005990000015A3C7E01' },
      'division',
      { code: '320405', nameZh: '戚墅堰区' },
      [],
    ],
    [
      'a value shorter than described',
      { '08': CITIZEN('32049918') },
      'socialSecurityNumber',
      '32049918',
      [
        { field: 'socialSecurityNumber', kind: 'length' },
        { field: 'socialSecurityNumber', kind: 'form' },
      ],
    ],
    [
      'a version of generation 2 that nobody described',
      { '03': CITIZEN('2.07') },
      'specificationVersion',
      '2.07',
      [{ field: 'specificationVersion', kind: 'version-unknown' }],
    ],
  ])('%s', async (_, changed, member, value, oddities) => {
    const came = await read(changed);
    expect({ value: came[member as keyof typeof came], oddities: came.oddities }).toEqual({ value, oddities });
  });

  it('a division outside of Jiangsu has no text, and no EF0D is asked for', async () => {
    const channel = cardOf({ ...GOLDEN_VALUES, '01': '110000D156000005990000015A3C7E01' });
    const { division, personNumber, oddities } = await (await openCard(channel)).social.readBasic();
    expect({ division, personNumber, oddities }).toEqual({
      division: { code: '110000' },
      personNumber: null,
      oddities: [],
    });
    expect(channel.sent).not.toContain('00B2EA680E');
  });

  it.each([
    ['fewer historical bytes', '3B630000112233', '112233', 'length'],
    ['none', '3B00', null, 'missing'],
    ['no answer to reset at all', '00', null, 'undecodable'],
  ])('reset information: %s', async (_, atr, value, kind) => {
    const { resetInformation, oddities } = await read({}, atr);
    expect({ resetInformation, oddities }).toEqual({
      resetInformation: value,
      oddities: [{ field: 'resetInformation', kind }],
    });
  });

  it('the last 13 of more historical bytes are the reset information', async () => {
    const { resetInformation, oddities } = await read({}, '3B6F0000AABB00875431008660320499000001');
    expect({ resetInformation, oddities }).toEqual({ resetInformation: '00875431008660320499000001', oddities: [] });
  });
});

describe('a long name', () => {
  const long = (free: number) =>
    'D5C5'
      .repeat(20)
      .slice(0, 2 * (30 - free))
      .padEnd(60, '0');

  it('goes on in the extension, also in the middle of a character', async () => {
    const { name } = await read({ '09': `${'D5C5'.repeat(14)}8139`, '4E': 'EE39'.padEnd(40, '0') });
    expect(name).toBe(`${'张'.repeat(14)}㐀`);
  });

  it.each([
    [2, true],
    [4, false],
  ])('with %i free bytes: extension asked for is %s', async (free, asked) => {
    const channel = cardOf({ ...GOLDEN_VALUES, '09': long(free) });
    await (await openCard(channel)).social.readBasic();
    expect(channel.sent.includes('00B24E3016')).toBe(asked);
  });
});
