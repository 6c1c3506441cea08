import type { Wire } from '../wire/wire.ts';
import type { Mischief, Named, UnitOrder } from './mischief.ts';

/** Where a unit stands from plug in to unplugging: its wire, its clock, and what it was told to do wrong. */
export class Station<O extends Named<string> = UnitOrder> {
  readonly mischief: Mischief<O>;
  readonly #timers = new Set<NodeJS.Timeout>();
  #wire: Wire | undefined;

  constructor(wire: Wire, mischief: Mischief<O>) {
    this.#wire = wire;
    this.mischief = mischief;
  }

  /** Nothing is sent any more, and nothing that was waited for comes about. */
  leave(): void {
    this.#wire = undefined;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  send(bytes: Uint8Array): void {
    this.#wire?.send(bytes);
  }

  setSpeed(baud: number): void {
    this.#wire?.setSpeed(baud);
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        resolve();
      }, ms);
      this.#timers.add(timer);
    });
  }
}

/** XOR of all bytes. */
export function xorOf(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum ^ byte, 0);
}
