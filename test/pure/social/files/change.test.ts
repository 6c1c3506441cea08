import { beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../../../apdu/bytes.ts';
import { SscardError } from '../../../../apdu/errors.ts';
import { type ItemChange, prepare, refuseSeparators } from '../../../../src/social/files/change.ts';
import { loadWholeProfile } from '../../../../src/social/profile/load.ts';
import type { CardProfile } from '../../../../src/social/profile/profile.ts';

let profile: CardProfile;
beforeAll(async () => {
  profile = await loadWholeProfile('2.0');
});

const refusal = async (...changes: ItemChange[]) => {
  try {
    refuseSeparators(changes);
    await prepare(changes, profile);
  } catch (error) {
    if (error instanceof SscardError) return { code: error.code, place: error.details.place };
    throw error;
  }
  throw new Error('nothing was refused');
};

/** What would be written, hex, where nothing is known of what stands there. */
const written = async (...changes: ItemChange[]) => {
  const { targets } = await prepare(changes, profile);
  return targets.map((target) => toHex(target.wanted(undefined) ?? new Uint8Array()));
};

const HISTORY = 'employmentRecord.employerName';

describe('a change is refused before the card is asked', () => {
  it.each<[string, ItemChange, string]>([
    ['a separator of the national grammar', { address: 'SSSEEF06|09', value: '张|三' }, 'SSSEEF06|09'],
    ['the other one', { address: { directory: 'SSSE', ef: 'EF06', tag: '09' }, value: '$' }, 'SSSEEF06|09'],
    ['one in a part of a group', { address: 'DF01EF15|40:01', value: { schoolName: 'a|b' } }, 'DF01EF15|40:01'],
    ['one in a field of a record', { address: 'DF02EF07:00', value: { [HISTORY]: 'a$b' } }, 'DF02EF07:00'],
    ['a separator of groups in a part', { address: 'DF01EF15|40:01,59', value: 'a,b' }, 'DF01EF15|40:01,59'],
    ['a separator of groups in a field', { address: 'DF02EF07:00', value: { [HISTORY]: 'a^b' } }, 'DF02EF07:00'],
    ['a text that is too long', { address: 'SSSEEF06|09', value: '张'.repeat(16) }, 'SSSEEF06|09'],
    ['digits that are too many', { address: 'DF03EF18|76', value: '123' }, 'DF03EF18|76'],
    ['a day that does not exist', { address: 'SSSEEF06|0D', value: '2023-02-29' }, 'SSSEEF06|0D'],
    ['letters in digits', { address: 'DF04EF05|84', value: '32040A' }, 'DF04EF05|84'],
    ['a character that GB18030 does not hold', { address: 'SSSEEF06|09', value: '\ud800' }, 'SSSEEF06|09'],
    ['a code that a complete table does not have', { address: 'SSSEEF06|0A', value: '7' }, 'SSSEEF06|0A'],
    ['an object where one value is', { address: 'SSSEEF06|09', value: { name: '张三' } }, 'SSSEEF06|09'],
    ['bytes where a text is', { address: 'SSSEEF06|09', value: Uint8Array.of(1) }, 'SSSEEF06|09'],
    ['a text where a group is', { address: 'DF01EF15|40:01', value: '31' }, 'DF01EF15|40:01'],
    ['a part that the group does not have', { address: 'DF01EF15|40:01', value: { school: '学堂' } }, 'DF01EF15|40:01'],
    ['a field that the record does not have', { address: 'DF02EF07:00', value: { employer: '书局' } }, 'DF02EF07:00'],
    ['a text where a record is', { address: 'DF02EF07:00', value: '书局' }, 'DF02EF07:00'],
    ['an old record of a cyclic file', { address: 'DF02EF07:02', value: {} }, 'DF02EF07:02'],
    ['a cyclic file without a record', { address: 'DF02EF07', value: {} }, 'DF02EF07'],
    ['one field of a record', { address: `${HISTORY}:00`, value: '书局' }, 'DF02EF07:00'],
    ['a whole file of records', { address: 'SSSEEF05', value: 'x' }, 'SSSEEF05'],
    ['more bytes than the file has', { address: 'DF01EF16', value: new Uint8Array(297) }, 'DF01EF16'],
    ['hex that is not the whole file', { address: 'DF01EF16', value: 'AABB' }, 'DF01EF16'],
  ])('%s', async (_, change, place) => {
    expect(await refusal(change)).toEqual({ code: 'value-malformed', place });
  });

  it.each<[string, ItemChange[], string]>([
    [
      'an item',
      [
        { address: 'name', value: 'A' },
        { address: 'SSSEEF06|09', value: 'B' },
      ],
      'SSSEEF06|09',
    ],
    [
      'a part of a group',
      [
        { address: 'DF01EF15|40:01', value: { graduationMonth: '1919-07' } },
        { address: 'DF01EF15|40:01,58', value: '1919-08' },
      ],
      'DF01EF15|40:01,58',
    ],
    [
      'a file',
      [
        { address: 'DF01EF16', value: null },
        { address: 'publicReserved1', value: null },
      ],
      'DF01EF16',
    ],
    [
      'a new record',
      [
        { address: 'DF02EF07:00', value: {} },
        { address: 'DF02EF07:00', value: {} },
      ],
      'DF02EF07:00',
    ],
  ])('%s that is named twice', async (_, changes, place) => {
    expect(await refusal(...changes)).toEqual({ code: 'value-malformed', place });
  });

  it('an address that names several things', async () => {
    expect(await refusal({ address: 'DF01EF15|40', value: null })).toEqual({
      code: 'item-unknown',
      place: 'DF01EF15|40',
    });
    const both: ItemChange = { address: 'SSSEEF06|09|0A|$', value: '' };
    expect(await refusal(both)).toEqual({ code: 'item-unknown', place: 'SSSEEF06|09|0A|$' });
  });

  it('an address that this card does not have', async () => {
    expect(await refusal({ address: 'DF05EF05|A0', value: '1' })).toEqual({
      code: 'item-unknown',
      place: 'DF05EF05|A0',
    });
  });

  it('without the value in the error', async () => {
    const error = await prepare([{ address: 'SSSEEF06|0D', value: '2023-02-29' }], profile).catch(
      (one: unknown) => one,
    );
    expect(JSON.stringify([error, String(error)])).not.toContain('02-29');
  });
});

describe('a change is encoded', () => {
  it('a code of a table that is not complete is taken as it is', async () => {
    expect(await written({ address: 'DF04EF05|8C', value: '99' })).toEqual(['99']);
  });

  it('a code with its texts, as a reading gives it', async () => {
    expect(await written({ address: 'SSSEEF06|0A', value: { code: '1', nameZh: '男' } })).toEqual(['31']);
  });

  it('a group that is given whole', async () => {
    const value = { educationDegreeCode: '31', graduationMonth: '1919-07', schoolName: '' };
    expect(await written({ address: 'DF01EF15|40:01', value })).toEqual([`570333310058031919075928${'00'.repeat(40)}`]);
  });

  it('parts of one group go into one record', async () => {
    const changes: ItemChange[] = [
      { address: 'DF01EF15|40:01,57', value: '31' },
      { address: 'DF01EF15|40:01,58', value: '1919-07' },
    ];
    const { targets } = await prepare(changes, profile);
    expect(targets.map(({ indexes }) => indexes)).toEqual([[0, 1]]);
  });

  it('a new record of a cyclic file, what is not given empty', async () => {
    const value = { 'supportPolicy.policyType': '010', 'supportPolicy.startDate': '19190101' };
    expect(await written({ address: 'DF02EF16:00', value })).toEqual([`30313019190101${'FF'.repeat(4 + 4 + 3)}`]);
  });

  it('bytes of a transparent file, filled up with FF', async () => {
    expect(await written({ address: 'DF01EF16', value: Uint8Array.of(1) })).toEqual([`01${'FF'.repeat(295)}`]);
  });

  it('in the order of the description, with the addresses in the order of the asking', async () => {
    const { addresses, targets } = await prepare(
      [
        { address: 'emergencyTelephone', value: '' },
        { address: 'name', value: '' },
      ],
      profile,
    );
    expect(addresses).toEqual(['DF04EF05|8A', 'SSSEEF06|09']);
    expect(targets.map(({ indexes }) => indexes)).toEqual([[1], [0]]);
  });

  it('nothing from nothing', async () => {
    expect(await prepare([], profile)).toEqual({ addresses: [], targets: [] });
  });
});
