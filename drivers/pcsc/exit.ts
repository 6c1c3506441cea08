import { createRequire } from 'node:module';
import type { NativeCalls } from './native-calls.ts';

let armed = false;

/**
 * Lets `process.exit()` end the process although a call into the PC/SC library has not returned. At exit libuv joins the
 * threads of its pool, and one that waits for a mute card never comes: the process would hang until the card is pulled.
 */
export function exitDespiteStuckCalls(calls: NativeCalls): void {
  if (armed) return;
  armed = true;
  process.on('exit', (code) => {
    if (calls.long === 0) return;
    try {
      const koffi: typeof import('koffi').default = createRequire(import.meta.url)('koffi');
      koffi.load(null).func('void _exit(int)')(code);
    } catch {
      // Without koffi, or on Windows: gone all the same, the exit code lost.
      process.kill(process.pid, 'SIGKILL');
    }
  });
}
