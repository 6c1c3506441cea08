import { SscardError } from '../../apdu/errors.ts';
import { lostError, openedInTime } from '../opening.ts';
import type { Port, PortFacts, PortListener, PortSettings, Ports } from '../port.ts';
import type { Waiting } from '../reader.ts';
import { type HidPacking, packReports, unpackReport } from './packing.ts';

/** The part of `HIDAsync` of the package `node-hid` that is used. `HID` blocks, and is not. */
export interface HidDevice {
  /** Reports without their number, where the device has none. */
  on(event: 'data', heard: (report: Uint8Array) => void): unknown;
  on(event: 'error', heard: (error: unknown) => void): unknown;
  /** One report, its number (or 00) first. */
  write(report: Buffer): Promise<number>;
  /** Gives the device back. */
  close(): Promise<void>;
}

/** What is plugged in, as the package tells it. */
export interface HidFacts {
  readonly vendorId: number;
  readonly productId: number;
  readonly path?: string | undefined;
  readonly serialNumber?: string | undefined;
  readonly manufacturer?: string | undefined;
}

/** The part of the package that is used. */
export interface HidPackage {
  /** What is plugged in now. */
  devicesAsync(): Promise<readonly HidFacts[]>;
  readonly HIDAsync: { open(path: string): Promise<HidDevice> };
}

/** How bytes travel, and through which package. */
export interface HidPortsOptions {
  /** Default `raw-64`. */
  readonly packing?: HidPacking;
  /** Number of the reports of `rid-64`. Default 5. */
  readonly reportId?: number;
  /** Another package, or a fake. Default: `node-hid`, loaded with the first call. */
  readonly hid?: HidPackage;
}

/** A system that does not close a device is not waited for. */
const LONGEST_CLOSE = 1_000;

/**
 * The HID devices of this machine, as ports: `vendor:product` or `vendor:product:serial` in hex (`23a4:0219`), or a path of the
 * system. The package `node-hid` has never been run against a device here: the tests put a fake of `HidPackage` in its place.
 * @example await using readers = unitReaders({ protocol: 'crt-02', ports: hidPorts(), port: '23a4:0219' });
 */
export function hidPorts(options: HidPortsOptions = {}): Ports {
  const load = async () => options.hid ?? (await loadPackage());
  return {
    scheme: 'hid',
    async list() {
      const { devicesAsync } = await load();
      return (await devicesAsync()).map(facts);
    },
    async open(name: string, _: PortSettings, listener: PortListener, waiting: Waiting = {}) {
      const hid = await load();
      const open = async () => hid.HIDAsync.open(await pathOf(hid, name));
      const device = await openedInTime(name, open, (late) => late.close(), waiting);
      return new HidPort(device, name, listener, options);
    },
  };
}

function facts({ vendorId, productId, serialNumber, manufacturer }: HidFacts): PortFacts {
  const [vendor, product] = [hex4(vendorId), hex4(productId)];
  const told = { ...(serialNumber && { serialNumber }), ...(manufacturer && { manufacturer }) };
  return { name: `${vendor}:${product}`, ...told, vendorId: vendor, productId: product };
}

const hex4 = (number: number) => number.toString(16).padStart(4, '0');

/** @throws SscardError `port-not-found`, `reader-ambiguous` (with their paths) */
async function pathOf(hid: HidPackage, name: string): Promise<string> {
  const [, vendor, product, serial] = /^([0-9a-f]{4}):([0-9a-f]{4})(?::(.+))?$/i.exec(name) ?? [];
  if (vendor === undefined || product === undefined) return name;
  const meant = (await hid.devicesAsync()).filter(
    (one) =>
      one.vendorId === Number.parseInt(vendor, 16) &&
      one.productId === Number.parseInt(product, 16) &&
      (serial === undefined || one.serialNumber === serial),
  );
  // The system may list one device once for each of its usages.
  const [path, ...more] = new Set(meant.flatMap((one) => one.path ?? []));
  const details = { place: name, outcome: 'not-done' } as const;
  if (path === undefined) throw new SscardError('port-not-found', 'no such device', details);
  if (more.length > 0) throw new SscardError('reader-ambiguous', 'several', { ...details, choices: [path, ...more] });
  return path;
}

class HidPort implements Port {
  readonly name: string;
  readonly baud = undefined;
  readonly #device: HidDevice;
  readonly #listener: PortListener;
  readonly #packing: HidPacking;
  readonly #reportId: number | undefined;
  #open = true;
  #closing: Promise<void> | undefined;

  constructor(device: HidDevice, name: string, listener: PortListener, { packing, reportId }: HidPortsOptions) {
    this.name = name;
    this.#device = device;
    this.#listener = listener;
    this.#packing = packing ?? 'raw-64';
    this.#reportId = reportId;
    // It stays: a package that says an error to nobody ends the program.
    device.on('error', (error) => this.#lost(error));
    device.on('data', (report) => {
      // A report that cannot be is noise: what it was part of does not become whole.
      // The package's report is a Buffer: `slice` would copy nothing of it.
      const bytes = unpackReport(Uint8Array.from(report), this.#packing, this.#reportId);
      report.fill(0);
      if (this.#open && bytes !== undefined) this.#listener.received(bytes);
    });
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (const report of packReports(bytes, this.#packing, this.#reportId)) {
      if (!this.#open) throw lostError(this.name);
      const buffer = Buffer.from(report.buffer, report.byteOffset, report.length);
      try {
        await this.#device.write(buffer);
      } catch (error) {
        this.#lost(error);
        throw lostError(this.name, error);
      } finally {
        buffer.fill(0);
      }
    }
  }

  async setSpeed(): Promise<void> {
    if (!this.#open) throw lostError(this.name);
  }

  /** The package hands over what it has at once. */
  async discardInput(): Promise<void> {
    if (!this.#open) throw lostError(this.name);
  }

  close(): Promise<void> {
    this.#open = false;
    this.#closing ??= inTime(this.#device.close());
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #lost(cause: unknown): void {
    if (!this.#open) return;
    void this.close();
    this.#listener.lost(cause);
  }
}

/** What fails while closing a device is its end all the same. */
async function inTime(closing: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, LONGEST_CLOSE);
  });
  await Promise.race([closing.catch(() => {}), late]);
  clearTimeout(timer);
}

async function loadPackage(): Promise<HidPackage> {
  try {
    return (await import('node-hid')).default;
  } catch (cause) {
    throw new SscardError('binding-missing', 'npm install node-hid', { place: 'node-hid' }, { cause });
  }
}
