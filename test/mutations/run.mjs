// Takes one rule of the twin away at a time, in a copy of the tree, and expects the tests to turn red.
// Usage: node test/mutations/run.mjs [part of "file: name"]
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { financialMutations } from './financial.mjs';
import { mutations } from './list.mjs';
import { moduleMutations } from './modules.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const parts = ['apdu', 'drivers', 'src', 'fixtures', 'test', 'package.json', 'tsconfig.json'];
/** The tests that know the card's rules; the long hostile ones would only cost time. */
const suites = ['test/simulator/golden', 'test/simulator/card-', 'test/simulator/power-cut', 'test/simulator/social'];

const wanted = process.argv[2] ?? '';
const chosen = [...mutations, ...moduleMutations, ...financialMutations].filter((one) =>
  `${one.file}: ${one.name}`.includes(wanted),
);
const copy = mkdtempSync(join(tmpdir(), 'sscard-mutations-'));
const outcomes = { killed: 0, survived: 0 };

function say(line) {
  process.stdout.write(`${line}\n`);
}

/** @returns true when every test of these files is green */
function green(tests) {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const known = tests.filter((suite) => !suite.endsWith('social') || existsSync(join(copy, suite)));
  const args = [vitest, 'run', '--config', 'test/vitest.config.ts', '--bail', '1', '--reporter', 'dot', ...known];
  return spawnSync(process.execPath, args, { cwd: copy, stdio: 'ignore', timeout: 120_000 }).status === 0;
}

try {
  for (const part of parts) cpSync(join(root, part), join(copy, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  if (!green([...new Set(chosen.flatMap(({ tests = suites }) => tests))])) {
    say('the tests are not green before any mutation');
    process.exitCode = 1;
  } else {
    for (const { name, file, find, replace, clause, tests = suites } of chosen) {
      const path = join(copy, 'src/simulator', file);
      const source = readFileSync(path, 'utf8');
      const fits = source.split(find).length === 2;
      if (fits)
        writeFileSync(
          path,
          source.replace(find, () => replace),
        );
      const killed = fits && !green(tests);
      writeFileSync(path, source);
      outcomes[killed ? 'killed' : 'survived']++;
      say(`${killed ? 'killed  ' : fits ? 'SURVIVED' : 'NO MATCH'}  ${file.padEnd(40)}${name} (${clause})`);
    }
    say(`${outcomes.killed} killed, ${outcomes.survived} survived`);
    process.exitCode = outcomes.survived === 0 ? 0 : 1;
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
