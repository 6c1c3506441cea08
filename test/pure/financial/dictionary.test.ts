import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../apdu/bytes.ts';
import { describeBits, describeCvm, describeCvmResult } from '../../../src/financial/dictionary/bit-fields.ts';
import { describeTag, formatOf, isPboc } from '../../../src/financial/dictionary/dictionary.ts';

interface PublishedTag {
  readonly tag: string;
  readonly format: string;
  readonly minLength: number;
  readonly maxLength: number;
  readonly allowedLengths?: readonly number[];
  readonly source: string;
  readonly templates: readonly string[];
  readonly getData: boolean;
  readonly mandatoryInRecords: boolean;
  readonly scope: 'EMV' | 'PBOC' | 'terminal-parameter';
  readonly confidence: string;
  readonly unit?: string;
}

const published: {
  readonly tags: readonly PublishedTag[];
  readonly bitFields: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly cvm: Readonly<Record<'methods' | 'conditions', Readonly<Record<string, string>>>>;
} = JSON.parse(readFileSync(new URL('../../../fixtures/vectors/emv/tags.json', import.meta.url), 'utf8'));

const UNIONPAY = fromHex('A000000333');
const VISA = fromHex('A000000003');
const CHINESE = /[\u4e00-\u9fff]/;
const isPrivateTag = (tag: string) => /^(?:9F[5-7]|DF)/.test(tag);
const contextOf = ({ scope }: PublishedTag) => (scope === 'terminal-parameter' ? 'terminal-parameters' : UNIONPAY);

describe('the data dictionary', () => {
  it('has the 190 entries of the reference', () => {
    expect(published.tags).toHaveLength(190);
  });

  it.each(published.tags.map((one) => [one.tag, one.scope, one] as const))('describes %s (%s)', (_, __, one) => {
    const tag = Number.parseInt(one.tag, 16);
    const found = describeTag(tag, contextOf(one));
    expect(found).toMatchObject({
      tag,
      name: expect.stringMatching(/^[A-Z]/),
      nameZh: expect.stringMatching(CHINESE),
      format: one.format,
      min: one.minLength,
      max: one.maxLength,
      source: one.source,
      confidence: one.confidence,
      scope: { EMV: 'emv', PBOC: 'pboc', 'terminal-parameter': 'download' }[one.scope],
    });
    expect(found?.lengths).toEqual(one.allowedLengths);
    expect(found?.in ?? []).toEqual(one.templates);
    expect([found?.getData ?? false, found?.mandatory ?? false]).toEqual([one.getData, one.mandatoryInRecords]);
    expect(found?.unit !== undefined).toBe(one.unit !== undefined);
    expect(formatOf(tag)).toBe(one.format);
  });

  it('gives every entry of one context a Chinese name of its own', () => {
    const names = published.tags
      .filter(({ scope }) => scope !== 'terminal-parameter')
      .map(({ tag }) => describeTag(Number.parseInt(tag, 16), UNIONPAY)?.nameZh)
      // The results of scripts have one tag in EMV and one in Chinese field 55.
      .filter((name) => name !== '发卡行脚本结果');
    expect(new Set(names).size).toBe(names.length);
  });

  it.each([
    [0x82, '应用交互特征'],
    [0x95, '终端验证结果'],
    [0x94, '应用文件定位器'],
    [0x8e, '持卡人验证方法列表'],
    [0x9f10, '发卡行应用数据'],
    [0x9f79, '电子现金余额'],
  ])('calls %i as JR/T 0025 does: %s', (tag, nameZh) => {
    expect(describeTag(tag, UNIONPAY)?.nameZh).toBe(nameZh);
  });

  it('knows nothing of a tag that is not in it', () => {
    expect(describeTag(0x56, UNIONPAY)).toBeUndefined();
    expect(formatOf(0x56)).toBeUndefined();
  });
});

describe('private tags', () => {
  const ofCards = published.tags.filter(({ tag, scope }) => isPrivateTag(tag) && scope !== 'terminal-parameter');

  it.each(ofCards.map(({ tag }) => tag))('%s has a meaning only with its RID', (name) => {
    const tag = Number.parseInt(name, 16);
    expect(describeTag(tag, UNIONPAY)).toBeDefined();
    expect(describeTag(tag, fromHex('A000000632010105'))).toBeDefined();
    expect(describeTag(tag, VISA)).toBeUndefined();
    expect(describeTag(tag, undefined)).toBeUndefined();
  });

  it('mean something else in terminal parameters than on a card', () => {
    expect(describeTag(0xdf11, 'terminal-parameters')?.nameZh).toBe('终端行为代码（缺省）');
    expect(describeTag(0xdf11, UNIONPAY)?.nameZh).toBe('发卡行数据');
    expect(describeTag(0xdf02, UNIONPAY)).toBeUndefined();
    expect(describeTag(0x9f79, 'terminal-parameters')).toBeUndefined();
  });

  it('are told from those of EMV', () => {
    expect(describeTag(0x9f4f, VISA)?.nameZh).toBe('日志格式');
    expect(describeTag(0x5a, undefined)?.nameZh).toBe('应用主账号');
  });

  it('go by the RID of an AID, and no less than a RID', () => {
    expect(isPboc(fromHex('A000000333010101'))).toBe(true);
    expect(isPboc(fromHex('A0000003'))).toBe(false);
  });
});

