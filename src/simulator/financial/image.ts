/**
 * What is stored on the financial application of a simulated card (emv-pboc.md): the shape of the `card.financial` member
 * of a card file. Bytes are hex text in upper case. One application; its directory (PSE) names it.
 */
export interface FinancialImage {
  /** The payment directory; absent: SELECT of its name is answered 6A82. */
  readonly directory?: PaymentDirectoryImage;
  /** Full name of the application: found by this, and by its first five bytes or more (1.3). */
  readonly aid: string;
  /** Template 6F as SELECT answers it: the PDOL and the places of both logs are taken from here. */
  readonly fci: string;
  /** What GET PROCESSING OPTIONS chooses from (4.1). A card has at least one that is not for e-cash. */
  readonly dataSets: readonly DataSetImage[];
  /** Records by short file identifier and number, both decimal: `"2.1": "7081B0…"`. Without the logs. */
  readonly records: Readonly<Record<string, string>>;
  /**
   * Data objects outside of records, value by tag (`"9F4F"`, `"9F52"`, `"9F77"`, …). GET DATA gives those that are not
   * `internal`; PUT DATA changes the limits among them. Not in here, but in `pin` and `state`: 9F36, 9F13, 9F17, 9F79.
   */
  readonly data: Readonly<Record<string, string>>;
  /** Tags of `data` that GET DATA answers 6A88 (2: issuer-controlled devices only). */
  readonly internal: readonly string[];
  /** Card keys by algorithm: one for each algorithm of the data sets. */
  readonly keys: Readonly<Partial<Record<FinancialAlgorithm, FinancialKeysImage>>>;
  /** What signs: with data sets of 3DES the key of RSA, with those of SM4 that of SM2 (P17). */
  readonly privateKeys: {
    readonly rsa?: RsaPrivateKeyImage;
    /** Opens enciphered PINs (9F2D certifies it); absent: `rsa` does. */
    readonly rsaPin?: RsaPrivateKeyImage;
    /** Scalar, 32 bytes. */
    readonly sm2?: string;
  };
  /** Offline PIN: four to twelve digits. */
  readonly pin: { readonly digits: string; readonly tries: number; readonly triesLeft: number };
  /**
   * Issuer application data (9F10) as personalised (5): length, key index, cryptogram version (01, 17 or 0A), CVR,
   * algorithm, and what the issuer put behind. The card fills in CVR and algorithm, and balance and MAC behind id 01.
   */
  readonly issuerData: string;
  readonly state: FinancialState;
}

/** The payment directory `1PAY.SYS.DDF01`: its FCI, and the file that lists the applications. */
export interface PaymentDirectoryImage {
  readonly fci: string;
  /** The one that tag 88 of the FCI names. */
  readonly sfi: number;
  /** Templates 70, the first record first. */
  readonly records: readonly string[];
}

/** 3DES goes with RSA and SHA-1, SM4 with SM2 and SM3 (4.1, P17). */
export type FinancialAlgorithm = '3DES' | 'SM4';

/** One answer to GET PROCESSING OPTIONS. */
export interface DataSetImage {
  readonly algorithm: FinancialAlgorithm;
  /** Only where the terminal wants e-cash and the card agrees (4.1). */
  readonly eCash: boolean;
  /** Two bytes, tag 82. */
  readonly aip: string;
  /** Tag 94. */
  readonly afl: string;
}

/** Card keys of 16 bytes: cryptograms, MAC of scripts, encipherment in scripts (7.1). */
export interface FinancialKeysImage {
  readonly ac: string;
  readonly mac: string;
  readonly enc: string;
}

/** Both primes with the same number of bytes, and the public exponent; all big-endian. */
export interface RsaPrivateKeyImage {
  readonly p: string;
  readonly q: string;
  readonly exponent: string;
}

/** What a transaction leaves behind (6). */
export interface FinancialState {
  /** Application transaction counter, 9F36: 0 to 65535. */
  readonly atc: number;
  /** Last online ATC register, 9F13, as GET DATA shows it: one or two bytes. Zero: a new card. */
  readonly lastOnlineAtc: string;
  /** APPLICATION BLOCK, or the PIN's limit where 9F52 wants that (2.8, 2.3). CARD BLOCK is `block` of the card. */
  readonly blocked: boolean;
  readonly last: LastTransaction;
  readonly counters: OfflineCounters;
  /** E-cash balance, 9F79: six bytes of BCD in fen; absent: the card has no e-cash. */
  readonly balance?: string;
  /** Entries in the format of 9F4F, the newest first. */
  readonly log: readonly string[];
  /** P1 P2, old and new value, and the items of DF4F (4.9), the newest first. */
  readonly loadLog: readonly string[];
}

/** What the next transaction tells of the last one in its CVR. */
export interface LastTransaction {
  readonly onlineNotCompleted: boolean;
  readonly issuerAuthenticationFailed: boolean;
  readonly issuerAuthenticationMissing: boolean;
  /** Static or dynamic authentication had failed, and it was declined offline. */
  readonly staticFailed: boolean;
  readonly dynamicFailed: boolean;
  readonly scriptFailed: boolean;
  /** Script commands that succeeded after the second GENERATE AC: 0 to 15. */
  readonly scripts: number;
}

/** What was approved offline since the last time online. */
export interface OfflineCounters {
  /** In another currency than 9F51, in another country than 9F57. */
  readonly foreignCurrency: number;
  readonly foreignCountry: number;
  /** In the currency 9F51, fen. */
  readonly amount: number;
}

/** Before the first transaction. */
export const NEW_TRANSACTIONS: Pick<FinancialState, 'last' | 'counters' | 'log' | 'loadLog'> = {
  last: {
    onlineNotCompleted: false,
    issuerAuthenticationFailed: false,
    issuerAuthenticationMissing: false,
    staticFailed: false,
    dynamicFailed: false,
    scriptFailed: false,
    scripts: 0,
  },
  counters: { foreignCurrency: 0, foreignCountry: 0, amount: 0 },
  log: [],
  loadLog: [],
};
