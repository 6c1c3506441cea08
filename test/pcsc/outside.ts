import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** PC/SC clients in which nobody of this project wrote a line. */

const run = promisify(execFile);

/** One answer: hex of its data, and of its status word. */
export interface Answer {
  readonly data: string;
  readonly sw: string;
}

/** The answers that `opensc-tool` prints. On T=0 it fetches what 61xx announces, for commands with Le. */
export async function openscTool(reader: string, commands: readonly string[]): Promise<Answer[]> {
  const sends = commands.flatMap((command) => ['-s', command]);
  const args = ['--reader', reader, '--card-driver', 'default', ...sends];
  const { stdout } = await run('opensc-tool', args, { timeout: 30_000 });
  return stdout
    .split(/^Sending: .*$/m)
    .slice(1)
    .map((part) => {
      const status = /SW1=0x([0-9A-F]{2}), SW2=0x([0-9A-F]{2})/.exec(part);
      const dump = part.trim().split('\n').slice(1);
      // Sixteen bytes a line in the first 48 columns, then the same as text; a lone line is not padded.
      const hex = (line: string) => /^(?:[0-9A-F]{2} ){1,16}/.exec(line)?.[0] ?? '';
      return { sw: `${status?.[1]}${status?.[2]}`, data: dump.map(hex).join('').replaceAll(' ', '') };
    });
}

/** The answers that `scriptor` prints: what is on the line, with its 61xx and without any help. */
export async function scriptor(reader: string, commands: readonly string[]): Promise<Answer[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sscard-scriptor-'));
  try {
    const script = join(folder, 'script');
    writeFileSync(script, `${commands.join('\n')}\n`);
    const { stdout } = await run('scriptor', ['-r', reader, script], { timeout: 30_000 });
    return [...stdout.matchAll(/^< ((?:[0-9A-F]{2}\s+)+):/gm)].map(([, bytes = '']) => {
      const hex = bytes.replaceAll(/\s/g, '');
      return { data: hex.slice(0, -4), sw: hex.slice(-4) };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
