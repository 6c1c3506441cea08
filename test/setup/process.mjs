import { spawn } from 'node:child_process';

/**
 * Runs a command to its end with its output passed on, in a process group of its own, so that a deadline or Ctrl-C ends
 * everything it started. Returns its exit code; 124 after the deadline.
 */
export function run([file, ...args], { minutes = 10, env = process.env, quiet = false } = {}) {
  return new Promise((resolve) => {
    const output = quiet ? 'ignore' : 'inherit';
    const child = spawn(file, args, {
      env,
      stdio: ['ignore', output, output],
      detached: true,
    });
    let late = false;
    const end = (signal) => {
      try {
        process.kill(-child.pid, signal);
      } catch {
        // The group has ended already.
      }
    };
    const interrupted = () => end('SIGTERM');
    const deadline = setTimeout(() => {
      late = true;
      end('SIGTERM');
      setTimeout(() => end('SIGKILL'), 5_000).unref();
    }, minutes * 60_000);
    process.once('SIGINT', interrupted);
    process.once('SIGTERM', interrupted);
    const settle = (code) => {
      clearTimeout(deadline);
      process.off('SIGINT', interrupted);
      process.off('SIGTERM', interrupted);
      resolve(late ? 124 : code);
    };
    child.once('error', () => settle(127));
    child.once('exit', (code) => settle(code ?? 1));
  });
}