describe('what is secret', () => {
  it.each([0x57, 0x5f20, 0x99, 0x9f0b, 0x9f1f, 0x9f20, 0x9f46, 0x9f61, 0x9f79, 0xdf79])('%i is hidden', (tag) => {
    expect(describeTag(tag, UNIONPAY)?.secret).toBe('hide');
  });

  it('the account number is shown in part', () => {
    expect(describeTag(0x5a, UNIONPAY)?.secret).toBe('pan');
  });
});

describe('bit fields', () => {
  const fields = Object.entries(published.bitFields).map(([title, bits]) => {
    const [name = ''] = title.split(' ');
    return [name, name === 'CVR' ? name : Number.parseInt(name, 16), bits] as const;
  });

  it.each(fields)('%s has a name in both languages for every bit of the reference', (_, field, bits) => {
    for (const bit of Object.keys(bits)) {
      const [byte = 0, top = 0, low = top] = (bit.includes('.') ? bit : `1.${bit}`).split(/[.-]/).map(Number);
      const bytes = new Uint8Array(5);
      bytes[byte - 1] = 1 << (low - 1);
      const [found, ...more] = describeBits(field, bytes).filter((one) => one.bit.startsWith(`${byte}.${top}`));
      expect(found).toMatchObject({ name: expect.any(String), nameZh: expect.stringMatching(CHINESE) });
      expect(more).toEqual([]);
    }
  });

  it.each(fields)('%s has no bit that the reference has not', (_, field, bits) => {
    const known = Object.keys(bits).map((bit) => (bit.includes('.') ? bit : `1.${bit}`));
    const described = describeBits(field, new Uint8Array(5).fill(0xff)).map(({ bit }) => bit);
    for (const bit of described) expect(known).toContain(bit);
  });

  it('tells TVR bits in words', () => {
    expect(describeBits(0x95, fromHex('8040000000'))).toEqual([
      { bit: '1.8', name: 'offline data authentication not performed', nameZh: '未进行脱机数据认证' },
      { bit: '2.7', name: 'expired application', nameZh: '应用已过期' },
    ]);
  });

  it.each([
    ['00', 'AAC: declined'],
    ['40', 'TC: approved'],
    ['80', 'ARQC: online requested'],
    ['8A', 'ARQC: online requested, advice required, PIN try limit exceeded'],
    ['C0', 'reserved (formerly AAR)'],
  ])('tells what CID %s is', (cid, text) => {
    expect(
      describeBits(0x9f27, fromHex(cid))
        .map(({ name }) => name)
        .join(', '),
    ).toBe(text);
  });

  it('tells the card verification results, values and numbers', () => {
    expect(describeBits('CVR', fromHex('03A40020')).map(({ name }) => name)).toEqual([
      'second GENERATE AC: not requested',
      'first GENERATE AC: ARQC',
      'offline PIN verification performed',
      'successful script commands after second GENERATE AC in last transaction: 2',
    ]);
  });

  it('tells nothing of bytes that are not there, nor of other tags', () => {
    expect(describeBits(0x95, fromHex('80')).map(({ bit }) => bit)).toEqual(['1.8']);
    expect(describeBits(0x9f27, new Uint8Array())).toEqual([]);
    expect(describeBits(0x9f02, fromHex('FFFFFFFFFFFF'))).toEqual([]);
  });
});

describe('cardholder verification', () => {
  const codes = (what: 'methods' | 'conditions') =>
    Object.keys(published.cvm[what]).map((code) => fromHex(code)[0] ?? 0);

  it.each(codes('methods'))('method %i has names', (code) => {
    expect(describeCvm(Uint8Array.of(code, 0)).method).toMatchObject({ nameZh: expect.stringMatching(CHINESE) });
  });

  it.each(codes('conditions'))('condition %i has names', (code) => {
    expect(describeCvm(Uint8Array.of(0, code)).condition).toMatchObject({ nameZh: expect.stringMatching(CHINESE) });
  });

  it('says whether the next rule follows', () => {
    expect(describeCvm(fromHex('4203'))).toMatchObject({ method: { name: 'enciphered PIN online' }, continues: true });
    expect(describeCvm(fromHex('0203')).continues).toBe(false);
  });

  it('knows the code for no method at all', () => {
    expect(describeCvm(fromHex('3F00')).method).toMatchObject({ name: 'none performed' });
  });

  it('has no word for a method or condition of nobody', () => {
    expect(describeCvm(fromHex('0A80'))).toMatchObject({ method: undefined, condition: undefined });
  });

  it.each([
    [0, 'unknown'],
    [1, 'failed'],
    [2, 'successful'],
  ])('result %i is %s', (code, name) => {
    expect(describeCvmResult(code)).toMatchObject({ name });
  });

  it('result 3 is none', () => {
    expect(describeCvmResult(3)).toBeUndefined();
  });
});
