import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseTranscript } from '../../../drivers/replay/transcript.ts';
import { loadWholeProfile } from '../../../src/social/profile/load.ts';
import type { CardProfile } from '../../../src/social/profile/profile.ts';
import { explainTranscript } from '../../../src/trace/explain.ts';
import type { Explained, ExplainedObject } from '../../../src/trace/explained.ts';
import { maskTranscript } from '../../../src/trace/transcript-masking.ts';

const ATR = 'atr 3B 6D 00 00 00 87 54 31 00 86 60 32 04 99 00 00 01\n';
const SELECT = '> 00 A4 04 00 08 A0 00 00 03 33 01 01 01\n';
const SSSE = '> 00 A4 04 00 0F 73 78 31 2E 73 68 2E C9 E7 BB E1 B1 A3 D5 CF\n< 90 00\n';
let profile: CardProfile;

beforeAll(async () => {
  profile = await loadWholeProfile('2.0');
});

function golden(name: string): string {
  return readFileSync(new URL(`../../../fixtures/golden/bank-${name}.transcript`, import.meta.url), 'utf8');
}

/** Explained as the command does it: masked first. */
function explained(text: string): Explained[] {
  return explainTranscript(maskTranscript(parseTranscript(text)), profile);
}

const received = (steps: readonly Explained[], tag: string): ExplainedObject | undefined =>
  steps.flatMap((step) => step.received ?? []).find((one) => one.tag === tag);

