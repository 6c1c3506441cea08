import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian keeps services out of an ordinary user's path. */
const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'].filter((folder) => folder !== '');

const command = (name) => () => folders.some((folder) => existsSync(join(folder, name)));
const file =
  (...paths) =>
  () =>
    paths.some((path) => existsSync(path));

/** The parts of the system that some level needs: how to see that one is there, and the Debian package that brings it. */
export const parts = {
  git: { present: command('git'), debian: 'git' },
  pcscd: { present: command('pcscd'), debian: 'pcscd' },
  vpcd: {
    present: file('/usr/lib/pcsc/drivers/serial/libifdvpcd.so', '/usr/lib64/pcsc/drivers/serial/libifdvpcd.so'),
    debian: 'vsmartcard-vpcd',
  },
  'serial CCID driver': {
    present: file('/usr/lib/pcsc/drivers/serial/libccidtwin.so', '/usr/lib64/pcsc/drivers/serial/libccidtwin.so'),
    debian: 'libccid',
  },
  'pcsc headers': {
    present: file('/usr/include/PCSC/winscard.h'),
    debian: 'libpcsclite-dev',
  },
  'opensc-tool': { present: command('opensc-tool'), debian: 'opensc' },
  scriptor: { present: command('scriptor'), debian: 'pcsc-tools' },
  ip: { present: command('ip'), debian: 'iproute2' },
  unshare: { present: command('unshare'), debian: 'util-linux' },
  ps: { present: command('ps'), debian: 'procps' },
  compiler: { present: command('g++'), debian: 'build-essential' },
  make: { present: command('make'), debian: 'build-essential' },
  python3: { present: command('python3'), debian: 'python3' },
};

/** The parts among `names` that this machine lacks. */
export function missingParts(names) {
  return [...new Set(names)].filter((name) => !parts[name].present());
}

/** Why this process may not install packages, or undefined if it may. */
export function whyNoSetup() {
  if (process.env.SSCARD_NO_SETUP === '1') return 'SSCARD_NO_SETUP=1';
  if (!isDebian()) return 'packages are installed on Debian only';
  if (process.getuid?.() !== 0) return 'only root installs packages';
  return undefined;
}

function isDebian() {
  if (!existsSync('/usr/bin/apt-get') || !existsSync('/etc/os-release')) return false;
  return /^ID(_LIKE)?=.*debian/m.test(readFileSync('/etc/os-release', 'utf8'));
}

/** The Debian packages that bring `names`. */
export function packagesFor(names) {
  return [...new Set(names.map((name) => parts[name].debian))];
}

/** Installs Debian packages. Returns what went wrong, or undefined. */
export function install(packages) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args) => spawnSync('apt-get', args, { env, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
  // A list that is missing or old makes the install fail with "not found"; a failed update is no reason to give up.
  apt('-qq', 'update');
  const lock = ['-o', 'DPkg::Lock::Timeout=120'];
  if (apt('-qq', 'install', '-y', '--no-install-recommends', ...lock, ...packages)) return undefined;
  return `apt-get could not install ${packages.join(' ')}`;
}
