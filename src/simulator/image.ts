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
 * `records`: tag, length, value each. `cyclic`: raw records of one length, newest first.
 * `transparent`: `data` without the FF bytes that fill the rest of `size`.
 */
export type FileImage =
  | (FileBase & { readonly kind: 'records' | 'cyclic'; readonly records: readonly string[] })
  | (FileBase & { readonly kind: 'transparent'; readonly size: number; readonly data: string });
