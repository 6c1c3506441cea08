import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { command, ended, environment, readObject, sscard } from './run.ts';

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

describe('sim serve', () => {
  const cardFile = async (name: string, seed: number) => {
    const path = join(folder, name);
    expect((await sscard(['sim', 'new', path, '--seed', `${seed}`, '--force'])).code).toBe(0);
    return path;
  };

  /** Plays the virtual reader's side: asks each card that comes for its answer to reset. */
  const virtualReader = (port: number, seen: (atr: string) => void): Promise<Server> =>
    new Promise((resolve) => {
      const server = createServer((socket: Socket) => {
        socket.on('error', () => {});
        socket.write(Uint8Array.of(0, 1, 4));
        socket.once('data', (bytes) => seen(bytes.subarray(2).toString('hex')));
      });
      server.listen(port, '127.0.0.1', () => resolve(server));
    });

  test('puts each card on its own port, follows stdin, and ends at its end', async () => {
    const files = [await cardFile('a.json', 1), await cardFile('b.json', 2)];
    const seen: string[] = [];
    const servers = [
      await virtualReader(45_601, (atr) => seen.push(atr)),
      await virtualReader(45_602, (atr) => seen.push(atr)),
    ];
    const child = spawn(process.execPath, [command, 'sim', 'serve', ...files, '--vpcd', '127.0.0.1:45601', '--json'], {
      env: environment(folder),
    });
    let out = '';
    const until = (text: string) =>
      new Promise<void>((resolve) => {
        const look = () => out.includes(text) && resolve();
        child.stdout.on('data', look);
        look();
      });
    child.stdout.setEncoding('utf8').prependListener('data', (chunk: string) => {
      out += chunk;
    });
    const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
    await Promise.all([until('"inserted","card":1'), until('"inserted","card":2')]);
    child.stdin.write('remove 2\n');
    await until('"removed","card":2');
    child.stdin.write('nonsense\n');
    await until('not-understood');
    child.stdin.end();
    const code = await closed;
    for (const server of servers) server.close();
    expect(code).toBe(0);
    expect(seen).toHaveLength(2);
    expect(seen[0]).not.toBe(seen[1]);
    for (const line of out.trim().split('\n')) readObject(line);
  });

  test('ends with exit code 12 at SIGTERM', async () => {
    const file = await cardFile('c.json', 3);
    const signal = { name: 'SIGTERM' as const, when: 'unreachable' };
    const { code } = await sscard(['sim', 'serve', file, '--vpcd', '127.0.0.1:45609', '--json'], { signal });
    expect(code).toBe(12);
  });

  test('starts nothing when one of the files is bad', async () => {
    const bad = join(folder, 'bad.json');
    writeFileSync(bad, '{');
    const { code, out } = await sscard(['sim', 'serve', await cardFile('d.json', 4), bad, '--json']);
    expect(code).toBe(2);
    expect(readObject(out).error?.code).toBe('sim-file-malformed');
  });
});
