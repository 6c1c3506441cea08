import type { Waiting } from './reader.ts';

/**
 * What a port is: a stream of bytes to a unit and back, whatever carries it: a serial line, HID reports, memory. Units, and the
 * framers below them, do not know which.
 */
export interface Port extends AsyncDisposable {
  /** Path or number, for messages. */
  readonly name: string;
  /** Speed in use; undefined where the carrier has none (HID). */
  readonly baud: number | undefined;
  /**
   * Resolves when the system has taken the bytes. The caller may wipe them then. One at a time.
   * @throws SscardError `reader-lost`
   */
  write(bytes: Uint8Array): Promise<void>;
  /** Changes the speed of a serial line; nothing happens elsewhere. @throws SscardError `reader-lost` */
  setSpeed(baud: number): Promise<void>;
  /** Forgets what the system has received and not handed over yet. */
  discardInput(): Promise<void>;
  /** Idempotent, also after `lost`. */
  close(): Promise<void>;
}

/** Who is told what comes from a port. */
export interface PortListener {
  /** Bytes in any pieces, as they came. They belong to the listener. */
  received(bytes: Uint8Array): void;
  /** The device is gone: said once, never after `close()`. */
  lost(cause: unknown): void;
}

/** How a serial line is set up; a carrier without speed takes no notice. */
export interface PortSettings {
  readonly baud: number;
  /** Default 1. */
  readonly stopBits?: 1 | 2;
  /** Default `none`. */
  readonly parity?: 'none' | 'even' | 'odd';
  /** Level of RTS once open. Default: as the system sets it. Ports without modem lines (pseudo-terminals) ignore it. */
  readonly rts?: boolean;
}

/** A port that could be opened. */
export interface PortFacts {
  readonly name: string;
  readonly manufacturer?: string;
  readonly serialNumber?: string;
  /** USB vendor and product, four hex digits each. */
  readonly vendorId?: string;
  readonly productId?: string;
}

/** A family of ports behind one package, loaded with the first call. */
export interface Ports {
  readonly scheme: string;
  /** What is there; nothing is opened or sent. @throws SscardError `binding-missing`, `ports-not-listed` */
  list(waiting?: Waiting): Promise<readonly PortFacts[]>;
  /**
   * Default timeout 5,000 ms.
   * @throws SscardError `port-not-found`, `port-denied`, `port-in-use`, `port-failed`, `binding-missing`, `cancelled`
   */
  open(name: string, settings: PortSettings, listener: PortListener, waiting?: Waiting): Promise<Port>;
}
