/**
 * The wire between a host and an emulated device, seen from the device. What carries it (memory, a pseudo-terminal, a line of a
 * certain speed, one with faults) the device does not know.
 */
export interface Wire {
  /** Bytes to the host. */
  send(bytes: Uint8Array): void;
  /** The device sends and listens at another speed from now on; the host has to follow. Carriers without speed take no notice. */
  setSpeed(baud: number): void;
  /** The plug is pulled: nothing is sent or received any more. */
  unplug(): void;
}

/** A device that sits on a wire: reader unit or PIN pad, from its own side. */
export interface WireDevice {
  /** Speed and frame of a byte it listens with after power on. HID devices have none. */
  readonly line: LineForm;
  /** Called once, before the first byte. */
  attach(wire: Wire): void;
  /** Bytes from the host, in any pieces. */
  receive(bytes: Uint8Array): void;
  /** The plug is pulled or the program ends: timers are stopped, cards lose power. */
  detach(): void;
}

/** How bytes are on the line. */
export interface LineForm {
  readonly baud: number;
  /** Bits a byte takes: start, eight data, parity if any, stop. 10 for 8N1, 11 for 8N2. */
  readonly bits: 10 | 11;
}
