import { closeSync, constants, openSync, symlinkSync, unlinkSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import { SscardError } from '../../../apdu/errors.ts';
import type { WireDevice } from './wire.ts';
import { heardAt } from './wrong-speed.ts';

/** A device behind a pseudo-terminal, and the hand on its plug. */
export interface PtySlot extends AsyncDisposable {
  /** What a host opens now; undefined: unplugged. The link, if there is one, stays the same. */
  readonly path: string | undefined;
  /** Pulls the plug: a host that has it open is hung up on. */
  unplug(): void;
  /** Plugs it in again, with the device as after power on; the path is a new one. Nothing happens when it is in. */
  plugIn(): void;
  /** Unplugs it for good. */
  close(): Promise<void>;
}

/** The calls that make a pseudo-terminal (POSIX), by the system's C library. */
interface Libc {
  openMaster(): number;
  slavePath(master: number): string;
  /** No echo, no line editing: what a serial line does. */
  makeRaw(slave: number): void;
  /** The speed a host has set; undefined: this system cannot tell. */
  hostSpeed(master: number): number | undefined;
}

const LONGEST_PATH = 256;
/** More than any system's struct termios. */
const TERMIOS = 256;
/** Linux: asks for a struct termios2, which has the speed of output as a number at this offset. */
const TCGETS2 = 0x802c542a;
const OUTPUT_SPEED = 40;
/** Bytes that a host may leave unread; what comes then is lost, as on a line. */
const MOST_UNREAD = 1 << 20;

/**
 * Puts a device on a pseudo-terminal of its own (Linux): what a host opens as its serial port. The device stays in whether the port
 * is open or not. A host that set another speed than the device has hears, and says, what a receiver makes of it.
 * @param link path of a symbolic link to it that survives unplugging, as a name of udev does
 * @throws SscardError `binding-missing` (koffi), `sim-pty` (the system gives none)
 * @example
 * const slot = await servePty(new GemplusUnit({ card }));
 * console.log(slot.path); // /dev/pts/7
 */
export async function servePty(device: WireDevice, { link }: { readonly link?: string } = {}): Promise<PtySlot> {
  const libc = await loadLibc();
  const slot = new Pty(device, libc, link);
  slot.plugIn();
  return slot;
}

class Pty implements PtySlot {
  readonly #device: WireDevice;
  readonly #libc: Libc;
  readonly #link: string | undefined;
  #plug: Plug | undefined;
  /** Of the device. */
  #baud = 0;

  constructor(device: WireDevice, libc: Libc, link: string | undefined) {
    this.#device = device;
    this.#libc = libc;
    this.#link = link;
  }

  get path(): string | undefined {
    return this.#plug && (this.#link ?? this.#plug.path);
  }

  plugIn(): void {
    if (this.#plug !== undefined) return;
    const plug = new Plug(this.#libc);
    this.#plug = plug;
    if (this.#link !== undefined) symlinkSync(plug.path, this.#link);
    const ours = (act: (bytes: Uint8Array) => void) => (bytes: Uint8Array) => {
      if (this.#plug === plug) act(bytes);
    };
    this.#baud = this.#device.line.baud;
    this.#device.attach({
      send: ours((bytes) => plug.send(heardAt(bytes, this.#baud, plug.hostSpeed ?? this.#baud))),
      setSpeed: (baud) => {
        this.#baud = baud;
      },
      unplug: () => {
        if (this.#plug === plug) this.unplug();
      },
    });
    plug.listen(ours((bytes) => this.#device.receive(heardAt(bytes, plug.hostSpeed ?? this.#baud, this.#baud))));
  }

  unplug(): void {
    const plug = this.#plug;
    if (plug === undefined) return;
    this.#plug = undefined;
    this.#device.detach();
    if (this.#link !== undefined) unlinkSync(this.#link);
    plug.pull();
  }

  async close(): Promise<void> {
    this.unplug();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** One pseudo-terminal, from its making to its end. */
class Plug {
  readonly path: string;
  readonly #libc: Libc;
  readonly #file: number;
  readonly #master: ReadStream;
  /** Held open, so that the master hears silence, not an error, while no host has it open. */
  readonly #slave: number;

  constructor(libc: Libc) {
    const master = libc.openMaster();
    this.#libc = libc;
    this.#file = master;
    this.path = libc.slavePath(master);
    this.#slave = openSync(this.path, constants.O_RDWR | constants.O_NOCTTY);
    libc.makeRaw(this.#slave);
    // Reads and writes, and waits with the event loop, not on a thread.
    this.#master = new ReadStream(master);
    // Said when it is closed with bytes unread.
    this.#master.on('error', () => {});
  }

  listen(received: (bytes: Uint8Array) => void): void {
    this.#master.on('data', (bytes: Uint8Array) => {
      received(Uint8Array.from(bytes));
      bytes.fill(0);
    });
  }

  get hostSpeed(): number | undefined {
    return this.#libc.hostSpeed(this.#file);
  }

  send(bytes: Uint8Array): void {
    if (this.#master.writableLength + bytes.length < MOST_UNREAD) this.#master.write(bytes.slice());
  }

  pull(): void {
    this.#master.destroy();
    closeSync(this.#slave);
  }
}

async function loadLibc(): Promise<Libc> {
  const { default: koffi } = await import('koffi').catch((cause: unknown) => {
    throw new SscardError('binding-missing', 'npm install koffi', { place: 'koffi' }, { cause });
  });
  const libc = koffi.load(process.platform === 'darwin' ? 'libc.dylib' : 'libc.so.6');
  const open = libc.func('int posix_openpt(int)');
  const grant = libc.func('int grantpt(int)');
  const unlock = libc.func('int unlockpt(int)');
  const name = libc.func('int ptsname_r(int, void *, size_t)');
  const get = libc.func('int tcgetattr(int, void *)');
  const raw = libc.func('void cfmakeraw(void *)');
  const set = libc.func('int tcsetattr(int, int, void *)');
  const ioctl = libc.func('int ioctl(int, unsigned long, ...)');
  const check = (code: number, call: string): number => {
    if (code < 0) throw new SscardError('sim-pty', `${call} failed`);
    return code;
  };
  return {
    openMaster() {
      const flags = constants.O_RDWR | constants.O_NOCTTY;
      const master = check(open(flags), 'posix_openpt');
      check(grant(master), 'grantpt');
      check(unlock(master), 'unlockpt');
      return master;
    },
    slavePath(master) {
      const text = Buffer.alloc(LONGEST_PATH);
      check(-Math.abs(name(master, text, text.length)), 'ptsname_r');
      return text.toString('latin1', 0, text.indexOf(0));
    },
    makeRaw(slave) {
      const termios = Buffer.alloc(TERMIOS);
      check(get(slave, termios), 'tcgetattr');
      raw(termios);
      check(set(slave, 0, termios), 'tcsetattr');
    },
    hostSpeed(master) {
      const termios = Buffer.alloc(TERMIOS);
      const told = process.platform === 'linux' && ioctl(master, TCGETS2, 'void *', termios) === 0;
      return told ? termios.readUInt32LE(OUTPUT_SPEED) : undefined;
    },
  };
}
