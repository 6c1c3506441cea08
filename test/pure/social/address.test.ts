import { describe, expect, it } from 'vitest';
import { SscardError } from '../../../apdu/errors.ts';
import { formatAddress, formatAddresses, type ItemAddress, parseAddresses } from '../../../src/social/address.ts';

const at = (directory: string, ef: string, more: Partial<ItemAddress> = {}): ItemAddress => ({
  directory,
  ef,
  ...more,
});

describe('addresses', () => {
  it.each([
    ['DF04EF05|8C', [at('DF04', 'EF05', { tag: '8C' })]],
    ['DF04EF05', [at('DF04', 'EF05')]],
    ['DF04EF05|', [at('DF04', 'EF05')]],
    ['df04ef05|8c|$', [at('DF04', 'EF05', { tag: '8C' })]],
    [
      'SSSEEF05|01|07|$DF01EF06|28|$',
      [at('SSSE', 'EF05', { tag: '01' }), at('SSSE', 'EF05', { tag: '07' }), at('DF01', 'EF06', { tag: '28' })],
    ],
    // MF stands for SSSE in Jiangsu.
    [
      'MFEF06|08|09|$DF02EF07:01$DF02EF15|99:01|$',
      [
        at('SSSE', 'EF06', { tag: '08' }),
        at('SSSE', 'EF06', { tag: '09' }),
        at('DF02', 'EF07', { record: 1 }),
        at('DF02', 'EF15', { tag: '99', record: 1 }),
      ],
    ],
    ['3F00EF06|0D', [at('SSSE', 'EF06', { tag: '0D' })]],
    ['DF02EF07:0', [at('DF02', 'EF07', { record: 0 })]],
    ['DF04EF08:30', [at('DF04', 'EF08', { record: 30 })]],
    [
      'DF01EF15|40:02,57,59|2A|$',
      [
        at('DF01', 'EF15', { tag: '40', record: 2, subTag: '57' }),
        at('DF01', 'EF15', { tag: '40', record: 2, subTag: '59' }),
        at('DF01', 'EF15', { tag: '2A' }),
      ],
    ],
    [' SSSEEF05|01|$ DF01EF06|28|$ ', [at('SSSE', 'EF05', { tag: '01' }), at('DF01', 'EF06', { tag: '28' })]],
  ] as const)('%s', (text, expected) => {
    expect(parseAddresses(text)).toEqual(expected);
  });

  it.each([
    ['', 0],
    ['   ', 3],
    ['DF4EF05', 0],
    ['DF04EF5|8C', 0],
    ['DF04 EF05|8C', 0],
    ['DF04EF05|8', 9],
    ['DF04EF05|8CC', 11],
    ['DF04EF05|8C||', 12],
    ['DF04EF05 |8C', 8],
    ['DF04EF05|8C|$|', 13],
    ['DF04EF05|8C DF01EF06|28', 11],
    ['DF04EF05|8C|$$', 13],
    ['DF02EF07:', 8],
    ['DF02EF07:123', 8],
    ['DF02EF07:1|3A', 11],
    ['DF02EF15|99:00', 13],
    ['DF02EF15|99,', 12],
    ['DF02EF15|,10', 9],
    ['张三', 0],
  ])('%s is malformed at %i', (text, offset) => {
    const parse = () => parseAddresses(text);
    expect(parse).toThrow(SscardError);
    expect(parse).toThrow(expect.objectContaining({ code: 'item-address-malformed', details: { offset } }));
  });

  it('are not read without end', () => {
    const parse = () => parseAddresses('DF04EF05|8C|$'.repeat(1000));
    expect(parse).toThrow(expect.objectContaining({ code: 'item-address-malformed' }));
  });
});

describe('written addresses', () => {
  it.each([
    [at('SSSE', 'EF05'), 'SSSEEF05'],
    [at('DF02', 'EF07', { record: 1 }), 'DF02EF07:01'],
    [at('DF02', 'EF15', { tag: '99', record: 12 }), 'DF02EF15|99:12'],
    [at('DF02', 'EF15', { tag: '99', record: 1, subTag: '10' }), 'DF02EF15|99:01,10'],
  ])('%o is %s', (address, text) => {
    expect(formatAddress(address)).toBe(text);
  });

  it.each([
    'SSSEEF05|01|07|$DF01EF06|28|$',
    'DF02EF07:01$DF02EF15|99:01|$',
    'DF01EF15|40:02,57|40:02,59|2A|$SSSEEF08$',
    'SSSEEF08$SSSEEF07$',
  ])('%s comes back as it was', (text) => {
    expect(formatAddresses(parseAddresses(text))).toBe(text);
  });

  it('have no blanks, and the national name of the application', () => {
    expect(formatAddresses(parseAddresses('MFEF06|08|$ DF04EF05|8C'))).toBe('SSSEEF06|08|$DF04EF05|8C|$');
  });
});
