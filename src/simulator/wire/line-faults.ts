import type { Wire, WireDevice } from './wire.ts';

/**
 * What happens to the bytes of one direction, from byte `at` on (counted from the order; default 0: the next one).
 * - `noise`: these bytes come in front of it. `flip`: bits of it are turned over. `double`: it comes twice.
 * - `cut`: it and the following are lost, `count` of them; default: the rest of what was sent in one go.
 * - `delay`: it, and what comes after it, comes so many milliseconds later. `unplug`: the plug is pulled instead.
 */
export type LineFault = { readonly way: 'to-host' | 'to-device'; readonly at?: number } & (
  | { readonly kind: 'noise'; readonly bytes: Uint8Array }
  | { readonly kind: 'flip'; readonly mask: number }
  | { readonly kind: 'double' | 'unplug' }
  | { readonly kind: 'cut'; readonly count?: number }
  | { readonly kind: 'delay'; readonly ms: number }
);

/** What the line always does. */
export interface LineHabits {
  /** The host hears what it sends. */
  readonly echo?: boolean;
  /** Bytes come in pieces of so many, each in a turn of its own. Default: as they were sent. */
  readonly pieces?: number;
}

/** A device on a line with faults. */
export interface FaultyLine extends WireDevice {
  /** Faults to come, each of them once. */
  fault(...faults: readonly LineFault[]): void;
}

/**
 * A device whose line does to its bytes what it is told to.
 * @example
 * const line = faultyLine(unit, { pieces: 1 });
 * line.fault({ kind: 'cut', way: 'to-host', at: 7 });
 */
export function faultyLine(device: WireDevice, habits: LineHabits = {}): FaultyLine {
  return new Line(device, habits);
}

class Line implements FaultyLine {
  readonly #device: WireDevice;
  readonly #habits: LineHabits;
  readonly #ways: Readonly<Record<LineFault['way'], Way>>;
  #wire: Wire | undefined;

  constructor(device: WireDevice, habits: LineHabits) {
    this.#device = device;
    this.#habits = habits;
    const unplug = () => this.#wire?.unplug();
    this.#ways = {
      'to-host': new Way((bytes) => this.#wire?.send(bytes), unplug, habits.pieces),
      'to-device': new Way((bytes) => device.receive(bytes), unplug, habits.pieces),
    };
  }

  get line() {
    return this.#device.line;
  }

  fault(...faults: readonly LineFault[]): void {
    for (const fault of faults) this.#ways[fault.way].order(fault);
  }

  attach(wire: Wire): void {
    this.#wire = wire;
    const { 'to-host': way } = this.#ways;
    this.#device.attach({
      send: (bytes) => way.carry(bytes),
      setSpeed: (baud) => way.afterwards(() => wire.setSpeed(baud)),
      unplug: () => wire.unplug(),
    });
  }

  receive(bytes: Uint8Array): void {
    if (this.#habits.echo) this.#ways['to-host'].carry(bytes);
    this.#ways['to-device'].carry(bytes);
  }

  detach(): void {
    this.#wire = undefined;
    for (const way of Object.values(this.#ways)) way.stop();
    this.#device.detach();
  }
}

type Step = { readonly wait: number } | { readonly act: () => void };

/** One direction. */
class Way {
  readonly #deliver: (bytes: Uint8Array) => void;
  readonly #unplug: () => void;
  readonly #pieces: number;
  #faults: { readonly fault: LineFault; readonly from: number }[] = [];
  /** Bytes that were sent this way. */
  #count = 0;
  /** Bytes that are lost yet, over several sendings. */
  #losing = 0;
  readonly #steps: Step[] = [];
  #stopWaiting: (() => void) | undefined;

  constructor(deliver: (bytes: Uint8Array) => void, unplug: () => void, pieces = Number.POSITIVE_INFINITY) {
    this.#deliver = deliver;
    this.#unplug = unplug;
    this.#pieces = pieces;
  }

  order(fault: LineFault): void {
    this.#faults.push({ fault, from: this.#count + (fault.at ?? 0) });
  }

  carry(bytes: Uint8Array): void {
    let out: number[] = [];
    const flush = () => {
      this.#hand(Uint8Array.from(out));
      out = [];
    };
    for (const [at, sent] of bytes.entries()) {
      let times = 1;
      let byte = sent;
      for (const fault of this.#due()) {
        if (fault.kind === 'noise') out.push(...fault.bytes);
        if (fault.kind === 'flip') byte ^= fault.mask;
        if (fault.kind === 'double') times = 2;
        if (fault.kind === 'cut') this.#losing = fault.count ?? bytes.length - at;
        if (fault.kind === 'delay' || fault.kind === 'unplug') flush();
        if (fault.kind === 'delay') this.#steps.push({ wait: fault.ms });
        if (fault.kind === 'unplug') this.#steps.push({ act: this.#unplug });
      }
      this.#count++;
      if (this.#losing > 0) this.#losing--;
      else for (let n = 0; n < times; n++) out.push(byte);
    }
    flush();
    this.#go();
  }

  afterwards(act: () => void): void {
    this.#steps.push({ act });
    this.#go();
  }

  stop(): void {
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
    this.#steps.length = 0;
    this.#losing = 0;
  }

  #due(): readonly LineFault[] {
    if (this.#faults.length === 0) return [];
    const due = this.#faults.filter(({ from }) => from === this.#count);
    this.#faults = this.#faults.filter((one) => !due.includes(one));
    return due.map(({ fault }) => fault);
  }

  #hand(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += this.#pieces) {
      if (at > 0) this.#steps.push({ wait: 0 });
      const piece = bytes.slice(at, Math.min(bytes.length, at + this.#pieces));
      this.#steps.push({ act: () => this.#deliver(piece) });
    }
  }

  #go(): void {
    while (this.#stopWaiting === undefined) {
      const step = this.#steps.shift();
      if (step === undefined) return;
      if ('act' in step) step.act();
      else this.#wait(step.wait);
    }
  }

  #wait(ms: number): void {
    const on = () => {
      this.#stopWaiting = undefined;
      this.#go();
    };
    if (ms === 0) {
      const turn = setImmediate(on);
      this.#stopWaiting = () => clearImmediate(turn);
    } else {
      const timer = setTimeout(on, ms);
      this.#stopWaiting = () => clearTimeout(timer);
    }
  }
}
