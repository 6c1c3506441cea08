import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { command, ended, readObject, sscard } from './run.ts';

/**
 * A disk that is full in the middle of a file: the kernel lets a process write 2 KiB into a file, then no more
 * (`RLIMIT_FSIZE`). As on a full disk the write that reaches the end is short, and the next one fails.
 */
const folder = mkdtempSync(join(tmpdir(), 'sscard-full-disk-'));
const card = join(folder, 'card.json');
const onFullDisk = (words: readonly string[], input = '') =>
  ended(['sh', '-c', 'ulimit -f 4; exec "$@"', 'sh', ...words], folder, { input });
const MODULE = new URL('../../dist/src/cli/new-file.js', import.meta.url).href;
const WRITE = `(await import('${MODULE}')).writeNewFile(process.argv[1], new Uint8Array(5000))`;
const write = (path: string) => onFullDisk([process.execPath, '--input-type=module', '-e', WRITE, path]);

beforeEach(async () => {
  expect((await sscard(['sim', 'new', card, '--seed', '40', '--force'])).code).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('of a dump or photo that could not be written to its end nothing stays', async () => {
  const { code, err } = await write(join(folder, 'photo.jpg'));
  expect(code).toBe(1);
  expect(err).toMatch(/file-unwritable[\s\S]*EFBIG/);
  expect(readdirSync(folder)).toEqual(['card.json']);
});

test('a file that was there stays as it was', async () => {
  const there = join(folder, 'there.jpg');
  writeFileSync(there, 'photo');
  const { err } = await write(there);
  expect(err).toMatch(/file-unwritable[\s\S]*EEXIST/);
  expect(readFileSync(there, 'utf8')).toBe('photo');
  rmSync(there);
});

test('a card file that could not be written to its end leaves the old one, and the card gives no answer', async () => {
  const before = readFileSync(card, 'utf8');
  const words = ['pin', 'verify', '--pin-from', 'stdin', '--reader', `sim:${card}`, '--json'];
  const { code, out } = await onFullDisk([process.execPath, command, ...words], '735190\n');
  expect([code, readObject(out).error?.code]).toEqual([2, 'sim-file-unwritable']);
  expect(readFileSync(card, 'utf8')).toBe(before);
  expect(readdirSync(folder)).toEqual(['card.json']);
});
