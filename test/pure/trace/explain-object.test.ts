import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../apdu/bytes.ts';
import { parseTranscript } from '../../../drivers/replay/transcript.ts';
import { generationIn } from '../../../src/trace/explain.ts';
import { explainObject } from '../../../src/trace/explain-object.ts';
import { hideExcept } from '../../../src/trace/masked-bytes.ts';

const UNIONPAY = fromHex('A000000333010101');
const OTHER = fromHex('A0000000031010');
const shown = (hex: string) => hideExcept(fromHex(hex), () => true);
const explain = (tag: number, hex: string, name = UNIONPAY) => explainObject(tag, shown(hex), name);

describe('a data object in words', () => {
  it('has its name in both languages, and the bits that are set', () => {
    expect(explain(0x82, '7C00')).toMatchObject({ tag: '82', value: '7C 00' });
    expect(explain(0x82, '7C00').details?.map(({ name }) => name)).toContain('DDA supported');
    expect(explain(0x82, '0000')).not.toHaveProperty('details');
  });

  it('nobody knows is told by its tag, of one to three bytes', () => {
    expect(explain(0xc5, '01')).toMatchObject({ tag: 'C5', name: 'C5', nameZh: 'C5' });
    expect(explain(0xdf8101, '01')).toMatchObject({ tag: 'DF8101', name: 'DF8101' });
  });

  it('of the private range has a meaning only with its RID', () => {
    expect(explain(0x9f79, '000000000100').name).not.toBe('9F79');
    expect(explain(0x9f79, '000000000100', OTHER)).toMatchObject({ name: '9F79', nameZh: '9F79' });
  });

  it('that is a list names what it asks for; unknown tags stay tags, a list cut short has nothing to tell', () => {
    const { details = [] } = explain(0x8c, '9F0206C501');
    expect(details.map(({ nameZh }) => nameZh)[1]).toBe('C5');
    expect(details).toHaveLength(2);
    expect(explain(0x8c, '9F02')).not.toHaveProperty('details');
  });

  it('that locates files names them; one that is malformed nothing', () => {
    expect(explain(0x94, '10010201').details).toEqual([
      {
        name: 'SFI 2 records 1 to 2, 1 authenticated',
        nameZh: 'SFI 2 记录 1 至 2，1 条参加认证',
      },
    ]);
    expect(explain(0x94, '10020100')).not.toHaveProperty('details');
  });

  it('that lists methods tells each with its condition; unknown ones by their bytes', () => {
    const { details = [] } = explain(0x8e, '0000000000000000420039FE');
    expect(details[0]?.name).toMatch(/PIN.*, else next$/);
    expect(details[1]?.name).toBe('39FE: 39FE');
    expect(explain(0x8e, '00000000')).not.toHaveProperty('details');
  });

  it('of the issuer tells the results of the card, for PBOC only', () => {
    expect(explain(0x9f10, '07010103A0000001').details?.length).toBeGreaterThan(0);
    expect(explain(0x9f10, '07010103A0000001', OTHER)).not.toHaveProperty('details');
    expect(explain(0x9f10, '07010104A0000001')).not.toHaveProperty('details');
  });

  it('that is hidden in part tells no bits', () => {
    const hidden = hideExcept(fromHex('7C00'), (at) => at === 0);
    expect(explainObject(0x82, hidden, UNIONPAY)).not.toHaveProperty('details');
  });
});

describe('the generation in a transcript', () => {
  const of = (...answers: readonly string[]) =>
    generationIn(parseTranscript(`atr 3B00\n${answers.map((one) => `> 00B2032806\n< ${one}\n`).join('')}`));

  it.each([
    ['0304312E30309000', '1.0'],
    ['0304322E30309000', '2.0'],
    ['0304332E30309000', '3.0'],
    ['0304392E30309000', undefined],
    ['0304', undefined],
    ['6A83', undefined],
  ])('%s: %s', (answer, generation) => {
    expect(of(answer)).toBe(generation);
  });

  it('is the first one that is known', () => {
    expect(of('6A83', '0304392E30309000', '0304322E30309000')).toBe('2.0');
  });
});
