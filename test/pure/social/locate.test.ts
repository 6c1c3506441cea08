import { beforeAll, describe, expect, it } from 'vitest';
import { SscardError } from '../../../apdu/errors.ts';
import { formatAddress } from '../../../src/social/address.ts';
import { locate } from '../../../src/social/locate.ts';
import { loadWholeProfile } from '../../../src/social/profile/load.ts';
import type { CardProfile } from '../../../src/social/profile/profile.ts';

let profile: CardProfile;
beforeAll(async () => {
  profile = await loadWholeProfile('2.0');
});

/** Addresses and names of what was found. */
const find = (text: string, of = profile) =>
  locate(text, of).map(({ address, item, part }) =>
    [formatAddress(address), item?.name, part?.name].filter((one) => one !== undefined).join(' '),
  );

const refusal = (text: string, of = profile) => {
  try {
    locate(text, of);
  } catch (error) {
    if (error instanceof SscardError) return { code: error.code, ...error.details };
    throw error;
  }
  throw new Error(`${text} was found`);
};

describe('an item is found', () => {
  it.each([
    ['DF04EF05|8C', ['DF04EF05|8C medicalPersonCategory']],
    ['medicalPersonCategory', ['DF04EF05|8C medicalPersonCategory']],
    [' name ', ['SSSEEF06|09 name']],
    ['MFEF06|08|$DF04EF05|80|$', ['SSSEEF06|08 socialSecurityNumber', 'DF04EF05|80 medicalInsuranceStart']],
    ['df04ef05', ['DF04EF05']],
    ['medicalInsurance', ['DF04EF05']],
    // Groups that repeat: 40 stands in records 2 to 4.
    [
      'DF01EF15|40',
      ['DF01EF15|40:01 educationEntry', 'DF01EF15|40:02 educationEntry', 'DF01EF15|40:03 educationEntry'],
    ],
    ['educationEntry:3', ['DF01EF15|40:03 educationEntry']],
    ['DF01EF15|40:1,59', ['DF01EF15|40:01,59 educationEntry schoolName']],
    ['educationEntry:1,schoolName', ['DF01EF15|40:01,59 educationEntry schoolName']],
    // Records of a cyclic file, and their fields by name.
    ['DF02EF07:4', ['DF02EF07:04']],
    ['DF04EF08:00', ['DF04EF08:00']],
    ['medicalTransaction.type:30', ['DF04EF08:30 medicalTransaction.type']],
    ['medicalTransactions', ['DF04EF08']],
    ['photo', ['SSSEEF08 photo']],
  ])('%s', (text, expected) => {
    expect(find(text)).toEqual(expected);
  });

  it('by the record the profile gives to the group asked for', () => {
    expect(locate('DF01EF15|40:01', profile)[0]?.item?.record).toBe(2);
  });
});

describe('an item is not found', () => {
  it.each([
    ['DF05EF05|A0', { place: 'DF05EF05|A0', choices: ['SSSE', 'DF01', 'DF02', 'DF03', 'DF04', 'DF07'] }],
    ['SSSEEF0D|EA', { place: 'SSSEEF0D|EA', choices: ['EF05', 'EF06', 'EF07', 'EF08'] }],
    ['DF04EF06|91', { place: 'DF04EF06|91', choices: ['90', '92', '93'] }],
    ['DF02EF15|99:05', { place: 'DF02EF15|99:05', choices: ['1', '2', '3', '4'] }],
    ['DF02EF15|99:01,13', { place: 'DF02EF15|99:01,13', choices: ['10', '11', '12'] }],
    ['DF02EF07:05', { place: 'DF02EF07:05', choices: ['0–4'] }],
    ['DF04EF05|8C,10', { place: 'DF04EF05|8C,10' }],
    ['SSSEEF05:01', { place: 'SSSEEF05:01' }],
    ['nmae', { place: 'nmae' }],
    ['photo,59', { place: 'SSSEEF08' }],
  ])('%s', (text, details) => {
    expect(refusal(text)).toEqual({ code: 'item-unknown', ...details });
  });

  it('where two have the name', async () => {
    const choices = ['DF02EF06|4F', 'DF03EF05|60'];
    expect(refusal('unemploymentDate', await loadWholeProfile('1.0'))).toEqual({
      code: 'item-unknown',
      place: 'unemploymentDate',
      choices,
    });
  });

  it('where the address is malformed', () => {
    expect(refusal('DF04EF05|8')).toEqual({ code: 'item-address-malformed', offset: 9 });
  });
});
