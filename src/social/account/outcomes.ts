import type { Denial } from '../denial.ts';

/**
 * One transaction, for the books and for the upload. Kept by whoever called: nothing here is stored. Amounts in fen.
 */
export interface TransactionReceipt {
  readonly type: 'load' | 'purchase';
  /** 卡识别码, 32 hex digits: whose account. Compare it before asking another insertion for a proof. */
  readonly cardIdentification: string;
  /** Online serial of a load, offline serial of a purchase: `prove` asks by it. */
  readonly serial: number;
  readonly keyVersion: number;
  readonly algorithm: number;
  /** What the account gets or pays. */
  readonly amount: number;
  readonly selfPaid: number;
  readonly pooled: number;
  /** Balance before. */
  readonly oldBalance: number;
  /** Twelve digits. */
  readonly terminal: string;
  /** Serial of the PSAM or of the key service, eight hex digits; null for a load. */
  readonly terminalSerial: string | null;
  /** `YYYY-MM-DDThh:mm:ss`, local time of the one who set it: the host for a load, this machine for a purchase. */
  readonly at: string;
  /** 交易认证码, eight hex digits; null as long as the card has not given it. */
  readonly tac: string | null;
}

/**
 * Why nothing was moved. The four of the card (5.3): `mac-refused` 9302, `not-enough-money` 9401, `key-index` 9403,
 * `mac-not-available` 9406.
 */
export type NotDoneReason =
  | Denial
  /** Neither caller nor key provider says what the terminal is called. */
  | { readonly reason: 'no-terminal-number' }
  | {
      readonly reason: 'mac-refused' | 'not-enough-money' | 'key-index' | 'mac-not-available';
      readonly sw: number;
      readonly step: string;
    };

/** The account is as it was. */
export interface TransactionNotDone {
  readonly kind: 'not-done';
  readonly why: NotDoneReason;
}

/** The balance was read back, and is the old one changed by the amount. */
export interface TransactionDone {
  readonly kind: 'done';
  readonly balance: number;
  /** `unchecked`: no provider here can check it, or none answered. */
  readonly tac: 'right' | 'unchecked';
  readonly receipt: TransactionReceipt;
}

/**
 * Nobody knows, or what is known does not agree. Nothing is sent a second time; `prove` asks the card.
 * - `answer-lost`: the command that moves the money left, its answer did not come, or cannot be read (`code`).
 * - `status`: a status word that does not tell, or that the card itself contradicts (`sw`).
 * - `not-confirmed`: the card says done, and then MAC2 could not be checked or the balance not be read (`code`).
 * - `mac2-wrong`, `tac-wrong`: the card says done, and its proof is wrong.
 * - `balance-differs`: the card says done, and has another balance than that (`balance`).
 */
export interface TransactionUnknown {
  readonly kind: 'unknown';
  readonly why: 'answer-lost' | 'status' | 'not-confirmed' | 'mac2-wrong' | 'tac-wrong' | 'balance-differs';
  readonly code?: string;
  readonly sw?: number;
  readonly balance?: number;
  readonly receipt: TransactionReceipt;
}

/** MAC1 of the card is wrong: it has another key, or is no card of ours. Nothing was loaded. */
export interface CardNotTrusted {
  readonly kind: 'card-not-trusted';
}

/** The commands are no public source's as a whole: proved against the simulated card only. */
export interface Unproven {
  readonly unproven: true;
}

/** What came of a load. */
export type LoadOutcome = Unproven & (TransactionDone | TransactionNotDone | TransactionUnknown | CardNotTrusted);

/** What came of a purchase. */
export type PurchaseOutcome = Unproven & (TransactionDone | TransactionNotDone | TransactionUnknown);

/** What the card says about a transaction of the past; MAC2 and TAC as eight hex digits. */
export type ProofOutcome = Unproven &
  (
    | { readonly kind: 'proof'; readonly cardIdentification: string; readonly mac2: string; readonly tac: string }
    /** 9406: there is no such transaction, or a later one is the last. */
    | { readonly kind: 'no-proof'; readonly cardIdentification: string }
    | TransactionNotDone
  );
