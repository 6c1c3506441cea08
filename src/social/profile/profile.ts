import type { AuthenticationRule, MacRule } from '../../keys/provider.ts';
import type { PsamStructure } from '../../keys/psam-session.ts';

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

/**
 * What the value stands for, where its format does not say: `date` YYYYMMDD, `month` YYYYMM, `datetime`
 * YYYYMMDDhhmmss, `fen` an amount (binary in `b`, BCD else), `number` an unsigned binary number, `photo` a JPEG file
 * with a filling after it.
 */
export type ItemMeaning = 'date' | 'month' | 'datetime' | 'fen' | 'number' | 'photo';

/**
 * One item. In a file of records it has a tag; in a cyclic file it is a field of each record, in a transparent file a
 * field of the file, in this order.
 */
export interface ItemDescription {
  /** One byte, two hex digits; null where the value stands without tag and length. */
  readonly tag: string | null;
  /** Position in the file, 1-based; null for a field and for an item of a group. */
  readonly record: number | null;
  /** Stable English name. */
  readonly name: string;
  readonly nameZh: string;
  readonly format: ItemFormat;
  /** Bytes of the value. 0: no public source says; the value is whatever the card holds there (Le = 00 asks for it). */
  readonly length: number;
  readonly codeTable: string | null;
  readonly meaning?: ItemMeaning;
  readonly confidence: Confidence;
  readonly nameConfidence: Confidence;
  readonly source: string;
  readonly note?: string;
  /** Of a `group`. */
  readonly items?: readonly ItemDescription[];
}

/** One elementary file of a directory: its address, structure, access rules and items. */
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
  /** Records of a cyclic file, and bytes of each; both absent where no public source says. */
  readonly records?: number;
  readonly recordLength?: number;
  readonly confidence: Confidence;
  /** Of `read` and `update`, where it differs from that of the file. */
  readonly accessConfidence?: Confidence;
  readonly source: string;
  readonly note?: string;
  readonly items?: readonly ItemDescription[];
}

/** The application (`SSSE`) or one of its directories. */
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
  /** The key of the PSAM that gives this one; hex. Null: in no PSAM (6.1). */
  readonly psam: { readonly usage: string; readonly id: string } | null;
  /** Key address of the HSM, four hex digits (6.1); absent where no public source has it. */
  readonly hsm?: string;
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

/** How keys are used (6.3 to 6.5): most of it is ASSUMED, so an overlay may change each. */
export interface SecurityRules {
  readonly authentication: AuthenticationRule;
  readonly mac: MacRule;
  /** Which bytes of the answer to reset are the card's factor: T6 to TD, or T8 to TD and 0000 (1.1). */
  readonly cardFactor: 'last-eight' | 'serial-zero';
  /** Headers of four bytes, hex, of RELOAD PIN and PIN UNBLOCK (5): makers use others on some card versions. */
  readonly pinReload: string;
  readonly pinUnblock: string;
  /** Whether a right outlives the selection of another directory of the application (6.4). */
  readonly rightsOutliveDirectory: boolean;
  readonly confidence: Confidence;
  readonly source: string;
}

/** The PSAM that goes with these cards (7.1, 7.2). */
export interface PsamRules extends PsamStructure {
  readonly confidence: Confidence;
  readonly source: string;
}

/** Commands of the medical account (5): header of four bytes, hex. */
export interface PurseRules {
  readonly directory: string;
  /** Index of load, purchase and TAC key on the card. */
  readonly keyIndex: number;
  readonly getBalance: { readonly account: string; readonly selfPaid: string; readonly pooled: string };
  readonly initialiseLoad: string;
  readonly creditLoad: string;
  readonly initialisePurchase: string;
  readonly debitPurchase: string;
  readonly prove: string;
  /** One byte each, hex: ASCII, or binary as PBOC has them. */
  readonly types: { readonly load: string; readonly purchase: string };
  readonly confidence: Confidence;
  readonly source: string;
}

