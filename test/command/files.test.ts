import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { sscard, sscardJson } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'sscard-files-'));
const card = join(folder, 'card.json');
const reader = ['--reader', `sim:${card}`];
const pin = ['--with-pin', '--pin-from', 'stdin'];
const unmask = ['--operator', '0071', '--unmask', 'test'];
const PHONE = '0519-85529290';

afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(async () => {
  expect((await sscard(['sim', 'new', card, '--seed', '40', '--force'])).code).toBe(0);
});

interface Item {
  readonly address: string;
  readonly name: string;
  readonly value: unknown;
}
interface FileMember {
  readonly address: string;
  readonly state: string;
  readonly reason?: string;
  readonly items?: readonly Item[];
}

async function read(words: readonly string[], input = '123456\n'): Promise<readonly FileMember[]> {
  const { code, answer } = await sscardJson(['files', 'read', ...words, ...reader], { input });
  expect([code, answer.error]).toEqual([0, undefined]);
  return answer['files'] as FileMember[];
}

/** A PSAM that does not know the algorithm of the card. */
async function noKey(): Promise<readonly string[]> {
  const other = join(folder, 'other.json');
  await sscard(['sim', 'new', other, '--seed', '41', '--force', '--generation', '3.0']);
  return ['--psam', `sim:${other}`];
}

describe('files read', () => {
  test('hides what a clerk need not see, and shows it with a reason', async () => {
    const [masked] = await read(['DF01EF06|28', ...pin]);
    expect(masked?.items?.[0]).toMatchObject({ address: 'DF01EF06|28', name: 'telephone', value: '***' });
    const [full] = await read(['DF01EF06|28', ...pin, ...unmask]);
    expect(full?.items?.[0]?.value).toMatch(/^[\d-]{6,15}$/);
  });

  test('takes names and addresses, gives codes with their texts', async () => {
    const files = await read(['sex', 'DF04EF05|8C', ...pin]);
    expect(files.map(({ address }) => address)).toEqual(['SSSEEF06', 'DF04EF05']);
    expect(files[1]?.items?.[0]).toMatchObject({
      value: { code: expect.stringMatching(/^\d\d$/), name: expect.anything() },
    });
  });

  test('all: what wants a PIN that nobody gave is listed with its reason, the rest is read', async () => {
    const files = await read(['all']);
    const states = new Map(files.map(({ address, state, reason }) => [address, reason ?? state]));
    expect(states.get('SSSEEF05')).toBe('read');
    expect(states.get('DF04EF08')).toBe('pin-needed');
    // The PSAM in the same unit opens what may be read under a key.
    expect(states.get('DF01EF05')).toBe('read');
    expect(states.get('SSSEEF08')).toBe('read');
  });

  test('an address that is not on the card: exit code 2, and what there is', async () => {
    const { code, answer } = await sscardJson(['files', 'read', 'DF04EF05|99', ...reader]);
    expect([code, answer.error?.code]).toEqual([2, 'item-unknown']);
    expect(answer.error?.['choices']).toContain('8C');
    const malformed = await sscardJson(['files', 'read', 'DF04EF', ...reader]);
    expect([malformed.code, malformed.answer.error?.code]).toEqual([2, 'item-address-malformed']);
  });

  test.each([['DF04EF08'], ['all']])('of %s a wrong PIN is told with its tries: exit code 6', async (what) => {
    const { code, answer } = await sscardJson(['files', 'read', what, ...pin, ...reader], { input: '735190\n' });
    const files = answer['files'] as FileMember[];
    expect([code, answer.error]).toMatchObject([6, { code: 'pin-wrong', triesLeft: 5, marketCode: -51 }]);
    expect(files.find(({ address }) => address === 'DF04EF08')).toMatchObject({
      state: 'withheld',
      reason: 'pin-wrong',
    });
  });

  test('a wrong PIN is told, too, where a key opened the file all the same', async () => {
    const { code, answer } = await sscardJson(['files', 'read', 'DF04EF05', ...pin, ...reader], { input: '735190\n' });
    expect([code, answer.error?.code]).toEqual([6, 'pin-wrong']);
    expect(answer['files']).toMatchObject([{ address: 'DF04EF05', state: 'read' }]);
  });

  test('what was named and needs the PIN that nobody gave: exit code 9', async () => {
    const { code, answer } = await sscardJson(['files', 'read', 'DF04EF08', ...reader]);
    expect([code, answer.error?.code]).toEqual([9, 'pin-needed']);
  });

  test('what was named and needs a key that nobody has: exit code 14, and the rest', async () => {
    const { code, answer } = await sscardJson(['files', 'read', 'SSSEEF05', 'SSSEEF08', ...reader, ...(await noKey())]);
    expect([code, answer.error?.code]).toEqual([14, 'no-key']);
    expect((answer['files'] as FileMember[]).map(({ state }) => state)).toEqual(['read', 'withheld']);
  });
});

