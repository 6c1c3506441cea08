import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What every system has; npm's scripts and generated launchers use these. No compiler, no Python, no git. */
const commands = ['sh', 'env', 'uname', 'dirname', 'basename', 'sed', 'cat', 'ls', 'mkdir', 'rm'];

/**
 * Makes a folder that holds Node, npm and a shell and nothing else, and returns the environment of a machine where only
 * that is installed.
 * @param {string} folder an empty folder of the caller's
 */
export function nodeOnlyEnvironment(folder) {
  const bin = join(folder, 'bin');
  const home = join(folder, 'home');
  mkdirSync(bin, { recursive: true });
  mkdirSync(home, { recursive: true });
  const node = dirname(process.execPath);
  for (const name of ['node', 'npm', 'npx']) symlinkSync(join(node, name), join(bin, name));
  for (const name of commands) symlinkSync(execFileSync('which', [name], { encoding: 'utf8' }).trim(), join(bin, name));
  return { PATH: bin, HOME: home, LANG: 'C.UTF-8', ...registrySettings() };
}

/** Where packages come from is the machine's business: its npm settings are handed on as they are. */
function registrySettings() {
  const settings = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (
      /^(npm_config_(userconfig|globalconfig|registry|cache)|https?_proxy|no_proxy|NODE_EXTRA_CA_CERTS)$/i.test(name)
    ) {
      settings[name] = value;
    }
  }
  settings.npm_config_userconfig ??= join(process.env.HOME ?? '/root', '.npmrc');
  return settings;
}
