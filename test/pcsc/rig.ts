import { type ChildProcess, spawn } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** One slot of a virtual reader: its name in the service, and the port on which a card connects. */
export interface RigSlot {
  readonly name: string;
  readonly port: number;
}

/** A PC/SC service of our own. */
export interface Service extends AsyncDisposable {
  readonly slots: readonly RigSlot[];
  readonly pid: number;
  /** What the service printed so far. */
  log(): string;
  /** SIGKILL: sockets of clients break, files stay behind. Resolves when the process is gone. */
  kill(): Promise<void>;
  /** Starts the killed or stopped service again, with the same readers. */
  start(): Promise<void>;
  /** Stops it in an orderly way (SIGTERM). */
  stop(): Promise<void>;
  /** A further virtual reader, from the next start on: pcscd never looks at its reader files again while it runs. */
  addReader(name: string): readonly RigSlot[];
  /** Gone from the next start on. */
  removeReader(name: string): void;
}

const SOCKET = '/run/pcscd/pcscd.comm';
const FIRST_PORT = 0x8c7b;
const SHIM = fileURLToPath(new URL('../../.test-run/pcsc/nodelay.so', import.meta.url));

/** The level never runs against the machine's own service: outside the namespace it fails, it is not skipped. */
export function requireNamespace(): void {
  if (process.env['SSCARD_PCSC_NAMESPACE'] === '1') return;
  throw new Error('PC/SC tests run inside test/pcsc/namespace.sh only: test/pcsc/namespace.sh npx vitest run …');
}

/**
 * Starts `pcscd` with `readers` virtual readers of two slots each and waits until it serves them.
 * @param options.names friendly names, default `Lab A`, `Lab B`, …
 */
export async function startService(options: { readers?: number; names?: readonly string[] } = {}): Promise<Service> {
  requireNamespace();
  const names = options.names ?? Array.from({ length: options.readers ?? 1 }, (_, at) => `Lab ${letter(at)}`);
  const folder = mkdtempSync(join(tmpdir(), 'sscard-pcscd-'));
  const config = join(folder, 'readers');
  const logFile = join(folder, 'pcscd.log');
  mkdirSync(config);
  const slots: RigSlot[] = [];
  let nextPort = FIRST_PORT;
  const addReader = (name: string) => {
    const port = nextPort;
    nextPort += 2;
    const hex = `0x${port.toString(16).toUpperCase()}`;
    // The driver keeps its connections in one table by slot number: two readers on one copy of it answer for each other.
    const library = join(folder, `libifdvpcd-${port}.so`);
    copyFileSync('/usr/lib/pcsc/drivers/serial/libifdvpcd.so', library);
    const text = `FRIENDLYNAME "${name}"\nDEVICENAME /dev/null:${hex}\nLIBPATH ${library}\nCHANNELID ${hex}\n`;
    writeFileSync(join(config, `reader-${port}`), text);
    const added = [0, 1].map((slot) => ({ name: `${name} 00 0${slot}`, port: port + slot }));
    slots.push(...added);
    return added;
  };
  for (const name of names) addReader(name);

  let child: ChildProcess | undefined;
  const start = async () => {
    child = launch(config, logFile);
    await ready(child, slots, logFile);
  };
  const end = async (signal: NodeJS.Signals) => {
    const last = child;
    child = undefined;
    if (last === undefined || last.exitCode !== null || last.signalCode !== null) return;
    const gone = new Promise((resolve) => last.once('exit', resolve));
    last.kill(signal);
    await gone;
  };
  await start();
  const stop = () => end('SIGTERM');
  return {
    slots,
    get pid() {
      return child?.pid ?? 0;
    },
    log: () => readFileSync(logFile, 'utf8'),
    kill: () => end('SIGKILL'),
    start,
    stop,
    addReader,
    removeReader(name) {
      for (const slot of slots.filter((one) => one.name.startsWith(`${name} 00 `)))
        slots.splice(slots.indexOf(slot), 1);
      const file = readdirSync(config).find((one) => readFileSync(join(config, one), 'utf8').includes(`"${name}"`));
      if (file !== undefined) rmSync(join(config, file));
    },
    async [Symbol.asyncDispose]() {
      const last = child;
      // A thread of the service that waits for a mute card cannot be stopped in an orderly way.
      const hurry = setTimeout(() => last?.kill('SIGKILL'), 1_000);
      await stop();
      clearTimeout(hurry);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Ends when `condition` holds; throws after `timeout` ms. For things that give no event (files, `/proc`). */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeout = 10_000,
): Promise<void> {
  const end = performance.now() + timeout;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`${what}: not within ${timeout} ms`);
    await pause(5);
  }
}

function letter(at: number): string {
  return String.fromCharCode(0x41 + at);
}

function launch(config: string, logFile: string): ChildProcess {
  const log = openSync(logFile, 'a');
  const env: NodeJS.ProcessEnv = { ...process.env };
  if (env['NODELAY'] === 'shim') env['LD_PRELOAD'] = SHIM;
  // A killed service leaves these behind; this mount namespace has no other service.
  rmSync(SOCKET, { force: true });
  rmSync('/run/pcscd/pcscd.pid', { force: true });
  const child = spawn('/usr/sbin/pcscd', ['--foreground', '--config', config], { stdio: ['ignore', log, log], env });
  closeSync(log);
  return child;
}

async function ready(child: ChildProcess | undefined, slots: readonly RigSlot[], logFile: string): Promise<void> {
  await until('pcscd ready', () => {
    if (child?.pid === undefined || child.exitCode !== null) {
      throw new Error(`pcscd ended: ${readFileSync(logFile, 'utf8')}`);
    }
    return existsSync(SOCKET) && slots.slice(0, MOST_SLOTS).every(({ port }) => listens(port));
  });
}

/** pcsc-lite serves 16 slots and drops the rest without a word. */
const MOST_SLOTS = 16;

/** Asked of the kernel: connecting to see whether somebody listens would insert a card. */
function listens(port: number): boolean {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A`;
  return readFileSync('/proc/net/tcp', 'utf8').includes(local);
}