describe('a financial exchange in words', () => {
  it('names directory, application, and what their answers hold', () => {
    const steps = explained(golden('select'));
    expect(steps[0]).toMatchObject({ command: 'select', named: { nameZh: '支付系统环境' }, sw: 0x6126 });
    const entry = steps.find(({ place }) => place === 'SFI 1:1');
    expect(entry?.received?.map(({ tag, value }) => [tag, value])).toEqual([
      ['4F', 'A0 00 00 03 33 01 01 01'],
      ['50', 'PBOC Credit'],
      ['9F12', 'CARD IMAGE 0029'],
    ]);
    const application = steps.find(({ place }) => place === 'A000000333010101');
    expect(application?.named).toEqual({ name: 'UnionPay debit', nameZh: '银联借记' });
  });

  it('names the values that the card asked the terminal for', () => {
    const options = explained(golden('records')).find(({ command }) => command === 'get-processing-options');
    expect(options?.sent?.map(({ tag, nameZh, value }) => [tag, nameZh, value])).toEqual([
      ['9F1A', '终端国家代码', '0156'],
      ['9F7A', '电子现金终端支持指示器', '00'],
      ['9F02', '授权金额（数值型）', '000000010000'],
      ['5F2A', '交易货币代码', '0156'],
      ['9F4E', '商户名称和位置', '***'],
    ]);
  });

  it('tells bits, files, methods and lists in both languages', () => {
    const steps = explained(golden('records'));
    expect(received(steps, '82')?.details?.[0]).toEqual({
      bit: '1.7',
      name: 'SDA supported',
      nameZh: '支持静态数据认证（SDA）',
    });
    expect(received(steps, '94')?.details?.[2]).toMatchObject({ name: 'SFI 3 records 1 to 2, 1 authenticated' });
    expect(received(steps, '8E')?.details?.at(-1)).toEqual({
      name: 'no CVM required: always',
      nameZh: '无需持卡人验证：总是',
    });
    expect(received(steps, '8C')?.details?.[3]).toEqual({
      name: 'Terminal verification results',
      nameZh: '终端验证结果',
    });
  });

  it('shows an account number as the transcript does, and nothing of tracks and names', () => {
    const steps = explained(golden('records'));
    expect(received(steps, '5A')?.value).toBe('622800******1117');
    expect(received(steps, '57')?.value).toBe('***');
    expect(received(steps, '5F20')).toEqual({
      tag: '5F20',
      name: 'Cardholder name',
      nameZh: '持卡人姓名',
      value: '***',
    });
    expect(JSON.stringify(steps)).not.toMatch(/FULL FUNCTION|6228000100001117/);
  });

  it('tells what a cryptogram was asked for and what came, with the verification results', () => {
    const steps = explained(golden('online')).filter(({ command }) => command !== 'select');
    const [first, second] = steps.filter(({ command }) => command === 'generate-cryptogram');
    expect([first?.named?.name, second?.named?.name]).toEqual(['ARQC', 'TC']);
    expect(received(steps, '9F27')?.details).toEqual([
      { bit: '1.8-7', name: 'ARQC: online requested', nameZh: 'ARQC：请求联机' },
    ]);
    expect(received(steps, '9F36')?.value).toBe('00 01');
    expect(received(steps, '9F10')?.details?.map(({ name }) => name)).toContain('first GENERATE AC: ARQC');
  });

  it('tells that a combined signature was asked for', () => {
    const combined = explained(golden('cda')).find(({ command }) => command === 'generate-cryptogram');
    expect(combined?.named?.name).toBe('ARQC, CDA');
  });

  it('gives the first cryptogram the values of CDOL1, the second those of CDOL2', () => {
    const lists = '< 70 0D 8C 05 9C 01 9F 37 04 8D 04 8A 02 9C 01 90 00\n';
    const steps = explained(
      `${ATR}${SELECT}< 90 00\n> 00 B2 01 0C 00\n${lists}` +
        '> 80 AE 80 00 05 01 11 22 33 44 00\n< 80 0B 80 00 01 01 02 03 04 05 06 07 08 90 00\n' +
        '> 80 AE 40 00 03 30 30 01 00\n< 69 85\n',
    );
    expect(steps[2]?.sent?.map(({ tag, value }) => [tag, value])).toEqual([
      ['9C', '01'],
      ['9F37', '11 22 33 44'],
    ]);
    expect(steps[3]?.sent?.map(({ tag, value }) => [tag, value])).toEqual([
      ['8A', '00'],
      ['9C', '01'],
    ]);
  });

  it('names the object of GET DATA and PUT DATA, and hides a balance', () => {
    const steps = explained(golden('data'));
    expect(steps.find(({ place }) => place === '9F79')).toMatchObject({
      command: 'get-data',
      named: { nameZh: '电子现金余额' },
      received: [{ value: '***' }],
    });
    const put = explained(golden('scripts')).find(({ command }) => command === 'put-data');
    expect(put).toMatchObject({ place: '9F58', named: { nameZh: '连续脱机交易下限（卡片）' } });
  });

  it('names the log, whose records are hidden', () => {
    const record = explained(golden('e-cash')).find(({ place }) => place === 'SFI 11:1');
    expect(record).toMatchObject({ command: 'read-record', named: { nameZh: '交易日志' }, value: '***' });
  });

  it('gives private tags no meaning under another RID', () => {
    const steps = explained(
      `${ATR}> 00 A4 04 00 07 A0 00 00 00 03 10 10\n< 90 00\n> 80 CA 9F 79 00\n< 9F 79 01 00 90 00\n`,
    );
    expect(steps[1]).toMatchObject({ place: '9F79', received: [{ tag: '9F79', name: '9F79', value: '***' }] });
    expect(steps[1]).not.toHaveProperty('named');
  });

  it('knows the application that is selected now', () => {
    const record = '> 00 B2 01 0C 00\n< 6A 83\n';
    const steps = explained(`${ATR}${SSSE}${record}${SELECT}< 90 00\n${record}${SSSE}${record}`);
    expect(steps[1]?.place).not.toBe('SFI 1:1');
    expect(steps[3]?.place).toBe('SFI 1:1');
    expect(steps[5]?.place).not.toBe('SFI 1:1');
  });

  it('stays where it was when an application is refused, and knows nothing after a reset', () => {
    const record = '> 00 B2 01 0C 00\n< 6A 83\n';
    const refused = explained(`${ATR}${SSSE}${SELECT}< 6A 82\n${record}`);
    expect(refused[2]?.place).not.toBe('SFI 1:1');
    const reset = explained(`${ATR}${SELECT}< 90 00\n! reset\n${ATR}${record}`);
    expect(reset[1]).not.toHaveProperty('place');
  });

  it.each(['records', 'online', 'cda', 'pin', 'pin-enciphered', 'sm', 'offline', 'unable-online'])(
    'has words for every command of bank-%s',
    (name) => {
      for (const { command } of explained(golden(name))) expect(command).not.toBe('unknown');
    },
  );
});
