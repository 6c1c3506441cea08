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

describe('the address of a unit on a port', () => {
  const none = new Map<string, string>();
  test.each([
    ['serial:/dev/ttyS0?protocol=ccid-gemplus', { scheme: 'serial', port: '/dev/ttyS0', protocol: 'ccid-gemplus' }],
    [
      'serial:COM3?protocol=ccid-acs&baud=9600&slot=1',
      { scheme: 'serial', port: 'COM3', protocol: 'ccid-acs', baud: 9600, slot: 1 },
    ],
    ['hid:23a4:0219?protocol=ccid-acs', { scheme: 'hid', port: '23a4:0219', protocol: 'ccid-acs' }],
    [
      'hid:23A4:0219:A17?protocol=ccid-acs&packing=len1-64&slot=0',
      { scheme: 'hid', port: '23A4:0219:A17', protocol: 'ccid-acs', packing: 'len1-64', slot: 0 },
    ],
    ['hid:/dev/hidraw3?protocol=ccid-acs', { scheme: 'hid', port: '/dev/hidraw3', protocol: 'ccid-acs' }],
  ])('%s', (uri, parts) => {
    expect(parseAddress(uri)).toEqual({ ...parts, options: none });
  });

  test('what only the protocol understands is handed on to it', () => {
    const address = parseAddress('serial:/dev/ttyS0?slots=5&protocol=ccid-gemplus');
    expect(address).toMatchObject({ options: new Map([['slots', '5']]) });
  });

  test.each([
    ['no port', 'serial:?protocol=ccid-acs'],
    ['no protocol', 'serial:/dev/ttyS0'],
    ['a speed that is none', 'serial:/dev/ttyS0?protocol=ccid-acs&baud=fast'],
    ['a speed of 0', 'serial:/dev/ttyS0?protocol=ccid-acs&baud=0'],
    ['a slot that no unit has', 'serial:/dev/ttyS0?protocol=ccid-acs&slot=16'],
    ['a slot below 0', 'serial:/dev/ttyS0?protocol=ccid-acs&slot=-1'],
    ['a device without numbers', 'hid:reader?protocol=ccid-acs'],
    ['a packing that nobody knows', 'hid:23a4:0219?protocol=ccid-acs&packing=raw-8'],
  ])('%s is refused', (_, uri) => {
    expect(() => parseAddress(uri)).toThrow(expect.objectContaining({ code: 'address-malformed' }));
  });

  test('a protocol that nobody knows is refused with those there are', () => {
    const details = expect.objectContaining({ choices: expect.arrayContaining(['ccid-gemplus']) });
    expect(() => parseAddress('serial:/dev/ttyS0?protocol=magic')).toThrow(
      expect.objectContaining({ code: 'unit-unknown', details }),
    );
  });
});
