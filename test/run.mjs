// The test command (`npm test`): says what it will do, installs what a fresh Debian machine lacks, builds, runs each level,
// and closes with one line of counts. See docs/testing.md.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { closingLine, countReport } from './setup/counts.mjs';
import { levels } from './setup/levels.mjs';
import { install, missingParts, packagesFor, whyNoSetup } from './setup/parts.mjs';
import { run } from './setup/process.mjs';

const { values: options } = parseArgs({
  options: {
    level: { type: 'string', multiple: true, default: [] },
    strict: { type: 'boolean', default: false },
  },
});
const strict = options.strict || process.env.SSCARD_STRICT === '1';
const chosen = options.level.length === 0 ? levels : levels.filter((level) => options.level.includes(level.name));
const unknown = options.level.filter((name) => !levels.some((level) => level.name === name));
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const say = (text) => process.stdout.write(`${text}\n`);

process.chdir(root);
if (unknown.length > 0) {
  say(`no such level: ${unknown.join(', ')}; there are ${levels.map((level) => level.name).join(', ')}`);
  process.exit(2);
}
process.exitCode = await main();

async function main() {
  say('Levels:');
  for (const level of chosen) say(`  ${level.name.padEnd(10)} ${level.about}`);
  const trouble = setUp();

  say('\n== build');
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  if ((await run(['npm', 'run', '--silent', 'build'])) !== 0) {
    say('the build failed: no level was run\n0 passed, 1 failed');
    return 1;
  }

  const folder = mkdtempSync(join(tmpdir(), 'sscard-test-'));
  const rows = [];
  try {
    for (const level of chosen) rows.push(await runLevel(level, vitest, join(folder, `${level.name}.json`), trouble));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return close(rows);
}

/** Installs what is missing, after saying so. Returns why something missing could not be had. */
function setUp() {
  const missing = missingParts(chosen.flatMap((level) => level.needs));
  if (missing.length === 0) {
    say('Nothing to install.');
    return undefined;
  }
  say(`Missing on this machine: ${missing.join(', ')}.`);
  const reason = whyNoSetup();
  if (reason !== undefined) {
    say(`Nothing will be installed: ${reason}.`);
    return reason;
  }
  const packages = packagesFor(missing);
  say(`Will now install with apt-get (SSCARD_NO_SETUP=1 prevents it): ${packages.join(' ')}`);
  const failure = install(packages);
  if (failure !== undefined) say(failure);
  return failure;
}

async function runLevel(level, vitest, report, trouble) {
  const started = Date.now();
  say(`\n== ${level.name}: ${level.about}`);
  const row = (counts) => ({
    ...counts,
    name: level.name,
    seconds: (Date.now() - started) / 1000,
  });
  const lacking = missingParts(level.needs);
  if (lacking.length > 0) return row(skip(level, `${lacking.join(', ')} missing${trouble ? ` (${trouble})` : ''}`));
  if (level.within.length > 0 && (await run([...level.within, 'true'], { minutes: 1, quiet: true })) !== 0) {
    return row(skip(level, `${level.within.join(' ')} is refused here: private namespaces are not allowed`));
  }
  for (const command of level.prepare) {
    say(`-- ${command.join(' ')}`);
    const code = await run(command);
    if (code !== 0) return row(broken(`${command.join(' ')} ended with exit code ${code}`));
  }
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const command = [
    process.execPath,
    vitest,
    'run',
    '-c',
    'test/vitest.config.ts',
    '--project',
    level.name,
    ...reporters,
  ];
  const code = await run([...level.within, ...command], {
    minutes: level.minutes,
  });
  if (code === 124) return row(broken(`not finished after ${level.minutes} minutes`));
  return row(countReport(report, code));
}

function skip(level, why) {
  say(`skipped ${level.name}: ${why}`);
  const counts = strict ? { passed: 0, failed: 1, skipped: 0 } : { passed: 0, failed: 0, skipped: 0 };
  return { ...counts, notes: [`skipped: ${why}`] };
}

function broken(note) {
  return { passed: 0, failed: 1, skipped: 0, notes: [note] };
}

function close(rows) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  say('\nlevel       passed  failed  skipped  seconds');
  for (const row of rows) {
    if (strict && row.skipped > 0) {
      row.notes.push(`${row.skipped} skipped tests count as failed`);
      row.failed += row.skipped;
      row.skipped = 0;
    }
    const cells = [row.name.padEnd(10), ...[row.passed, row.failed, row.skipped].map((n) => String(n).padStart(7))];
    say(`${cells.join(' ')}  ${row.seconds.toFixed(1).padStart(7)}`);
    for (const text of row.notes) say(`           ${text}`);
    for (const kind of Object.keys(total)) total[kind] += row[kind];
  }
  if (total.passed + total.failed + total.skipped === 0) {
    say('no test was run');
    total.failed = 1;
  }
  say(closingLine(total));
  return total.failed === 0 ? 0 : 1;
}
