import { EventEmitter } from 'node:events';
import type { WireDevice } from './wire.ts';

/** How bytes are in reports of 64 bytes (readers.md 10): as they are; behind a count; behind the number of the report. */
export type ReportForm = 'raw-64' | 'len1-64' | 'rid-64';

/** What the device calls itself on the bus. */
export interface HidIdentity {
  readonly vendorId: number;
  readonly productId: number;
  readonly serialNumber?: string;
  /** Default `raw-64`. */
  readonly form?: ReportForm;
  /** Default 5, the number of its reports in `rid-64`. */
  readonly reportId?: number;
}

/**
 * What is wrong with a report to the host: shorter than it says or than it has to be, longer, another number or count; it comes twice,
 * or behind the next one.
 */
export type ReportFault = 'short' | 'long' | 'wrong-number' | 'twice' | 'late';

const REPORT = 64;
const PATH = '/dev/hidraw-simulated';

/**
 * A device behind the part of the package `node-hid` that is used (`devicesAsync`, `HIDAsync.open`, `write`, `close`, `data`,
 * `error`), and the hand on its plug. A fake: the package itself needs a device.
 * @example hidPorts({ hid: new FakeHid(new Crt02Unit(seats), { vendorId: 0x23a4, productId: 0x0219 }) })
 */
export class FakeHid {
  readonly HIDAsync = { open: (path: string) => this.#open(path) };
  readonly #device: WireDevice;
  readonly #identity: HidIdentity;
  readonly #faults: ReportFault[] = [];
  #opened: OpenedHid | undefined;
  /** Comes behind the next one. */
  #late: Buffer | undefined;
  #plugged = false;

  constructor(device: WireDevice, identity: HidIdentity) {
    this.#device = device;
    this.#identity = identity;
    this.plugIn();
  }

  readonly devicesAsync = async () => {
    const { vendorId, productId, serialNumber } = this.#identity;
    return this.#plugged ? [{ path: PATH, vendorId, productId, serialNumber, release: 0x100, interface: 0 }] : [];
  };

  /** Something is wrong with the reports that come next, one each. */
  misreport(...faults: readonly ReportFault[]): void {
    this.#faults.push(...faults);
  }

  /** Plugs it in again, with the device as after power on; nothing happens when it is in. */
  plugIn(): void {
    if (this.#plugged) return;
    this.#plugged = true;
    this.#device.attach({
      send: (bytes) => this.#send(bytes),
      setSpeed: () => {},
      unplug: () => this.unplug(),
    });
  }

  /** A host that has it open is told so by an error of its read; what it is writing is not taken. */
  unplug(): void {
    if (!this.#plugged) return;
    this.#plugged = false;
    this.#device.detach();
    this.#opened?.lose();
    this.#opened = undefined;
  }

  async #open(path: string): Promise<OpenedHid> {
    await turn();
    if (!this.#plugged || path !== PATH) throw new Error(`cannot open device with path ${path}: No such device`);
    if (this.#opened !== undefined) throw new Error(`cannot open device with path ${path}: Device or resource busy`);
    const opened: OpenedHid = new OpenedHid({
      taken: (report) => this.#receive(report),
      closed: () => {
        if (this.#opened === opened) this.#opened = undefined;
      },
    });
    this.#opened = opened;
    return opened;
  }

  #send(bytes: Uint8Array): void {
    const { form = 'raw-64', reportId = 5 } = this.#identity;
    const room = form === 'raw-64' ? REPORT : REPORT - 1;
    for (let at = 0; at < bytes.length; at += room) {
      const part = bytes.subarray(at, at + room);
      const head = { 'raw-64': [], 'len1-64': [part.length], 'rid-64': [reportId] }[form];
      const report = Buffer.alloc(REPORT);
      report.set([...head, ...part]);
      const fault = this.#faults.shift();
      const late = this.#late;
      this.#late = fault === 'late' ? report : undefined;
      if (fault !== 'late') this.#hand(spoil(report, fault));
      if (fault === 'twice') this.#hand(report);
      if (late !== undefined) this.#hand(late);
    }
  }

  #hand(report: Buffer): void {
    const opened = this.#opened;
    // The host wipes what it was given.
    const copy = Buffer.from(report);
    setImmediate(() => opened?.hear(copy));
  }

  /** @throws Error for a report that the system would not take */
  #receive(report: Uint8Array): void {
    const { form = 'raw-64', reportId = 5 } = this.#identity;
    const number = form === 'rid-64' ? reportId : 0;
    const size = form === 'rid-64' ? REPORT : REPORT + 1;
    if (report.length !== size || report[0] !== number) throw new Error('Cannot write to hid device');
    const count = form === 'len1-64' ? (report[1] ?? 0) : REPORT;
    const bytes = report.subarray(form === 'len1-64' ? 2 : 1).subarray(0, count);
    setImmediate(() => this.#plugged && this.#device.receive(bytes));
  }
}

function spoil(report: Buffer, fault: ReportFault | undefined): Buffer {
  if (fault === 'short') return report.subarray(0, REPORT / 2);
  if (fault === 'long') return Buffer.concat([report, Buffer.alloc(REPORT)]);
  if (fault === 'wrong-number') report[0] = 0xee;
  return report;
}

/** What a device needs to know of its opening. */
interface Opening {
  taken(report: Uint8Array): void;
  closed(): void;
}

/** The device as the package hands it out. */
class OpenedHid extends EventEmitter {
  readonly #opening: Opening;
  #state: 'open' | 'closed' | 'lost' = 'open';

  constructor(opening: Opening) {
    super();
    this.#opening = opening;
  }

  hear(report: Buffer): void {
    if (this.#state === 'open') this.emit('data', report);
  }

  lose(): void {
    if (this.#state !== 'open') return;
    this.#state = 'lost';
    setImmediate(() => this.#state === 'lost' && this.emit('error', new Error('could not read from HID device')));
  }

  async write(report: Buffer): Promise<number> {
    // Taken now: the caller may wipe it before it has gone.
    const copy = Uint8Array.from(report);
    await turn();
    if (this.#state !== 'open') throw new Error('Cannot write to hid device');
    this.#opening.taken(copy);
    return copy.length;
  }

  async close(): Promise<void> {
    this.#state = 'closed';
    this.#opening.closed();
    await turn();
    this.removeAllListeners();
  }
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
