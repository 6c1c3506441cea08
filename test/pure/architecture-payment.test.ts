import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { importsOf } from './architecture.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const ROOM = 'src/financial/payment/';

/** The program's files, those not committed yet included; a public.ts, too. */
function sources(): ReadonlyMap<string, string> {
  const command = ['ls-files', '--cached', '--others', '--exclude-standard', '-z', 'apdu', 'drivers', 'src', 'bin'];
  const paths = execFileSync('git', command, { cwd: root, encoding: 'utf8' }).split('\0');
  const code = [...new Set(paths)].filter((path) => /\.[cm]?[jt]s$/.test(path));
  return new Map(code.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

/** Everything that is loaded, or may be, when these files are. Types are not: nothing of them is left. */
function reachedFrom(files: ReadonlyMap<string, string>, starts: readonly string[]): Set<string> {
  const reached = new Set<string>();
  const waiting = [...starts];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const text = files.get(path);
    if (reached.has(path) || text === undefined) continue;
    reached.add(path);
    for (const { to, typeOnly } of importsOf(path, text)) if (!typeOnly) waiting.push(to);
  }
  return reached;
}

const files = sources();
const inRoom = [...files.keys()].filter((path) => path.startsWith(ROOM));

describe('the payment machine', () => {
  it('is imported, types included, by nothing outside its room but the entry of the package', () => {
    const importers = [...files]
      .filter(([path]) => !path.startsWith(ROOM))
      .filter(([path, text]) => importsOf(path, text).some(({ to }) => to.startsWith(ROOM)))
      .map(([path]) => path);
    expect(importers).toEqual(['src/financial/public.ts']);
  });

  it.each([
    ['the command', ['bin/sscard.cts', 'src/cli/main.ts', 'src/cli/verbs.ts']],
    ['the library', ['src/public.ts', 'src/card.ts']],
    ['enquiries', ['src/financial/application.ts']],
  ])('is not reached from %s', (_, starts) => {
    const reached = reachedFrom(files, starts);
    expect(starts.filter((start) => !reached.has(start))).toEqual([]);
    expect([...reached].filter((path) => path.startsWith(ROOM))).toEqual([]);
  });

  it('is not reached from any file of a counter, a bridge or the command', () => {
    const starts = [...files.keys()].filter((path) => /^(?:bin|src\/(?:cli|counter|bridge|trace))\//.test(path));
    expect(starts.length).toBeGreaterThan(20);
    expect([...reachedFrom(files, starts)].filter((path) => path.startsWith(ROOM))).toEqual([]);
  });

  it('is reached from the entry of the package: the search finds what is there', () => {
    expect(reachedFrom(files, ['src/financial/public.ts'])).toContain(`${ROOM}machine.ts`);
  });
});

describe('commands that pay, verify or write', () => {
  /** VERIFY, EXTERNAL AUTHENTICATE, GENERATE AC; GET CHALLENGE; what a script has: 16 18 1E 24 DA DC. */
  const INSTRUCTION = /\bins:\s*0x(?:20|82|ae|84|16|18|1e|24|da|dc|d6)\b/i;

  it('are made nowhere on the financial side but in the payment machine', () => {
    const makers = [...files]
      .filter(([path]) => path.startsWith('src/financial/') && !path.startsWith(ROOM))
      .filter(([, text]) => INSTRUCTION.test(text))
      .map(([path]) => path);
    expect(makers).toEqual([]);
  });

  it('are made in four places of it; what a script has comes from the issuer only', () => {
    expect(inRoom.filter((path) => INSTRUCTION.test(files.get(path) ?? '')).sort()).toEqual([
      `${ROOM}generate-ac.ts`,
      `${ROOM}issuer-authentication.ts`,
      `${ROOM}offline-pin.ts`,
      `${ROOM}pin-envelope.ts`,
    ]);
  });

  it('have their instruction written out wherever the financial side makes a command', () => {
    const hidden = [...files]
      .filter(([path]) => path.startsWith('src/financial/'))
      .flatMap(([path, text]) =>
        [...text.matchAll(/\bins: (?!0x[0-9a-f]{2}\b)[^,]*/gi)].map(([all]) => `${path} ${all}`),
      );
    expect(hidden).toEqual([]);
  });
});
