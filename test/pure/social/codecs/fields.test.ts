import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../../apdu/bytes.ts';
import { decodeFields, encodeFields } from '../../../../src/social/codecs/fields.ts';
import { CODING, item } from './items.ts';

const FIELDS = [
  item('an', 3, { name: 'policyType' }),
  item('cn', 4, { name: 'startDate', meaning: 'date' }),
  item('b', 2, { name: 'amount', meaning: 'fen' }),
];
const RECORD = '413100' + '18990228' + '0102';

const decode = async (hex: string) => {
  const { fields, rest } = await decodeFields(FIELDS, fromHex(hex), CODING);
  return { fields: fields.map(({ decoded }) => decoded), ...(rest !== undefined && { rest }) };
};

describe('a record of fields', () => {
  it('is read one value after the other', async () => {
    const fields = ['A1', '1899-02-28', 258].map((value) => ({ kind: 'value', value }));
    expect(await decode(RECORD)).toEqual({ fields });
  });

  it.each(['00', 'FF'])('filled with %s has empty fields, amounts too', async (filler) => {
    expect(await decode(filler.repeat(9))).toEqual({ fields: FIELDS.map(() => ({ kind: 'empty' })) });
  });

  it('that ends too early lacks its last fields, and guesses none', async () => {
    const [type] = (await decode(RECORD)).fields;
    expect(await decode(RECORD.slice(0, 12))).toEqual({
      fields: [
        type,
        { kind: 'undecodable', why: 'missing', raw: '189902' },
        { kind: 'undecodable', why: 'missing', raw: '' },
      ],
    });
  });

  it('that is too long keeps what follows', async () => {
    expect(await decode(`${RECORD}ABCD`)).toEqual({ ...(await decode(RECORD)), rest: 'ABCD' });
  });

  it('whose layout nobody knows is its bytes', async () => {
    const { fields } = await decodeFields([item('b', 0)], fromHex('010203'), CODING);
    expect(fields.map(({ decoded }) => decoded)).toEqual([{ kind: 'value', value: '010203' }]);
  });

  it('is written at full length, with empty fields where nothing is given', async () => {
    const whole = await encodeFields(
      FIELDS,
      { policyType: 'A1', startDate: '1899-02-28', amount: 258 },
      CODING,
      'DF02EF16:1',
    );
    expect(toHex(whole)).toBe(RECORD);
    expect(toHex(await encodeFields(FIELDS, { amount: 0 }, CODING, 'DF02EF16:1'))).toBe('000000FFFFFFFF0000');
  });

  it('is refused with its address and the name of the field', async () => {
    const error = { code: 'value-malformed', details: { place: 'DF02EF16:1 startDate' } };
    await expect(encodeFields(FIELDS, { startDate: '1899-02-29' }, CODING, 'DF02EF16:1')).rejects.toMatchObject(error);
    const unknown = { code: 'value-malformed', details: { place: 'DF02EF16:1' } };
    await expect(encodeFields(FIELDS, { start: '1' }, CODING, 'DF02EF16:1')).rejects.toMatchObject(unknown);
  });
});
