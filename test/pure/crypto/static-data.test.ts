import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/bytes.ts';
import { staticDataToAuthenticate } from '../../../src/crypto/static-data.ts';

const PROFILE = fromHex('7C00');
const AIP_LISTED = fromHex('82');
const record = (sfi: number, hex: string) => ({ sfi, record: fromHex(hex) });
const hexOf = (...given: Parameters<typeof staticDataToAuthenticate>) => {
  const result = staticDataToAuthenticate(...given);
  return result.kind === 'valid' ? toHex(result.value) : result.reason;
};

describe('static data to authenticate', () => {
  it('are the contents of templates in low files and whole records in others, in their order', () => {
    const records = [record(10, '70055F28020156'), record(11, '70035A0162'), record(1, '7003570162')];
    expect(hexOf(records, undefined, PROFILE)).toBe('5F2802015670035A0162570162');
  });

  it('end with the value of the application interchange profile when the card lists it', () => {
    expect(hexOf([record(1, '70035A0162')], AIP_LISTED, PROFILE)).toBe('5A01627C00');
  });

  it('may be that value alone', () => {
    expect(hexOf([], AIP_LISTED, PROFILE)).toBe('7C00');
  });

  it.each([
    ['another tag in the list', [], fromHex('84')],
    ['two tags in the list', [], fromHex('8282')],
    ['an empty list', [], fromHex('')],
    ['another template', [record(1, '77035A0162')], undefined],
    ['two templates', [record(1, '70035A016270035A0162')], undefined],
    ['a template without end', [record(1, '70055A0162')], undefined],
    ['a record of another file that is no template', [record(11, '5A0162')], undefined],
    ['an empty record', [record(1, '')], undefined],
  ])('are refused with %s', (_, records, tagList) => {
    expect(hexOf(records, tagList, PROFILE)).toBe('static-data');
  });
});