/** The certificate application of generation 3.0 (2.6); only its public key is read. */
export interface CertificateRules {
  readonly aid: string;
  /** Name of the directory in it, selected after. */
  readonly directory: string;
  /** `head`: what stands in front of x and y, hex; another head is not understood. */
  readonly publicKey: { readonly fid: string; readonly length: number; readonly head: string };
  readonly confidence: Confidence;
  readonly source: string;
}

/** What works only where a site has switched it on: acts that no public source proves, or that lock something. */
export interface Switches {
  /** Load, purchase and proof of the medical account: unproven. */
  readonly accountTransactions: boolean;
  /** APPLICATION BLOCK and UNBLOCK of the social environment. */
  readonly applicationBlock: boolean;
}

export interface CardProfile {
  readonly generation: Generation;
  readonly versions: readonly string[];
  readonly algorithm: '3DES' | 'SM4';
  readonly application: { readonly aid: string; readonly fid: string };
  readonly coding: CodingRules;
  readonly security: SecurityRules;
  readonly psam: PsamRules;
  readonly purse: PurseRules;
  /** Generation 3.0 only. */
  readonly certificate?: CertificateRules;
  readonly switches: Switches;
  /** Most bytes of one READ BINARY or UPDATE BINARY (4). */
  readonly binaryChunk: number;
  readonly directories: readonly DirectoryDescription[];
  readonly files: readonly FileDescription[];
  readonly keys: readonly KeyDescription[];
  readonly pin: {
    readonly directory: string;
    /** Fewest and most digits. */
    readonly digits: readonly [least: number, most: number];
    readonly tries: number;
    readonly initialPin: string;
    readonly statusBy: 'none' | 'empty-verify';
    readonly confidence: Confidence;
    readonly source: string;
  };
}

/**
 * Members of a known item that change. It is found by its tag (a field by its name); of groups that repeat, the one with
 * the record given, or all. An item the file does not know has to be whole.
 */
export type ItemCorrection = Partial<Omit<ItemDescription, 'items'>> & { readonly items?: readonly ItemCorrection[] };

/** Members of a file that change. */
export type FileCorrection = Pick<FileDescription, 'directory' | 'ef'> &
  Partial<Omit<FileDescription, 'items'>> & { readonly items?: readonly ItemCorrection[] };

/**
 * What a region adds, or a site corrects: files, items of known files, keys, and single members of the rules. The
 * built-in one of Jiangsu and the file of `--profile` have the same form.
 */
export interface ProfileOverlay {
  readonly region: string;
  readonly nameZh: string;
  readonly appliesTo: {
    readonly generations: readonly Generation[];
    /** First digits of the division on the card (GB/T 2260); empty: every card. */
    readonly divisionPrefix: string;
  };
  /** A directory of the profile, by its id, gets the members given here; one it does not know has to be whole. */
  readonly directories?: readonly (Pick<DirectoryDescription, 'id'> & Partial<DirectoryDescription>)[];
  /** A file of the profile gets the members given here; one it does not know has to be whole. */
  readonly files?: readonly FileCorrection[];
  /**
   * A key of the profile, by directory and name, gets the members given here; one it does not know has to be whole. When
   * its identifier changes, the access rules of known files follow.
   */
  readonly keys?: readonly (Pick<KeyDescription, 'directory' | 'name'> & Partial<KeyDescription>)[];
  readonly algorithm?: CardProfile['algorithm'];
  readonly coding?: Partial<CodingRules>;
  readonly security?: Partial<SecurityRules>;
  readonly psam?: Partial<PsamRules>;
  readonly purse?: Partial<PurseRules>;
  readonly certificate?: Partial<CertificateRules>;
  readonly switches?: Partial<Switches>;
  readonly pin?: Partial<CardProfile['pin']>;
  readonly binaryChunk?: number;
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
