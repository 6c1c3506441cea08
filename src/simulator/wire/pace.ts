import type { WireDevice } from './wire.ts';

/** Bytes that came within so many milliseconds are handed over together, as the buffer of a UART does. */
const PIECE = 1;
/** A timer of the system comes so many milliseconds late; what is nearer is waited for turn by turn. */
const COARSE = 2;

/**
 * A device whose line takes the time that its bytes need, both ways: 10 or 11 bits a byte at the speed the device has then. Bytes that
 * were sent before a change of speed arrive at the old one.
 * @example servePty(pacedLine(unit))
 */
export function pacedLine(device: WireDevice): WireDevice {
  const { line } = device;
  const toHost = new Course();
  const toDevice = new Course();
  let baud = line.baud;
  const byteTime = () => (1000 * line.bits) / baud;
  return {
    line,
    attach(wire) {
      baud = line.baud;
      device.attach({
        send: (bytes) => toHost.carry(bytes, byteTime(), (piece) => wire.send(piece)),
        setSpeed(next) {
          baud = next;
          toHost.afterwards(() => wire.setSpeed(next));
        },
        unplug: () => wire.unplug(),
      });
    },
    receive: (bytes) => toDevice.carry(bytes, byteTime(), (piece) => device.receive(piece)),
    detach() {
      toHost.stop();
      toDevice.stop();
      device.detach();
    },
  };
}

interface Load {
  readonly bytes: Uint8Array;
  /** Milliseconds on the steady clock. */
  readonly start: number;
  readonly byteTime: number;
  readonly arrive: (piece: Uint8Array) => void;
  arrived: number;
}

/** One direction of a line: one byte after the other. */
class Course {
  readonly #loads: Load[] = [];
  /** When the last byte is through. */
  #free = 0;
  #stopWaiting = () => {};

  carry(bytes: Uint8Array, byteTime: number, arrive: (piece: Uint8Array) => void): void {
    const start = Math.max(performance.now(), this.#free);
    this.#free = start + bytes.length * byteTime;
    this.#loads.push({ bytes: bytes.slice(), start, byteTime, arrive, arrived: 0 });
    if (this.#loads.length === 1) this.#run();
  }

  /** Once everything that was sent before is through. */
  afterwards(act: () => void): void {
    if (this.#loads.length === 0) act();
    else this.carry(new Uint8Array(0), 0, act);
  }

  stop(): void {
    this.#stopWaiting();
    this.#loads.length = 0;
    this.#free = 0;
  }

  #run(): void {
    for (let load = this.#loads[0]; load !== undefined; load = this.#loads[0]) {
      const next = progress(load);
      if (next !== undefined) {
        this.#wait(next);
        return;
      }
      this.#loads.shift();
    }
  }

  #wait(until: number): void {
    const left = until - performance.now();
    if (left > COARSE) {
      const timer = setTimeout(() => this.#run(), left - COARSE);
      this.#stopWaiting = () => clearTimeout(timer);
      return;
    }
    const turn = setImmediate(() => (performance.now() < until ? this.#wait(until) : this.#run()));
    this.#stopWaiting = () => clearImmediate(turn);
  }
}

/** Hands over what has come. @returns when to look again; undefined: it is through */
function progress(load: Load): number | undefined {
  const { bytes, start, byteTime, arrived } = load;
  const end = start + bytes.length * byteTime;
  const now = performance.now();
  const come = now >= end ? bytes.length : Math.max(0, Math.floor((now - start) / byteTime));
  const whole = come === bytes.length;
  if (whole || (come - arrived) * byteTime >= PIECE) {
    load.arrived = come;
    load.arrive(bytes.subarray(arrived, come));
  }
  return whole ? undefined : Math.min(end, start + load.arrived * byteTime + Math.max(PIECE, byteTime));
}
