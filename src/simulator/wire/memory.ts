import { SscardError } from '../../../apdu/errors.ts';
import type { Port, PortListener, PortSettings, Ports } from '../../../drivers/port.ts';
import type { WireDevice } from './wire.ts';

/** Ports in memory, and the hand on their plug. */
export interface MemoryPorts extends Ports {
  /** Pulls the plug: a host that has the port open is told so. */
  unplug(): void;
  /** Plugs it in again, with the device as after power on; nothing happens when it is in. */
  plugIn(): void;
}

/**
 * A device on a port in memory: the same interface as a serial port, without a system below. Bytes arrive later, as on a line, never
 * from within the call that sent them. A host that listens at another speed than the device hears nothing, and is not heard.
 * @param name what the one port is called
 * @example unitReaders({ protocol: 'alpar', ports: memoryPorts(device), port: 'memory' })
 */
export function memoryPorts(device: WireDevice, name = 'memory'): MemoryPorts {
  return new MemoryCable(device, name);
}

class MemoryCable implements MemoryPorts {
  readonly scheme = 'memory';
  readonly #device: WireDevice;
  readonly #name: string;
  #plugged = false;
  #baud = 0;
  #port: MemoryPort | undefined;

  constructor(device: WireDevice, name: string) {
    this.#device = device;
    this.#name = name;
    this.plugIn();
  }

  plugIn(): void {
    if (this.#plugged) return;
    this.#plugged = true;
    this.#baud = this.#device.line.baud;
    this.#device.attach({
      send: (bytes) => {
        const port = this.#port;
        const copy = bytes.slice();
        const baud = this.#baud;
        setImmediate(() => port?.hear(copy, baud));
      },
      setSpeed: (baud) => {
        this.#baud = baud;
      },
      unplug: () => this.unplug(),
    });
  }

  unplug(): void {
    if (!this.#plugged) return;
    this.#plugged = false;
    this.#device.detach();
    this.#port?.lose();
    this.#port = undefined;
  }

  async list() {
    return this.#plugged ? [{ name: this.#name }] : [];
  }

  async open(name: string, settings: PortSettings, listener: PortListener): Promise<Port> {
    if (!this.#plugged || name !== this.#name) throw new SscardError('port-not-found', 'no such port', { place: name });
    if (this.#port !== undefined) throw new SscardError('port-in-use', 'open already', { place: name });
    const port: MemoryPort = new MemoryPort(name, settings.baud, listener, {
      send: (bytes) => {
        setImmediate(() => {
          if (this.#port === port && port.baud === this.#baud) this.#device.receive(bytes);
        });
      },
      closed: () => {
        if (this.#port === port) this.#port = undefined;
      },
    });
    this.#port = port;
    return port;
  }
}

/** What a port needs of its cable. */
interface Cable {
  send(bytes: Uint8Array): void;
  closed(): void;
}

class MemoryPort implements Port {
  readonly name: string;
  readonly #listener: PortListener;
  readonly #cable: Cable;
  #baud: number;
  #open = true;

  constructor(name: string, baud: number, listener: PortListener, cable: Cable) {
    this.name = name;
    this.#baud = baud;
    this.#listener = listener;
    this.#cable = cable;
  }

  get baud(): number {
    return this.#baud;
  }

  hear(bytes: Uint8Array, baud: number): void {
    if (this.#open && baud === this.#baud) this.#listener.received(bytes);
  }

  lose(): void {
    if (!this.#open) return;
    this.#open = false;
    setImmediate(() => this.#listener.lost(new Error('unplugged')));
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#check();
    this.#cable.send(bytes.slice());
  }

  async setSpeed(baud: number): Promise<void> {
    this.#check();
    this.#baud = baud;
  }

  async discardInput(): Promise<void> {}

  async close(): Promise<void> {
    this.#open = false;
    this.#cable.closed();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #check(): void {
    if (!this.#open) throw new SscardError('reader-lost', 'the port is gone', { place: this.name });
  }
}
