import type { Answer, CommandRule, LineCommand } from './command.ts';
import type { CardMemory } from './memory.ts';
import type { PsamImage } from './psam-image.ts';
import type { Cipher } from './session-keys.ts';

/** The PSAM's memory while it works: `serial` and `mac2Tries` are cells that `CardMemory.store` changes in place. */
export interface PsamContents {
  readonly image: PsamImage;
  readonly algorithm: Cipher;
  readonly keys: readonly PsamKey[];
  readonly files: readonly PsamFile[];
  readonly terminalNumber: Uint8Array;
  /** Four bytes. */
  readonly serial: Uint8Array;
  /** One byte: wrong MAC2 left. */
  readonly mac2Tries: Uint8Array;
}

export interface PsamKey {
  readonly usage: number;
  readonly id: number;
  readonly value: Uint8Array;
}

export interface PsamFile {
  /** Undefined: in the MF. */
  readonly directory?: 'DF01';
  readonly fid: number;
  readonly sfi: number;
  readonly bytes: Uint8Array;
}

/** Everything that a loss of power takes away, and SELECT of a directory as well. */
export interface PsamSession {
  /** Undefined: the MF is selected. */
  directory?: 'DF01';
  file?: PsamFile;
  /** Answer that waits for GET RESPONSE. */
  pending?: Uint8Array;
  derived?: DerivedKey;
  /** MAC2 that the purchase just begun must bring. */
  expectedMac2?: Uint8Array;
}

/** A session key, ready for one cryptographic operation. */
export interface DerivedKey {
  readonly value: Uint8Array;
  /** Low five bits of the usage byte (6.2): what it may be used for. */
  readonly kind: number;
  /** Last block of a MAC whose data comes in several commands. */
  chain?: Uint8Array;
}

export interface PsamCore {
  readonly contents: PsamContents;
  readonly memory: CardMemory;
  readonly random: (length: number) => Uint8Array;
  session: PsamSession;
}

export interface PsamRule {
  readonly form: CommandRule['form'];
  readonly run: (psam: PsamCore, command: LineCommand) => Answer;
}

/** Rules by CLA and INS, four hex digits. */
export type PsamRules = Readonly<Record<string, PsamRule>>;
