/**
 * The card's file system as data. One JSON file per generation describes the directories, files, items, access rules,
 * keys and the PIN; an overlay per region adds to it, merged by directory, file and tag. A corrected fact is a change
 * there, not here. Facts that no public source states are listed in `assumptions.json`, and in `docs/assumptions.md`.
 */

export type Generation = '1.0' | '2.0' | '3.0';

export type Confidence = 'CERTAIN' | 'LIKELY' | 'ASSUMED';

/**
 * What must be fulfilled first. `pin`: the PIN was verified. `key:0A`: external authentication with that key of the
 * same directory. `anyOf`, `allOf` combine them.
 */
export type AccessRule =
  | 'free'
  | 'never'
  | 'pin'
  | `key:${string}`
  | { readonly anyOf: readonly AccessRule[] }
  | { readonly allOf: readonly AccessRule[] };

/**
 * How a value is written (social-security-card.md 3.1): `an` text, `cn` BCD digits, `b` bytes, `group` a run of items
 * (B-TLV), `dec` a decimal number of generation 1.0.
 */
export type ItemFormat = 'an' | 'cn' | 'b' | 'group' | 'dec';

/** One item. In a file of records it has a tag; in a cyclic file it is a field of each record, in this order. */
export interface ItemDescription {
  /** One byte, two hex digits; null where the value stands without tag and length. */
  readonly tag: string | null;
  /** Position in the file, 1-based; null where the tag alone finds it. */
  readonly record: number | null;
  /** Stable English name. */
  readonly name: string;
  readonly nameZh: string;
  readonly format: ItemFormat;
  /** Bytes of the value. */
  readonly length: number;
  readonly codeTable: string | null;
  readonly confidence: Confidence;
  readonly nameConfidence: Confidence;
  readonly source: string;
  readonly note?: string;
  /** Of a `group`. */
  readonly items?: readonly ItemDescription[];
}

export interface FileDescription {
  readonly directory: string;
  readonly ef: string;
  /** Two bytes, hex. */
  readonly fid: string;
  readonly sfi: number;
  readonly kind: 'records' | 'transparent' | 'cyclic';
  readonly name: string;
  readonly nameZh: string;
  readonly read: AccessRule;
  readonly update: AccessRule;
  /** Bytes of a transparent file. */
  readonly size?: number;
  /** Records of a cyclic file. */
  readonly records?: number;
  readonly confidence: Confidence;
  readonly source: string;
  readonly items?: readonly ItemDescription[];
}

export interface DirectoryDescription {
  readonly id: string;
  readonly fid: string;
  readonly aid: string | null;
  readonly nameZh: string;
  readonly confidence: Confidence;
  readonly source: string;
}

export interface KeyDescription {
  readonly directory: string;
  /** P2 of EXTERNAL AUTHENTICATION, hex; null where no command names the key. */
  readonly id: string | null;
  readonly name: string;
  readonly nameZh: string;
  readonly externalAuthentication: boolean;
  readonly tries: number;
  readonly triesConfidence: Confidence;
  /** The key of the PSAM that gives this one; hex. */
  readonly psam: { readonly usage: string; readonly id: string };
  readonly confidence: Confidence;
  readonly source: string;
}

/** How values are written and filled on this card (3.1). */
export interface CodingRules {
  readonly textEncoding: string;
  /** Bytes cut off the end of a text, hex. */
  readonly textPadding: string;
  /** A value made of one of these bytes only is empty; hex. */
  readonly empty: string;
}

export interface CardProfile {
  readonly generation: Generation;
  readonly versions: readonly string[];
  readonly algorithm: '3DES' | 'SM4';
  readonly application: { readonly aid: string; readonly fid: string };
  readonly coding: CodingRules;
  readonly directories: readonly DirectoryDescription[];
  readonly files: readonly FileDescription[];
  readonly keys: readonly KeyDescription[];
  readonly pin: {
    readonly directory: string;
    readonly digits: readonly number[];
    readonly tries: number;
    readonly initialPin: string;
    readonly statusBy: 'none' | 'empty-verify';
    readonly confidence: Confidence;
    readonly source: string;
  };
}

/** What a region adds: files, items of known files, keys. */
export interface ProfileOverlay {
  readonly region: string;
  readonly nameZh: string;
  readonly appliesTo: {
    readonly generations: readonly Generation[];
    /** First digits of the division on the card (GB/T 2260). */
    readonly divisionPrefix: string;
  };
  readonly files: readonly FileDescription[];
  readonly keys: readonly KeyDescription[];
}

/** What a terminal needs before it knows the generation (chapter 1, rules 1 and 2). */
export interface Detection {
  readonly application: { readonly directory: string; readonly aid: string; readonly fid: string };
  readonly version: {
    readonly ef: string;
    readonly sfi: number;
    readonly tag: string;
    readonly length: number;
    /** As `textPadding` of a generation. */
    readonly padding: string;
  };
  /** Layout by the digit before the point of the version. */
  readonly generations: Readonly<Record<string, Generation>>;
  /** Versions that have been described; another one with a known first digit is read by that layout, and reported. */
  readonly versions: readonly string[];
}

/** A fact no public source states, on which code relies: a terminal with the real specification corrects it. */
export interface Assumption {
  readonly id: string;
  /** Who relies on it: the terminal, or only the simulated card. */
  readonly side: 'terminal' | 'twin';
  readonly value: string;
  readonly zh: string;
  readonly en: string;
  readonly source: string;
}
