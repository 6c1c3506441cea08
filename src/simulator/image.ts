import type { FinancialImage } from './financial/image.ts';

/**
 * What is stored on a simulated card: the shape of the `card` member of a card file. Bytes are hex text. A card carries
 * its own access rules, as a chip does: nothing is looked up in a profile after personalisation.
 */
export interface CardImage {
  readonly generation: '1.0' | '2.0' | '3.0';
  /** Answer to reset, 17 bytes in the form of social-security-card.md 1.1. */
  readonly atr: string;
  /**
   * How session keys and cryptograms are made (6.4). `SM4` repeats the data block (R ‖ R), `SM4-zero` fills it with
   * zeros (R ‖ 00×8): no public source says which, so both are kept.
   */
  readonly algorithm: '3DES' | 'SM4' | 'SM4-zero';
  /** APPLICATION BLOCK and CARD BLOCK leave their mark here (5). */
  readonly block: 'none' | 'temporary' | 'permanent' | 'card';
  readonly pin: { readonly digits: string; readonly tries: number; readonly triesLeft: number };
  /** The first one is the SSSE; the others are its directories. */
  readonly directories: readonly DirectoryImage[];
  /**
   * MAC of protected commands (6.5). `session` (default): under the session key of STK and the last challenge of eight
   * bytes, initial value zero. `pboc`: under STK itself, initial value = challenge of four bytes and zeros.
   */
  readonly mac?: 'session' | 'pboc';
  /** True: selecting another directory of the SSSE keeps the rights earned in this one (6.4: not by default). */
  readonly rightsOutliveDirectory?: boolean;
  /** Which RELOAD PIN the card knows (5): the PIN enciphered (default), or in the clear as in PBOC 1.0. */
  readonly pinReload?: '84240001' | '805E0000';
  /** The medical account; absent: the card has no commands of class B0. */
  readonly purse?: PurseImage;
  /** Generation 3.0: the certificate application. */
  readonly certificate?: CertificateImage;
  /** The bank side of the chip; absent: a card without one. */
  readonly financial?: FinancialImage;
}

/** The medical account (5.1, 5.2) and the state that outlives power. Amounts in fen. */
export interface PurseImage {
  /** Name of the directory it is in; its EF08 is the log. */
  readonly directory: string;
  /** Index of DLK, DPK and DTK. */
  readonly keyIndex: number;
  /** Transaction types, one byte each, hex. */
  readonly types: { readonly load: string; readonly purchase: string };
  readonly balance: number;
  /** Four digits: the year of the two totals. */
  readonly year: string;
  readonly selfPaid: number;
  readonly pooled: number;
  /** Number of the next load and of the next purchase. */
  readonly onlineSerial: number;
  readonly offlineSerial: number;
  /** What GET TRANSACTION PROVE answers: of the last transaction. */
  readonly proof?: { readonly type: string; readonly serial: number; readonly mac: string; readonly tac: string };
}

/** The certificate application (2.6): found by `aid`, its directory by `name` (hex) from inside it. */
export interface CertificateImage {
  readonly aid: string;
  readonly name: string;
  readonly files: readonly FileImage[];
}

/** One application or directory of a card: its names, keys and files. */
export interface DirectoryImage {
  readonly name: string;
  readonly fid: string;
  readonly aid?: string;
  readonly keys: readonly KeyImage[];
  readonly files: readonly FileImage[];
}

/** One key of a directory: its value and how many tries are left. */
export interface KeyImage {
  /** Card key id (P2 of EXTERNAL AUTHENTICATION), two hex digits; absent where no command names the key. */
  readonly id?: string;
  readonly name: string;
  /** 16 bytes. */
  readonly value: string;
  /** False for IRK and STK (6.1): they work in their own commands only. */
  readonly externalAuthentication: boolean;
  readonly tries: number;
  readonly triesLeft: number;
  /** Default 1. */
  readonly version?: number;
}

/** `pin`: the PIN was verified. `key:0A`: external authentication with that key of the same directory. */
export type AccessRule =
  | 'free'
  | 'never'
  | 'pin'
  | `key:${string}`
  | { readonly anyOf: readonly AccessRule[] }
  | { readonly allOf: readonly AccessRule[] };

interface FileBase {
  readonly fid: string;
  readonly sfi: number;
  readonly read: AccessRule;
  readonly update: AccessRule;
}

/**
 * `records`: tag, length, value each. `cyclic`: raw records of `recordLength` bytes, newest first, at most `capacity`.
 * `transparent`: `data` without the FF bytes that fill the rest of `size`.
 */
export type FileImage =
  | (FileBase & { readonly kind: 'records'; readonly records: readonly string[] })
  | (FileBase & {
      readonly kind: 'cyclic';
      readonly recordLength: number;
      readonly capacity: number;
      readonly records: readonly string[];
    })
  | (FileBase & { readonly kind: 'transparent'; readonly size: number; readonly data: string });
