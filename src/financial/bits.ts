import { toHex } from '../../apdu/bytes.ts';

/** A bit as the books name it: byte from 1, bit from 8 (highest) to 1. `[1, 6]` is TVR 1.6. */
export type Bit = readonly [byte: number, bit: number];

/** A bit field that starts at zero and only gains bits: TVR (tag 95, 5 bytes), TSI (tag 9B, 2 bytes). */
export class StatusBits {
  readonly #bytes: Uint8Array;

  constructor(length: number) {
    this.#bytes = new Uint8Array(length);
  }

  set([byte, bit]: Bit): void {
    this.#bytes[byte - 1] = (this.#bytes[byte - 1] ?? 0) | (1 << (bit - 1));
  }

  has(bit: Bit): boolean {
    return hasBit(this.#bytes, bit);
  }

  /** A copy, as it is now. */
  get bytes(): Uint8Array {
    return this.#bytes.slice();
  }

  /** Upper-case hex. */
  toString(): string {
    return toHex(this.#bytes);
  }
}

/** Whether a bit is set; a byte that is not there has no bit set. */
export function hasBit(bytes: Uint8Array, [byte, bit]: Bit): boolean {
  return ((bytes[byte - 1] ?? 0) & (1 << (bit - 1))) !== 0;
}

/** Application interchange profile, tag 82. */
export const AIP = {
  sda: [1, 7],
  dda: [1, 6],
  cardholderVerification: [1, 5],
  riskManagement: [1, 4],
  issuerAuthentication: [1, 3],
  cda: [1, 1],
} as const satisfies Readonly<Record<string, Bit>>;

/** Terminal verification results, tag 95. */
export const TVR = {
  offlineAuthenticationNotPerformed: [1, 8],
  sdaFailed: [1, 7],
  cardDataMissing: [1, 6],
  exceptionFile: [1, 5],
  ddaFailed: [1, 4],
  cdaFailed: [1, 3],
  sdaSelected: [1, 2],
  versionsDiffer: [2, 8],
  expired: [2, 7],
  notYetEffective: [2, 6],
  serviceNotAllowed: [2, 5],
  newCard: [2, 4],
  verificationFailed: [3, 8],
  unknownMethod: [3, 7],
  pinTryLimit: [3, 6],
  padAbsent: [3, 5],
  pinNotEntered: [3, 4],
  onlinePinEntered: [3, 3],
  floorLimit: [4, 8],
  lowerOfflineLimit: [4, 7],
  upperOfflineLimit: [4, 6],
  randomlySelected: [4, 5],
  merchantForcedOnline: [4, 4],
  defaultTdol: [5, 8],
  issuerAuthenticationFailed: [5, 7],
  scriptFailedBefore: [5, 6],
  scriptFailedAfter: [5, 5],
} as const satisfies Readonly<Record<string, Bit>>;

/** Transaction status information, tag 9B. */
export const TSI = {
  offlineAuthentication: [1, 8],
  cardholderVerification: [1, 7],
  cardRiskManagement: [1, 6],
  issuerAuthentication: [1, 5],
  riskManagement: [1, 4],
  scripts: [1, 3],
} as const satisfies Readonly<Record<string, Bit>>;
