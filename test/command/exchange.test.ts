import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { sscard, sscardJson } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'sscard-apdu-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SELECT = '00A404000F7378312E73682EC9E7BBE1B1A3D5CF';
const sim = ['--reader', 'sim:'];
const file = (name: string, content: string | Uint8Array) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

describe('apdu', () => {
  test('sends and shows what the card says, 61xx included', async () => {
    const { answer } = await sscardJson(['apdu', SELECT, '00C000001E', ...sim]);
    expect(answer['exchanges']).toMatchObject([
      { sw: '611E', data: '', expected: null, met: true },
      { sw: '9000', data: expect.stringMatching(/^6F1C/) },
    ]);
  });

  test('takes the expected status attached or as the next argument', async () => {
    const { code } = await sscardJson(['apdu', `${SELECT}=611E`, '00C000001E', '=9000', ...sim]);
    expect(code).toBe(0);
  });

  test('ends at the first missed status with exit code 8, and shows what was done', async () => {
    const { code, answer } = await sscardJson(['apdu', `${SELECT}=9000`, '00C000001E', ...sim]);
    expect([code, answer.error?.code, answer.error?.['sw']]).toEqual([8, 'status-unexpected', '611E']);
    expect(answer['exchanges']).toHaveLength(1);
  });

  test('shows data and meaning for people', async () => {
    const { out } = await sscard(['apdu', '0084000008', ...sim, '--lang', 'en']);
    expect(out).toMatch(/^> 00 84 00 00 08\n< ([0-9A-F]{2} ){8}9000 {2}Done\n$/);
  });

  test.each([
    ['00A4040', 'hex-malformed'],
    ['00A4', 'command-malformed'],
    ['00A40400050102', 'command-malformed'],
    ['=9000', 'argument-malformed'],
    ['00A4040000=90', 'hex-malformed'],
  ])('refuses %s before a reader is opened', async (word, expected) => {
    const { code, answer } = await sscardJson(['apdu', word]);
    expect([code, answer.error?.code]).toEqual([2, expected]);
  });

  test.each([
    ['VERIFY', '0020000003123456'],
    ['VERIFY in another class', '8021000003123456'],
    ['CHANGE PIN', '805E010007123456FF735190'],
    ['RELOAD PIN', '842400010C000102030405060708090A0B'],
    ['UNBLOCK', '842400000400010203'],
    ['UNBLOCK of ISO', '002C000003123456'],
    ['PUT KEY', '80D8000003010203'],
    ['WRITE KEY', '80D4000003010203'],
    ['CARD BLOCK', '841600000400010203'],
    ['APPLICATION BLOCK', '841E00000400010203'],
    ['ENVELOPE', '00C20000080020000003123456'],
  ])('%s is refused with exit code 9 before a reader is opened', async (_name, word) => {
    const { code, answer } = await sscardJson(['apdu', word]);
    expect([code, answer.error?.code]).toEqual([9, 'command-not-allowed']);
    expect(JSON.stringify(answer)).not.toContain('123456');
  });

  test('refuses when only a later command is one of them', async () => {
    expect((await sscardJson(['apdu', '0084000008', '0020000003123456'])).code).toBe(9);
  });

  test('sends VERIFY to a simulated card, and does not show the PIN again', async () => {
    const { code, out } = await sscard(['apdu', SELECT, '0020000003735190', ...sim, '--json']);
    expect(code).toBe(0);
    expect(out).toContain('"sw":"63C');
    expect(out).not.toContain('735190');
  });

  test('masks personal files of a card that is not simulated', async () => {
    const golden = file(
      'plain.transcript',
      `atr 3B6D0000008754310086973204990A0B0C0D\n> ${SELECT}\n< 9000\n> 00B2083414\n< 0812${Buffer.from('320499189809044551').toString('hex')}9000\n`,
    );
    const { answer } = await sscardJson(['apdu', SELECT, '00B2083414', '--reader', `replay:${golden}`]);
    expect(answer['masked']).toBe(true);
    expect(JSON.stringify(answer)).toContain('081233323034********************34353531');
  });
});

describe('script', () => {
  test('runs one exchange a line, comments and blanks aside', async () => {
    const path = file('ok.txt', `# select\n${SELECT} =611E\n\n00 C0 00 00 1E = 9000 # answer\r\n`);
    const { code, answer } = await sscardJson(['script', path, ...sim]);
    expect([code, (answer['exchanges'] as unknown[]).length]).toEqual([0, 2]);
  });

  test('reads stdin as -', async () => {
    expect((await sscard(['script', '-', ...sim], { input: '0084000008=9000\n' })).code).toBe(0);
  });

  test('names line and column of a mistake', async () => {
    const path = file('bad.txt', '0084000008\n  00 84 0G 00\n');
    const { code, answer } = await sscardJson(['script', path, ...sim]);
    expect(code).toBe(2);
    expect(answer.error).toMatchObject({ code: 'script-malformed', file: path, line: 2, column: 10 });
  });

  test('refuses what apdu refuses', async () => {
    expect((await sscardJson(['script', file('pin.txt', '0020000003123456\n')])).code).toBe(9);
  });

  test('says when the file is not there', async () => {
    const { code, answer } = await sscardJson(['script', join(folder, 'none'), ...sim]);
    expect([code, answer.error?.code]).toEqual([2, 'script-unreadable']);
  });

  test('refuses a file that is no text', async () => {
    const { answer } = await sscardJson(['script', file('bytes', Uint8Array.of(0xff, 0xfe, 0x00)), ...sim]);
    expect(answer.error?.code).toBe('script-malformed');
  });
});
