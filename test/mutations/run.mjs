// Takes one rule of the twin away at a time, in copies of the tree, and expects the tests to turn red. Two at once: most of
// the time of a small run is its start.
// Usage: node test/mutations/run.mjs [part of "file: name"]
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { financialMutations } from './financial.mjs';
import { lineMutations } from './lines.mjs';
import { mutations } from './list.mjs';
import { moduleMutations } from './modules.mjs';
import { unitMutations } from './units.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const parts = ['apdu', 'drivers', 'src', 'fixtures', 'test', 'package.json', 'tsconfig.json'];
/** The tests that know the card's rules; the long hostile ones would only cost time. */
const suites = ['test/simulator/golden', 'test/simulator/card-', 'test/simulator/power-cut', 'test/simulator/social'];
const AT_ONCE = 2;
const LONGEST = 120_000;

const wanted = process.argv[2] ?? '';
const chosen = [...mutations, ...moduleMutations, ...financialMutations, ...lineMutations, ...unitMutations].filter(
  (one) => `${one.file}: ${one.name}`.includes(wanted),
);
const outcomes = { killed: 0, survived: 0 };
const copies = [];

function say(line) {
  process.stdout.write(`${line}\n`);
}

function copyTree() {
  const copy = mkdtempSync(join(tmpdir(), 'sscard-mutations-'));
  copies.push(copy);
  for (const part of parts) cpSync(join(root, part), join(copy, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

/** @returns true when every test of these files is green */
function green(copy, tests, workers) {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const known = tests.filter((suite) => !suite.endsWith('social') || existsSync(join(copy, suite)));
  const manner = ['--bail', '1', '--reporter', 'dot', '--maxWorkers', String(workers)];
  const args = [vitest, 'run', '--config', 'test/vitest.config.ts', ...manner, ...known];
  const child = spawn(process.execPath, args, { cwd: copy, stdio: 'ignore', timeout: LONGEST });
  return new Promise((resolve, reject) => {
    child.once('error', reject).once('exit', (code) => resolve(code === 0));
  });
}

async function mutate(copy, { name, file, find, replace, clause, tests = suites }) {
  const path = join(copy, 'src/simulator', file);
  const source = readFileSync(path, 'utf8');
  const fits = source.split(find).length === 2;
  if (fits) {
    writeFileSync(
      path,
      source.replace(find, () => replace),
    );
  }
  const killed = fits && !(await green(copy, tests, 1));
  writeFileSync(path, source);
  outcomes[killed ? 'killed' : 'survived']++;
  say(`${killed ? 'killed  ' : fits ? 'SURVIVED' : 'NO MATCH'}  ${file.padEnd(40)}${name} (${clause})`);
}

async function work(copy, queue) {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) await mutate(copy, next);
}

try {
  const first = copyTree();
  if (!(await green(first, [...new Set(chosen.flatMap(({ tests = suites }) => tests))], AT_ONCE))) {
    say('the tests are not green before any mutation');
    process.exitCode = 1;
  } else {
    const queue = [...chosen];
    const others = Array.from({ length: AT_ONCE - 1 }, copyTree);
    await Promise.all([first, ...others].map((copy) => work(copy, queue)));
    say(`${outcomes.killed} killed, ${outcomes.survived} survived`);
    process.exitCode = outcomes.survived === 0 ? 0 : 1;
  }
} finally {
  for (const copy of copies) rmSync(copy, { recursive: true, force: true });
}
