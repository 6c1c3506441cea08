import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { sscard, sscardJson } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'sscard-trace-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A recording made by the command itself. */
async function recording(name: string): Promise<string> {
  const file = join(folder, `${name}.transcript`);
  expect((await sscard(['read', '--reader', 'sim:', '--trace', file])).code).toBe(0);
  return file;
}

describe('trace explain', () => {
  it('says in both languages what every command of a recording was', async () => {
    const file = await recording('explain');
    const zh = await sscard(['trace', 'explain', file, '--lang', 'zh']);
    expect(zh.code).toBe(0);
    expect(zh.out).toMatch(/读记录\s+SSSEEF06\|09 姓名 “张\*\*”\s+9000 成功/);
    const en = await sscard(['trace', 'explain', file, '--lang', 'en']);
    expect(en.out).toMatch(/Read record\s+SSSEEF05\|03 specificationVersion “2\.00”\s+9000 Done/);
  });

  it('is one JSON object of its schema', async () => {
    const { code, answer } = await sscardJson(['trace', 'explain', await recording('json')]);
    expect(code).toBe(0);
    expect(answer).toMatchObject({ generation: '2.0', commands: expect.arrayContaining([]) });
    const commands = answer['commands'] as { command: string; sw: string }[];
    expect(commands[0]).toMatchObject({ line: expect.any(Number), command: 'select', place: 'SSSE', sw: '611E' });
  });

  it('says what the financial application was asked and what it answered', async () => {
    const file = join(folder, 'bank.transcript');
    expect((await sscard(['bank', 'info', '--reader', 'sim:', '--trace', file])).code).toBe(0);
    const zh = await sscard(['trace', 'explain', file, '--lang', 'zh']);
    expect(zh.code).toBe(0);
    expect(zh.out).toMatch(/← 82 应用交互特征 “.. ..” 支持静态数据认证（SDA）；/);
    expect(zh.out).toMatch(/← 5A 应用主账号 “620000\*+\d{3,4}”/);
    const { code, answer } = await sscardJson(['trace', 'explain', file]);
    expect(code).toBe(0);
    const commands = answer['commands'] as { command: string; sent?: { tag: string }[] }[];
    const options = commands.find(({ command, sent }) => command === 'get-processing-options' && sent !== undefined);
    expect(options?.sent?.map(({ tag }) => tag)).toContain('9F02');
  });

  it('names the line of what is no transcript', async () => {
    const file = join(folder, 'broken.transcript');
    writeFileSync(file, 'atr 3B 00\n> 00 A4 0\n');
    const { code, answer } = await sscardJson(['trace', 'explain', file]);
    expect(code).toBe(2);
    expect(answer.error).toMatchObject({ code: 'transcript-malformed', file, line: 2 });
  });
});

describe('--profile', () => {
  it('is in force when a transcript is explained', async () => {
    const profile = join(folder, 'site.json');
    const items = [{ tag: '03', record: 3, name: 'specificationVersion', nameZh: '本站版本' }];
    const files = [{ directory: 'SSSE', ef: 'EF05', items }];
    const appliesTo = { generations: ['2.0'], divisionPrefix: '' };
    writeFileSync(profile, JSON.stringify({ region: 'site', nameZh: '本站', appliesTo, files }));
    const { code, out } = await sscard(['trace', 'explain', await recording('site'), '--profile', profile]);
    expect(code).toBe(0);
    expect(out).toContain('SSSEEF05|03 本站版本');
  });
});

describe('trace mask', () => {
  it('hides a PIN that another program wrote down', async () => {
    const file = join(folder, 'foreign.transcript');
    writeFileSync(file, 'atr 3B 00\n> 00 20 00 00 03 73 51 90\n# 735190\n< 90 00\n');
    const { code, out } = await sscard(['trace', 'mask', file]);
    expect(code).toBe(0);
    expect(out).toBe('atr 3B 00\n> 00 20 00 00 03 ** ** **\n< 90 00\n');
  });

  it('gives back what the command recorded itself', async () => {
    const file = await recording('again');
    const { out } = await sscard(['trace', 'mask', file]);
    expect(out).toBe(readFileSync(file, 'utf8'));
  });
});

describe('trace replay', () => {
  it('does a recorded reading again', async () => {
    const { code, answer } = await sscardJson(['trace', 'replay', await recording('replay')]);
    expect(code).toBe(0);
    expect(answer['replay']).toMatchObject({ act: 'read', result: 'same' });
  });

  it('ends with 8 and names the line where another command was recorded', async () => {
    const file = await recording('other');
    const lines = readFileSync(file, 'utf8').split('\n');
    const at = lines.findIndex((line) => line.startsWith('> 00 B2 05'));
    lines[at] = '> 00 B2 02 28 03';
    writeFileSync(file, lines.join('\n'));
    const { code, answer } = await sscardJson(['trace', 'replay', file]);
    expect(code).toBe(8);
    expect(answer.error).toMatchObject({ code: 'replay-differs', line: at + 1 });
    expect(answer['replay']).toMatchObject({ result: 'different', line: at + 1 });
  });

  it('refuses an act that cannot be done again, and says which can', async () => {
    const { code, answer } = await sscardJson(['trace', 'replay', await recording('no'), 'files', 'write']);
    expect(code).toBe(2);
    expect(answer.error?.code).toBe('replay-not-possible');
    expect(answer.error?.['choices']).toContain('pin change');
  });
});