describe('files write', () => {
  const write = (input: string, words: readonly string[] = []) =>
    sscardJson(['files', 'write', ...words, ...reader], { input });

  test('writes, reads back, and does nothing the second time', async () => {
    const first = await write(`# telephone\nDF01EF06|28=${PHONE}\nissueDate=2024-02-29\n`);
    expect(first.code).toBe(0);
    expect(first.answer['write']).toEqual({
      outcome: 'done',
      items: [
        { address: 'DF01EF06|28', state: 'new' },
        { address: 'SSSEEF05|05', state: 'new' },
      ],
    });
    const [file] = await read(['DF01EF06|28', ...pin, ...unmask]);
    expect(file?.items?.[0]?.value).toBe(PHONE);
    const second = await write(`DF01EF06|28=${PHONE}\n`);
    expect(second.answer['write']).toMatchObject({ outcome: 'done', items: [{ state: 'unchanged' }] });
  });

  test('changes one part of a group, and appends to a cyclic file', async () => {
    const before = (await read(['DF02EF07', ...unmask]))[0]?.items ?? [];
    const changes = 'DF01EF15|40:01={"schoolName":"常州大学"}\nDF02EF07:00={"employmentRecord.occupation":"1234567"}\n';
    expect((await write(changes)).answer['write']).toMatchObject({ outcome: 'done' });
    const [group] = await read(['DF01EF15|40:01', ...unmask]);
    expect(group?.items?.[0]?.value).toContainEqual(expect.objectContaining({ name: 'schoolName', value: '常州大学' }));
    const after = (await read(['DF02EF07', ...unmask]))[0]?.items ?? [];
    expect(after[0]).toMatchObject({ address: 'DF02EF07:01', value: '1234567' });
    expect(after.some(({ value }) => value === before[0]?.value)).toBe(true);
  });

  test.each([
    ['a separator of the national grammar', 'DF01EF06|28=1|2', 'value-malformed'],
    ['a date that does not exist', 'issueDate=2023-02-30', 'value-malformed'],
    ['too long', `DF01EF06|28=${'1'.repeat(16)}`, 'value-malformed'],
    ['a line without a value', 'DF01EF06|28', 'changes-malformed'],
    ['no JSON', 'DF01EF15|40:01={schoolName}', 'changes-malformed'],
    ['nothing at all', '# only a comment', 'changes-malformed'],
    ['a file that is not there', 'SSSEEF08=@/nowhere/photo.jpg', 'changes-unreadable'],
  ])('%s is refused, and nothing is written', async (_, line, code) => {
    const card = readFileSync(join(folder, 'card.json'), 'utf8');
    const { code: exit, answer } = await write(`${line}\n`);
    expect([exit, answer.error?.code]).toEqual([2, code]);
    expect(readFileSync(join(folder, 'card.json'), 'utf8')).toBe(card);
  });

  test('what only the card writes is refused by rule: exit code 9', async () => {
    const { code, answer } = await write('DF04EF08:00={"medicalTransaction.type":"0"}\n');
    expect([code, answer.error?.code]).toEqual([9, 'act-not-allowed']);
    expect(answer['write']).toMatchObject({ outcome: 'not-done', items: [{ state: 'not-reached', reason: 'never' }] });
  });

  test('without a key: exit code 14', async () => {
    const { code, answer } = await write('issueDate=2024-02-29\n', await noKey());
    expect([code, answer.error?.code]).toEqual([14, 'no-key']);
  });

  test('changes and PIN cannot both come from stdin', async () => {
    const { code, answer } = await write('issueDate=2024-02-29\n', pin);
    expect([code, answer.error?.code]).toEqual([2, 'stdin-twice']);
  });

  test('no value that was written is printed', async () => {
    const { out } = await sscard(['files', 'write', ...reader], { input: `DF01EF06|28=${PHONE}\n` });
    expect(out).not.toContain(PHONE);
  });
});

