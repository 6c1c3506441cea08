// Compiles what the PC/SC level needs and `npm ci` leaves alone: the two optional native packages, the shim and the C
// client of the benchmark. Quick when all is there; what was built for another Node is built again.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const out = `${root}.test-run/pcsc`;

// node-gyp downloads Node's headers when it is not told where they are; a Node that came with them needs no download.
const prefix = dirname(dirname(process.execPath));
const headers = existsSync(`${prefix}/include/node/node.h`) ? { npm_config_nodedir: prefix } : {};

const loads = (name) =>
  spawnSync(process.execPath, ['-e', `require(${JSON.stringify(name)})`], { cwd: root, stdio: 'ignore' }).status === 0;

function run(command, args) {
  process.stdout.write(`${command} ${args.join(' ')}\n`);
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...headers, ...process.env },
  });
  if (error || status !== 0) {
    process.stderr.write(`${command} failed: ${error?.message ?? `exit code ${status}`}\n`);
    process.exit(1);
  }
}

const missing = ['smartcard', 'pcsclite'].filter((name) => !loads(name));
if (missing.length > 0) {
  run('npm', ['rebuild', '--ignore-scripts=false', ...missing]);
  const still = missing.filter((name) => !loads(name));
  if (still.length > 0) {
    process.stderr.write(`built, but it does not load: ${still.join(', ')}\n`);
    process.exit(1);
  }
}

mkdirSync(out, { recursive: true });
const newer = (source, target) => !existsSync(target) || statSync(source).mtimeMs > statSync(target).mtimeMs;
for (const [source, target, flags, libraries] of [
  ['test/pcsc/nodelay.c', `${out}/nodelay.so`, ['-shared', '-fPIC'], ['-ldl']],
  ['test/bench/pcsc-client.c', `${out}/pcsc-client`, ['-I/usr/include/PCSC'], ['-lpcsclite']],
]) {
  if (newer(root + source, target))
    run('gcc', ['-O2', '-Wall', '-Werror', ...flags, source, '-o', target, ...libraries]);
}
