import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
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

/** A unit on a serial line behind the system's own serial CCID driver. */
export interface SerialUnit {
  readonly name: string;
  /** Path of the line and, behind a colon, the model as that driver calls it. */
  readonly device: string;
}

/** A PC/SC service of our own. */
export interface Service extends AsyncDisposable {
  readonly slots: readonly RigSlot[];
  readonly pid: number;
  /** What the service printed so far. */
  log(): string;
  /** SIGKILL: sockets of clients break, files stay behind. Resolves when the process is gone. */
  kill(): Promise<void>;
  /** Starts the killed service again, with the same readers. */
  start(): Promise<void>;
  /** A further virtual reader, from the next start on: pcscd never looks at its reader files again while it runs. */
  addReader(name: string): readonly RigSlot[];
  /** Gone from the next start on. */
  removeReader(name: string): void;
}

const SOCKET = '/run/pcscd/pcscd.comm';
/**
 * Ports are counted on from reader to reader for the whole life of the namespace: what a broken test leaves behind (a
 * service, a card that dials again and again) has nothing to do with the next one. They lie below 32768, where the kernel
 * of a new namespace begins to pick source ports: from there a dialling card may be given the very port it dials, be
 * connected to itself, and keep the service from its port.
 */
const PORTS = { first: 10_000, end: 32_768, next: '/run/pcscd/next-port' };
/** Debian's libccid; the driver for Gemalto units on serial lines. */
const SERIAL_DRIVER = '/usr/lib/pcsc/drivers/serial/libccidtwin.so';
const SHIM = fileURLToPath(new URL('../../.test-run/pcsc/nodelay.so', import.meta.url));

/** The level never runs against the machine's own service: outside the namespace it fails, it is not skipped. */
export function requireNamespace(): void {
  if (process.env['SSCARD_PCSC_NAMESPACE'] === '1') return;
  throw new Error('PC/SC tests run inside test/pcsc/namespace.sh only: test/pcsc/namespace.sh npx vitest run …');
}

/**
 * Starts `pcscd` with `readers` virtual readers of two slots each and waits until it serves them.
 * @param options.names friendly names, default `Lab A`, `Lab B`, …
 * @param options.units units on serial lines; they must be there already. The log has every byte of their lines then
 */
export async function startService(
  options: { readers?: number; names?: readonly string[]; units?: readonly SerialUnit[] } = {},
): Promise<Service> {
  requireNamespace();
  const names = options.names ?? Array.from({ length: options.readers ?? 1 }, (_, at) => `Lab ${letter(at)}`);
  const folder = mkdtempSync(join(tmpdir(), 'sscard-pcscd-'));
  const config = join(folder, 'readers');
  const logFile = join(folder, 'pcscd.log');
  mkdirSync(config);
  const slots: RigSlot[] = [];
  const addReader = (name: string) => {
    const port = freshPorts();
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
  const units = options.units ?? [];
  units.forEach(({ name, device }, at) => {
    const text = `FRIENDLYNAME "${name}"\nDEVICENAME ${device}\nLIBPATH ${SERIAL_DRIVER}\n`;
    writeFileSync(join(config, `unit-${at}`), text);
  });

  let child: ChildProcess | undefined;
  const start = async () => {
    child = launch(config, logFile, units.length > 0);
    try {
      await ready(child, slots, logFile);
    } catch (error) {
      await kill();
      throw error;
    }
  };
  const kill = async () => {
    const last = child;
    child = undefined;
    if (last === undefined || last.exitCode !== null || last.signalCode !== null) return;
    const gone = new Promise((resolve) => last.once('exit', resolve));
    last.kill('SIGKILL');
    await gone;
  };
  try {
    await start();
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return {
    slots,
    get pid() {
      return child?.pid ?? 0;
    },
    log: () => readFileSync(logFile, 'utf8'),
    kill,
    start,
    addReader,
    removeReader(name) {
      for (const slot of slots.filter((one) => one.name.startsWith(`${name} 00 `)))
        slots.splice(slots.indexOf(slot), 1);
      const file = readdirSync(config).find((one) => readFileSync(join(config, one), 'utf8').includes(`"${name}"`));
      if (file !== undefined) rmSync(join(config, file));
    },
    async [Symbol.asyncDispose]() {
      // Not in an orderly way: a thread that waits for a mute card would hold it up, and a service that ends late removes
      // the socket of the next one.
      await kill();
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

/** @returns the first of two ports that no reader of this namespace has had */
function freshPorts(): number {
  const port = existsSync(PORTS.next) ? Number(readFileSync(PORTS.next, 'utf8')) : PORTS.first;
  if (port + 2 > PORTS.end) throw new Error('this namespace has used up its ports: start another one');
  writeFileSync(PORTS.next, String(port + 2));
  return port;
}

function launch(config: string, logFile: string, everyByte: boolean): ChildProcess {
  const log = openSync(logFile, 'a');
  const env: NodeJS.ProcessEnv = { ...process.env };
  if (env['NODELAY'] === 'shim') env['LD_PRELOAD'] = SHIM;
  // Critical, information, communication and periodic: all that the driver knows to say.
  if (everyByte) env['LIBCCID_ifdLogLevel'] = '0x000F';
  // A killed service leaves these behind; this mount namespace has no other service.
  rmSync(SOCKET, { force: true });
  rmSync('/run/pcscd/pcscd.pid', { force: true });
  // A test process that crashes takes its service along.
  const command = ['--pdeathsig', 'KILL', '/usr/sbin/pcscd', '--foreground', '--config', config];
  if (everyByte) command.push('--debug');
  const child = spawn('setpriv', command, { stdio: ['ignore', log, log], env });
  closeSync(log);
  return child;
}

/** Waits until all slots listen. @throws Error with what the service printed and who holds its ports */
async function ready(child: ChildProcess, slots: readonly RigSlot[], logFile: string): Promise<void> {
  const served = slots.slice(0, MOST_SLOTS);
  const log = () => readFileSync(logFile, 'utf8');
  try {
    await until('pcscd ready', () => {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null)
        throw new Error('pcscd ended');
      if (log().includes('Address already in use')) throw new Error('pcscd does not get its ports');
      return existsSync(SOCKET) && served.every(({ port }) => listens(port));
    });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : '';
    throw new Error(`${message}; it printed:\n${log()}sockets on its ports:\n${socketsOn(served)}`, { cause });
  }
}

/** Who holds or uses the ports of `slots`: states, addresses and processes. */
function socketsOn(slots: readonly RigSlot[]): string {
  const lines = execFileSync('ss', ['-tanp'], { encoding: 'utf8' }).split('\n');
  return lines.filter((line) => slots.some(({ port }) => line.includes(`:${port} `))).join('\n');
}

/** pcsc-lite serves 16 slots and drops the rest without a word. */
const MOST_SLOTS = 16;

/** Asked of the kernel: connecting to see whether somebody listens would insert a card. */
function listens(port: number): boolean {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A`;
  return readFileSync('/proc/net/tcp', 'utf8').includes(local);
}