describe('files dump and diff', () => {
  test('a dump is a file of its own, and shows what has changed since, masked', async () => {
    const dump = join(folder, 'before.dump');
    const { code, answer } = await sscardJson(['files', 'dump', dump, ...unmask, ...pin, ...reader], {
      input: '123456\n',
    });
    expect(code).toBe(0);
    expect(answer).toMatchObject({ file: dump, generation: '2.0', withheld: 0 });
    expect(statSync(dump).mode & 0o777).toBe(0o600);
    await sscard(['files', 'write', ...reader], { input: `DF01EF06|28=${PHONE}\n` });
    const { code: same, answer: difference } = await sscardJson(['files', 'diff', dump, ...pin, ...reader], {
      input: '123456\n',
    });
    expect(same).toBe(0);
    expect(difference['diff']).toMatchObject({
      items: [{ address: 'DF01EF06|28', name: 'telephone', first: '***', second: '***' }],
      files: [],
    });
    const twice = await sscardJson(['files', 'diff', dump, dump]);
    expect(twice.answer['diff']).toMatchObject({ items: [], compared: expect.any(Number) });
    const again = await sscardJson(['files', 'dump', dump, ...unmask, ...reader]);
    expect([again.code, again.answer.error?.code]).toEqual([2, 'file-unwritable']);
  });

  test('a dump needs a reason', async () => {
    const { code, answer } = await sscardJson(['files', 'dump', join(folder, 'no.dump'), ...reader]);
    expect([code, answer.error?.code]).toEqual([2, 'dump-needs-unmask']);
    expect(existsSync(join(folder, 'no.dump'))).toBe(false);
  });

  test('what is no dump is refused with its place', async () => {
    const file = join(folder, 'broken.dump');
    writeFileSync(file, '{\n oops\n}');
    const { code, answer } = await sscardJson(['files', 'diff', file, ...reader]);
    expect([code, answer.error?.code, answer.error?.['line']]).toEqual([2, 'dump-malformed', 2]);
  });
});

describe('files tree', () => {
  test.each(['1.0', '2.0', '3.0'])('lists the description of %s without a card', async (generation) => {
    const { code, answer } = await sscardJson(['files', 'tree', '--generation', generation]);
    expect(code).toBe(0);
    const directories = answer['directories'] as { directory: string; files: FileMember[] }[];
    expect(directories.map(({ directory }) => directory)).toContain('DF04');
    expect(directories[0]?.files[0]).toMatchObject({ address: 'SSSEEF05', read: 'free', update: 'key:04' });
  });

  test('says it in words for people', async () => {
    const { out } = await sscard(['files', 'tree', ...reader, '--lang', 'zh']);
    expect(out).toMatch(/DF04EF06 .*\[读 密码 且 key:84 {2}写 key:86\]/);
  });
});

describe('read', () => {
  test('--all adds every file that may be read', async () => {
    const { code, answer } = await sscardJson(['read', '--all', ...reader]);
    expect(code).toBe(0);
    expect(answer['card']).toMatchObject({ specificationVersion: '2.00' });
    expect((answer['files'] as FileMember[]).length).toBeGreaterThan(25);
  });

  test('--photo keeps a JPEG file, with a reason only', async () => {
    const file = join(folder, 'photo.jpg');
    const denied = await sscardJson(['read', '--photo', file, ...reader]);
    expect([denied.code, denied.answer.error?.code]).toEqual([2, 'photo-needs-unmask']);
    const { code, answer } = await sscardJson(['read', '--photo', file, ...unmask, ...reader]);
    expect([code, answer.error]).toEqual([0, undefined]);
    const bytes = readFileSync(file);
    expect(bytes.subarray(0, 2).toString('hex')).toBe('ffd8');
    expect(bytes.subarray(-2).toString('hex')).toBe('ffd9');
    expect(answer['photo']).toEqual({ file, bytes: bytes.length });
  });

  test('without the key for the photo: exit code 14, and what was read', async () => {
    const file = join(folder, 'no-key.jpg');
    const words = ['read', '--photo', file, ...unmask, ...reader, ...(await noKey())];
    const { code, answer } = await sscardJson(words);
    expect([code, answer.error?.code, existsSync(file)]).toEqual([14, 'no-key', false]);
    expect(answer['card']).toMatchObject({ specificationVersion: '2.00' });
  });

  test('--photo replaces no file', async () => {
    const { code, answer } = await sscardJson(['read', '--photo', card, ...unmask, ...reader]);
    expect([code, answer.error?.code, answer['card']]).toEqual([2, 'file-unwritable', expect.anything()]);
  });
});
