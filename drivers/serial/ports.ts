import type { SerialPort } from 'serialport';
import { SscardError } from '../../apdu/errors.ts';
import { lostError, openedInTime } from '../opening.ts';
import type { Port, PortFacts, PortListener, PortSettings, Ports } from '../port.ts';
import type { Waiting } from '../reader.ts';

/** Most bytes that the package reads at once, and keeps. */
const BUFFER = 4096;

/**
 * The serial ports of this machine, through the package `serialport`, which is loaded with the first call.
 * @example await using readers = unitReaders({ protocol: 'alpar', ports: serialPorts(), port: '/dev/ttyS1' });
 */
export function serialPorts(): Ports {
  return { scheme: 'serial', list, open };
}

async function list(): Promise<readonly PortFacts[]> {
  const { SerialPort } = await load();
  const found = await SerialPort.list().catch((cause: Error) => {
    // Linux: the package asks `udevadm`, which small systems do not have. Ports are opened without it all the same.
    throw new SscardError('ports-not-listed', cause.message, {}, { cause });
  });
  return found.map(({ path, manufacturer, serialNumber, vendorId, productId }) => ({
    name: path,
    ...(manufacturer !== undefined && { manufacturer }),
    ...(serialNumber !== undefined && { serialNumber }),
    ...(vendorId !== undefined && { vendorId }),
    ...(productId !== undefined && { productId }),
  }));
}

async function open(
  name: string,
  settings: PortSettings,
  listener: PortListener,
  waiting: Waiting = {},
): Promise<Port> {
  const { SerialPort } = await load();
  const { baud, stopBits = 1, parity = 'none', rts } = settings;
  const serial = new SerialPort({
    path: name,
    baudRate: baud,
    dataBits: 8,
    stopBits,
    parity,
    autoOpen: false,
    highWaterMark: BUFFER,
  });
  const close = () => called((done) => serial.close(done));
  await openedInTime(name, () => called((done) => serial.open(done)), close, waiting);
  if (rts !== undefined) await setLines(serial, rts);
  return new SerialLine(serial, name, listener);
}

/** Pseudo-terminals, and some adapters, have no modem lines. */
async function setLines(serial: SerialPort, rts: boolean): Promise<void> {
  await called((done) => serial.set({ rts, dtr: true }, done)).catch(() => {});
}

/** The part of the package's Linux binding that tells a hang-up, which its read loop does not notice: it reads no bytes, for ever. */
interface Poller {
  once(event: 'disconnect', heard: (error: Error | null) => void): void;
}

class SerialLine implements Port {
  readonly name: string;
  readonly #serial: SerialPort;
  readonly #listener: PortListener;
  #open = true;
  #closing: Promise<void> | undefined;

  constructor(serial: SerialPort, name: string, listener: PortListener) {
    this.#serial = serial;
    this.name = name;
    this.#listener = listener;
    serial.on('data', (bytes: Uint8Array) => {
      const copy = Uint8Array.from(bytes);
      // The package keeps its buffer, and it may be digits of a PIN.
      bytes.fill(0);
      if (this.#open) listener.received(copy);
    });
    serial.on('error', (error) => this.#lost(error));
    serial.on('close', (error: unknown) => this.#lost(error));
    const poller = (serial.port as { readonly poller?: Poller } | undefined)?.poller;
    poller?.once('disconnect', (error) => this.#lost(error ?? new Error('hung up')));
  }

  get baud(): number {
    return this.#serial.baudRate;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#check();
    // A Buffer over the same bytes: the package makes no copy of one.
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    try {
      await called((done) => this.#serial.write(view, done));
    } catch (error) {
      this.#lost(error);
      throw lostError(this.name, error);
    }
  }

  async setSpeed(baud: number): Promise<void> {
    this.#check();
    try {
      await called((done) => this.#serial.update({ baudRate: baud }, done));
    } catch (error) {
      throw new SscardError('port-failed', (error as Error).message, { place: this.name }, { cause: error });
    }
  }

  async discardInput(): Promise<void> {
    this.#check();
    await called((done) => this.#serial.flush(done)).catch(() => {});
  }

  close(): Promise<void> {
    this.#open = false;
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    if (!this.#serial.isOpen) return;
    // A port that is lost meanwhile is closed by the package.
    await called((done) => this.#serial.close(done)).catch(() => {});
  }

  /** Whatever the package says first; it may say the same in several ways. */
  #lost(cause: unknown): void {
    if (!this.#open) return;
    void this.close();
    this.#listener.lost(cause);
  }

  #check(): void {
    if (!this.#open) throw lostError(this.name);
  }
}

/** A call of the package as a promise. */
function called(call: (done: (error: Error | null | undefined) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    call((error) => (error ? reject(error) : resolve()));
  });
}

async function load(): Promise<typeof import('serialport')> {
  try {
    return await import('serialport');
  } catch (cause) {
    throw new SscardError('binding-missing', 'npm install serialport', { place: 'serialport' }, { cause });
  }
}
