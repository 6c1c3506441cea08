import type { Answer, CardCore, LineCommand, Run } from '../command.ts';
import type { FinancialContents } from './contents.ts';
import type { DataSetImage, LastTransaction } from './image.ts';

/** What the financial side knows from its SELECT on; another SELECT, or the loss of power, ends it (1.1). */
export interface FinancialSession {
  readonly selected: 'directory' | 'application';
  /** Of GET CHALLENGE, for one enciphered PIN. */
  challenge?: Uint8Array;
  /** From GET PROCESSING OPTIONS on. */
  transaction?: Transaction;
}

/** `initiated`: no cryptogram yet. `online`: an ARQC was given, the second cryptogram is due. `over`: no more of them. */
export type Phase = 'initiated' | 'online' | 'over';

/** One transaction. */
export interface Transaction {
  readonly dataSet: DataSetImage;
  /** What the one before left behind: this one's CVR tells it to its end. */
  readonly last: LastTransaction;
  readonly pdolValues: Uint8Array;
  /** What the terminal gave in PDOL and CDOL: of a tag, what it gave last. */
  readonly given: Map<number, Uint8Array>;
  phase: Phase;
  pin: 'not-verified' | 'right' | 'wrong';
  /** A VERIFY came: on a PIN that was blocked before, the first one is told so. */
  pinWasAsked: boolean;
  /** The last try was spent in this transaction. */
  pinBlockedNow: boolean;
  /** This transaction blocked the application because of the PIN. */
  blockedByPin: boolean;
  dynamicSigned: boolean;
  limitExceeded: boolean;
  issuerAuthentication: 'none' | 'passed' | 'failed';
  scriptFailed: boolean;
  /** Of the first GENERATE AC. */
  first?: FirstCryptogram;
}

/** What the first GENERATE AC answered, and the values it was asked with. */
export interface FirstCryptogram {
  readonly cryptogram: Uint8Array;
  readonly cdolValues: Uint8Array;
}

export type CryptogramKind = 'AAC' | 'TC' | 'ARQC';

/** The financial application that is selected on a card. */
export interface Applet {
  readonly card: CardCore;
  readonly contents: FinancialContents;
  readonly session: FinancialSession;
}

/** The same in a transaction. */
export interface AppletInTransaction extends Applet {
  readonly transaction: Transaction;
}

/** The applet of a card whose financial side is selected: PSE or application. */
export function appletOf(card: CardCore): Applet | undefined {
  const { contents, session } = card;
  if (contents.financial === undefined || session.financial === undefined) return undefined;
  return { card, contents: contents.financial, session: session.financial };
}

const notNow: Answer = { sw: 0x6985 };

/** A command of the application, not of its directory. */
export function ofApplication(run: (applet: Applet, command: LineCommand) => Answer): Run {
  return (card, command) => {
    const applet = appletOf(card);
    return applet?.session.selected === 'application' ? run(applet, command) : notNow;
  };
}

/** A command of a transaction in one of these phases. */
export function inPhase(
  phases: readonly Phase[],
  run: (applet: AppletInTransaction, command: LineCommand) => Answer,
): Run {
  return ofApplication((applet, command) => {
    const { transaction } = applet.session;
    return transaction && phases.includes(transaction.phase) ? run({ ...applet, transaction }, command) : notNow;
  });
}
