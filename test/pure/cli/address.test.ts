import { describe, expect, test } from 'vitest';
import { parseAddress } from '../../../src/cli/address.ts';

describe("the address of a maker's library", () => {
  test.each([
    ['vendor:/opt/reader/libhd100.so', { library: '/opt/reader/libhd100.so' }],
    ['vendor:SSSE32.dll?maker=huada&port=USB1', { library: 'SSSE32.dll', maker: 'huada', port: 'USB1' }],
    ['vendor:lib.so?slot=psam2', { library: 'lib.so', slot: 'psam2' }],
    ['vendor:lib.so?slot=0', { library: 'lib.so', slot: 'user' }],
    ['vendor:lib.so?slot=4', { library: 'lib.so', slot: 'psam4' }],
  ])('%s', (uri, parts) => {
    expect(parseAddress(uri)).toEqual({ scheme: 'vendor', ...parts });
  });

  test.each([
    ['no library', 'vendor:'],
    ['no library, but a slot', 'vendor:?slot=user'],
    ['a maker that nobody knows', 'vendor:lib.so?maker=nobody'],
    ['a slot that no unit has', 'vendor:lib.so?slot=5'],
    ['a slot of another name', 'vendor:lib.so?slot=psam5'],
    ['an empty port', 'vendor:lib.so?port='],
    ['a setting that is none', 'vendor:lib.so?baud=9600'],
  ])('%s is refused', (_, uri) => {
    expect(() => parseAddress(uri)).toThrow(expect.objectContaining({ code: 'address-malformed' }));
  });

  test('what there is to choose from stands in the refusal', () => {
    const refused = (choice: string) =>
      expect.objectContaining({ details: expect.objectContaining({ choices: expect.arrayContaining([choice]) }) });
    expect(() => parseAddress('vendor:lib.so?maker=nobody')).toThrow(refused('huada'));
    expect(() => parseAddress('vendor:lib.so?slot=9')).toThrow(refused('psam4'));
  });
});
