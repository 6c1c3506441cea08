import { toHex } from '../../../apdu/bytes.ts';
import type { Wire, WireDevice } from '../../../src/simulator/wire/wire.ts';

/** A device that writes down what it hears, and when. */
export class Recorder implements WireDevice {
  readonly line = { baud: 9600, bits: 10 } as const;
  readonly heard: string[] = [];
  readonly times: number[] = [];
  detached = 0;
  wire: Wire | undefined;

  attach(wire: Wire): void {
    this.wire = wire;
  }

  receive(bytes: Uint8Array): void {
    this.heard.push(toHex(bytes));
    for (const _ of bytes) this.times.push(performance.now());
  }

  detach(): void {
    this.detached++;
  }
}

/** The other end of its wire: what comes, as it comes. */
export function hostOf(device: WireDevice) {
  const got: string[] = [];
  const host = { got, speeds: [] as number[], unplugged: 0, last: 0 };
  device.attach({
    send: (bytes) => {
      got.push(toHex(bytes));
      host.last = performance.now();
    },
    setSpeed: (baud) => host.speeds.push(baud),
    unplug: () => {
      host.unplugged++;
      device.detach();
    },
  });
  return host;
}
