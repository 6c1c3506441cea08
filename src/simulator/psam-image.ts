import type { Cipher } from './session-keys.ts';

/**
 * What is stored on a simulated PSAM: the shape of the `psam` member of a card file. Bytes are hex text
 * (social-security-card.md 7.1).
 */
export interface PsamImage {
  /** Answer to reset. */
  readonly atr: string;
  /** One PSAM works with one algorithm (ASSUMED). */
  readonly algorithm: Cipher;
  /** Which derive commands it knows: `BF DE` of the maker, `80 1A` of the standard (7.2). */
  readonly derive: readonly DeriveForm[];
  /** EF16, 12 digits. */
  readonly terminalNumber: string;
  /** EF15, 14 bytes (ASSUMED: serial number 10, version 1, kind 1, issuer's own 2). */
  readonly publicInformation: string;
  /** EF17 in DF01, 25 bytes: key index 1, issuer 8, acceptor 8, start 4, expiry 4. */
  readonly applicationInformation: string;
  /** Number of the last purchase that this PSAM began; the next one is one more. */
  readonly terminalSerial: number;
  /** How often a wrong MAC2 may be given back in a row before purchases are locked (ASSUMED: 15, as keys in chapter 10). */
  readonly mac2: { readonly tries: number; readonly triesLeft: number };
  readonly keys: readonly PsamKeyImage[];
}

/** Which command derives a session key: `BF DE` or `80 1A` (7.2). */
export type DeriveForm = 'vendor' | 'standard';

/**
 * One master of a PSAM, at the level its usage byte begins with (6.2, 6.3): national for three levels, of the province
 * for two, of the city for one. The commands name it by usage and id; directory and name say which card key it gives.
 */
export interface PsamKeyImage {
  readonly directory: string;
  readonly key: string;
  /** High three bits levels, low five bits kind; two hex digits. */
  readonly usage: string;
  /** Two hex digits. Of a purchase key (kind 2): the key version that INIT SAM FOR PURCHASE names (ASSUMED). */
  readonly id: string;
  /** 16 bytes. */
  readonly value: string;
}

/** What is on a PSAM, without anything secret: for `sim show`. */
export interface PsamDescription
  extends Omit<PsamImage, 'atr' | 'keys' | 'publicInformation' | 'applicationInformation'> {
  readonly keys: readonly Omit<PsamKeyImage, 'value'>[];
}

/** What is on a PSAM, without its masters. */
export function describePsam(psam: PsamImage): PsamDescription {
  const { algorithm, derive, terminalNumber, terminalSerial, mac2 } = psam;
  const keys = psam.keys.map(({ directory, key, usage, id }) => ({ directory, key, usage, id }));
  return { algorithm, derive, terminalNumber, terminalSerial, mac2, keys };
}
