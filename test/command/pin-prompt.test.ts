import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { onTerminal, type TerminalStep } from './on-terminal.ts';
import { command, readObject, sscard } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'sscard-prompt-'));
const card = join(folder, 'card.json');
const PROMPT = '请输入社保卡密码：';
const verify = ['pin', 'verify', '--reader', 'sim:'];
const typed = (...keys: string[]): TerminalStep[] => [['see', PROMPT], ...keys.map((text) => ['type', text] as const)];

beforeAll(async () => {
  expect((await sscard(['sim', 'new', card, '--seed', '51'])).code).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the PIN prompt', () => {
  test('hides what is typed, shows a star for each digit, and restores the terminal', async () => {
    const { code, shown, hidden, restored } = await onTerminal(verify, typed('123456\r'));
    expect({ code, hidden, restored }).toEqual({ code: 0, hidden: [true], restored: true });
    expect(shown).toContain(`${PROMPT}******\r\n`);
    expect(shown).not.toContain('123456');
  });

  test('takes digits back with backspace and all of them with Ctrl-U', async () => {
    expect((await onTerminal(verify, typed('9\u007f123457\u007f6\r'))).code).toBe(0);
    expect((await onTerminal(verify, typed('999\u0015123456\r'))).code).toBe(0);
  });

  test('arrow keys have no digits', async () => {
    expect(
      (await onTerminal(verify, [...typed('123'), ['see', '***'], ['type', '\u001b[A'], ['type', '456\r']])).code,
    ).toBe(0);
  });

  test('asks in the order of the act: old, new, new again', async () => {
    const { code, shown } = await onTerminal(
      ['pin', 'change', '--reader', `sim:${card}`, '--lang', 'en'],
      [
        ['see', 'PIN of the social security card: '],
        ['type', '123456\r'],
        ['see', 'New PIN: '],
        ['type', '735190\r'],
        ['see', 'New PIN again: '],
        ['type', '735190\r'],
      ],
    );
    expect([code, shown.includes('The PIN was changed.')]).toEqual([0, true]);
    expect(shown).not.toContain('735190');
  });

  test('nothing typed ahead of the next prompt is shown or lost', async () => {
    const { code, shown } = await onTerminal(['pin', 'change', '--reader', 'sim:'], typed('123456\r482615\r482615\r'));
    expect(code).toBe(0);
    expect(shown).not.toContain('482615');
  });

  test.each([
    ['Ctrl-C', '12\u0003'],
    ['Ctrl-\\', '12\u001c'],
    ['Ctrl-D on an empty line', '\u0004'],
  ])('%s gives up: exit code 12, nothing sent, the terminal restored', async (_name, keys) => {
    const { code, shown, restored } = await onTerminal([...verify, '--json'], typed(keys));
    const answer = readObject(shown.slice(shown.indexOf('{')).trim());
    expect({ code, restored }).toEqual({ code: 12, restored: true });
    expect(answer).toMatchObject({ pin: { outcome: 'gave-up' }, error: { code: 'cancelled', marketCode: -31 } });
  });

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const)(
    '%s: exit code 12, the terminal restored',
    async (name) => {
      const { code, restored } = await onTerminal(verify, [
        ['see', PROMPT],
        ['type', '12'],
        ['see', '**'],
        ['signal', name],
      ]);
      expect({ code, restored }).toEqual({ code: 12, restored: true });
    },
  );

  test('an empty line is not sent', async () => {
    const { code, shown } = await onTerminal(verify, typed('\r'));
    expect([code, shown.includes('[pin-length]')]).toEqual([9, true]);
  });

  test('a terminal behind --pin-from stdin is not echoed either', async () => {
    const { code, hidden, shown } = await onTerminal([...verify, '--pin-from', 'stdin'], typed('123456\r'));
    expect([code, hidden]).toEqual([0, [true]]);
    expect(shown).not.toContain('123456');
  });

  test('is on the terminal when input and output are elsewhere', async () => {
    const file = join(folder, 'out.json');
    const program = ['/bin/bash', '-c', `"$0" "$@" <${card} >${file} 2>&1`, process.execPath, command];
    const { code, shown, hidden } = await onTerminal([...verify, '--json'], typed('123456\r'), program);
    expect([code, hidden, shown]).toEqual([0, [true], `${PROMPT}******\r\n`]);
    expect(readObject(readFileSync(file, 'utf8'))).toMatchObject({ ok: true, pin: { outcome: 'verified' } });
  });
});
