// The package as its users get it: packed, judged by publint and attw, weighed, installed into an empty folder on a machine
// with only Node, compiled against, and run. CI runs this (.ci/run); by hand: node test/package/check.mjs
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closingLine } from '../setup/counts.mjs';
import { nodeOnlyEnvironment } from '../setup/node-only.mjs';

/** Pinned with about a third of headroom: a jump means that something is packed that should not be. */
const limits = { packedBytes: 2_800_000, unpackedBytes: 11_900_000, files: 4_000 };

const root = fileURLToPath(new URL('../..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const scratch = mkdtempSync(join(tmpdir(), 'sscard-package-'));
const bare = nodeOnlyEnvironment(join(scratch, 'machine'));
const counts = { passed: 0, failed: 0, skipped: 0 };
let tarball = '';

try {
  for (const [name, work] of checks()) check(name, work);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.stdout.write(`${closingLine(counts)}\n`);
process.exitCode = counts.failed === 0 ? 0 : 1;

function checks() {
  return [
    ['a fresh clone installs and starts with nothing but Node', cloneStarts],
    ['the package packs within its limits', packs],
    ['what is built names no source file', namesNoSource],
    ['publint has nothing to say', () => tool('publint', 'run', tarball, '--strict')],
    [
      'attw finds every entry well typed',
      () => tool('attw', tarball, '--profile', 'esm-only', '--no-definitely-typed', '--no-emoji'),
    ],
    ['the packed package installs into an empty folder with nothing but Node', installs],
    ['nothing beside the declared entries can be reached', onlyEntries],
    ['every entry loads', everyEntryLoads],
    ['the library example compiles as Node resolves it', () => compiles('NodeNext', 'NodeNext')],
    ['the library example compiles as bundlers resolve it', () => compiles('ESNext', 'Bundler')],
    ['the library example reads the simulated card', exampleRuns],
    ['the installed command reads the simulated card', commandRuns],
  ];
}

function check(name, work) {
  const started = Date.now();
  try {
    const remark = work();
    counts.passed++;
    process.stdout.write(
      `ok      ${name}${remark ? `: ${remark}` : ''} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`,
    );
  } catch (error) {
    counts.failed++;
    process.stdout.write(`FAILED  ${name}\n${String(error.message).replaceAll(/^/gm, '        ')}\n`);
  }
}

/** Runs a program to its end; what it printed is the error when it fails. */
function run(cwd, env, file, ...args) {
  const result = spawnSync(file, args, {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 300_000,
  });
  if (result.status === 0) return result.stdout;
  const reason = result.error?.message ?? `ended with ${result.signal ?? `exit code ${result.status}`}`;
  throw new Error(`${[file, ...args].join(' ')} ${reason}\n${result.stdout ?? ''}${result.stderr ?? ''}`);
}

function tool(name, ...args) {
  run(root, process.env, join(root, 'node_modules', '.bin', name), ...args);
}

function insist(condition, message) {
  if (!condition) throw new Error(message);
}

function cloneStarts() {
  const clone = join(scratch, 'clone');
  run(root, process.env, 'git', 'clone', '--quiet', '--no-hardlinks', root, clone);
  run(clone, bare, 'npm', 'ci', '--no-audit', '--no-fund');
  insist(/张|李|王|\p{Script=Han}/u.test(run(clone, bare, 'npm', 'start')), 'npm start printed no holder');
}

function packs() {
  // A stale file in dist/ would be packed: build from nothing. (npm runs no prepack here: .npmrc ignores scripts.)
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  run(root, process.env, 'npm', 'run', '--silent', 'build');
  const [packed] = JSON.parse(run(root, process.env, 'npm', 'pack', '--json', '--pack-destination', scratch));
  tarball = join(scratch, packed.filename);
  const { size, unpackedSize, entryCount, files } = packed;
  const remark = `${size} bytes packed, ${unpackedSize} unpacked, ${entryCount} files`;
  insist(
    size <= limits.packedBytes && unpackedSize <= limits.unpackedBytes && entryCount <= limits.files,
    `over a limit: ${remark}`,
  );
  const stray = files.filter(({ path }) => !/^((dist\/)?(apdu|drivers|src|bin|command)\/|[^/]+$)/.test(path));
  insist(stray.length === 0, `packed by mistake: ${stray.map(({ path }) => path).join(', ')}`);
  for (const name of ['LICENSE', 'README.md', 'README.en.md', 'CHANGELOG.md']) {
    insist(
      files.some(({ path }) => path === name),
      `${name} is not packed`,
    );
  }
  return remark;
}

/** The compiler leaves a dynamic import as it is where the function has `using`: it would be looked for as a source. */
function namesNoSource() {
  const built = readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' });
  const scripts = built.filter((name) => /\.c?js$/.test(name));
  const wrong = scripts.filter((name) =>
    /import\(['"]\.[^'"]*\.ts['"]\)/.test(readFileSync(join(root, 'dist', name), 'utf8')),
  );
  insist(scripts.length > 100 && wrong.length === 0, `imports of .ts: ${wrong.join(', ')}`);
}

function installs() {
  const consumer = join(scratch, 'consumer');
  cpSync(join(root, 'test', 'package', 'consumer'), consumer, { recursive: true });
  run(consumer, bare, 'npm', 'install', '--no-audit', '--no-fund', tarball);
  insist(existsSync(join(consumer, 'node_modules', 'sscard', 'package.json')), 'nothing was installed');
}

function onlyEntries() {
  const inside = `import('sscard/dist/src/card.js').then(() => process.exit(1), (e) => process.exit(e.code === 'ERR_PACKAGE_PATH_NOT_EXPORTED' ? 0 : 2))`;
  run(join(scratch, 'consumer'), bare, 'node', '-e', inside);
}

function everyEntryLoads() {
  const names = Object.entries(manifest.exports).filter(([, target]) => typeof target === 'object');
  insist(names.length > 1, 'the package declares no entries');
  for (const [entry] of names) {
    run(
      join(scratch, 'consumer'),
      bare,
      'node',
      '--input-type=module',
      '-e',
      `await import('${entry.replace(/^\./, 'sscard')}')`,
    );
  }
  return `${names.length} entries`;
}

function compiles(module, moduleResolution) {
  const consumer = join(scratch, 'consumer');
  const types = join(consumer, 'node_modules', '@types');
  if (!existsSync(types)) {
    mkdirSync(types, { recursive: true });
    symlinkSync(join(root, 'node_modules', '@types', 'node'), join(types, 'node'));
    symlinkSync(join(root, 'node_modules', 'undici-types'), join(consumer, 'node_modules', 'undici-types'));
  }
  const compilerOptions = {
    target: 'ES2022',
    lib: ['ES2023', 'ESNext.Disposable'],
    types: ['node'],
    strict: true,
    outDir: 'out',
  };
  // Our declarations are checked too: that is what this compile is for.
  Object.assign(compilerOptions, { module, moduleResolution, skipLibCheck: false, exactOptionalPropertyTypes: true });
  writeFileSync(
    join(consumer, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: ['simulated.ts', 'terminal.ts', 'payment.ts'] }),
  );
  run(consumer, process.env, join(root, 'node_modules', '.bin', 'tsc'), '-p', '.');
}

function exampleRuns() {
  const holder = JSON.parse(run(join(scratch, 'consumer'), bare, 'node', join('out', 'simulated.js')));
  insist(
    typeof holder === 'object' && holder !== null && Object.keys(holder).length > 5,
    'the example printed no holder',
  );
}

function commandRuns() {
  const consumer = join(scratch, 'consumer');
  const printed = JSON.parse(
    run(consumer, bare, join(consumer, 'node_modules', '.bin', 'sscard'), 'read', '--reader', 'sim:', '--json'),
  );
  insist(printed.ok === true && printed.command === 'read', `it printed ${JSON.stringify(printed)}`);
}
