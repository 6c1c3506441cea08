import { fstatSync, writeSync } from 'node:fs';

// `process.stdout` loads the socket and terminal modules, a tenth of the whole run: plain writes do.

/** Nobody reads our output any more. */
export class OutputClosed extends Error {}

/** @throws OutputClosed */
export function writeOutput(text: string): void {
  write(1, text);
}

/** Progress, prompts, errors. A closed stderr is nobody's business. */
export function writeError(text: string): void {
  try {
    write(2, text);
  } catch {
    // There is no place left to say it.
  }
}

/** Whether an open file is a terminal. @param fd 1 for stdout, 2 for stderr */
export function isTerminal(fd: number): boolean {
  try {
    if (!fstatSync(fd).isCharacterDevice()) return false;
  } catch {
    return false;
  }
  return process.getBuiltinModule('node:tty').isatty(fd);
}

function write(fd: number, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'EPIPE' || code === 'EBADF') throw new OutputClosed();
      if (code !== 'EAGAIN') throw error;
      // Somebody made the pipe non-blocking, and it is full.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
