import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { command, ended, readObject, sscard } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'sscard-signals-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('signals', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('%s ends watching with exit code 12 and says so', async (name) => {
    const signal = { name, when: 'card-inserted' };
    const { code, out } = await sscard(['readers', '--watch', '--json', '--reader', 'sim:'], { signal });
    const objects = out.trim().split('\n').map(readObject);
    expect(code).toBe(12);
    expect(objects.map((one) => one['event'] ?? one.error?.code)).toEqual([
      // The reader of the card, then the one of the PSAM.
      'reader-attached',
      'card-inserted',
      'reader-attached',
      'card-inserted',
      'cancelled',
    ]);
  });

  test('a reader of our output that goes away ends us quietly', async () => {
    const words = ['-c', `"${process.execPath}" "${command}" --help; exec >&2; echo done`];
    const { err } = await ended(['bash', '-c', `(${words[1]}) | true`], folder);
    expect(err).toBe('done\n');
  });
});

describe('a terminal', () => {
  /** Runs the command on a pseudo-terminal (python3's) and gives what it shows. */
  const onTerminal = async (words: readonly string[], env: Record<string, string>) => {
    const script = 'import os,pty,sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';
    const { code, out } = await ended(['python3', '-c', script, process.execPath, command, ...words], folder, { env });
    return { code, out };
  };

  test('gets colours', async () => {
    const { code, out } = await onTerminal(['read', '--reader', 'sim:'], { TERM: 'xterm' });
    expect(code).toBe(0);
    expect(out).toContain('\u001b[1m');
  });

  test.each([{ TERM: 'dumb' }, { TERM: 'xterm', NO_COLOR: '1' }])('gets none with %j', async (env) => {
    const { out } = await onTerminal(['read', '--reader', 'sim:'], env as Record<string, string>);
    expect(out).toContain('张三');
    expect(out).not.toContain('\u001b');
  });

  test('Ctrl-C ends watching with exit code 12', async () => {
    const script = [
      'import os,pty,sys,time',
      'pid, fd = pty.fork()',
      'if pid == 0: os.execv(sys.argv[1], sys.argv[1:])',
      'seen = b""',
      'while "插卡".encode() not in seen: seen += os.read(fd, 4096)',
      'os.write(fd, b"\\x03")',
      'print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))',
    ].join('\n');
    const words = [command, 'readers', '--watch', '--reader', 'sim:'];
    const { out } = await ended(['python3', '-c', script, process.execPath, ...words], folder);
    expect(out).toBe('12\n');
  });
});
