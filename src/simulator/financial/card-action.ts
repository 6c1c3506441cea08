import { equalBytes } from '../../../apdu/bytes.ts';
import { amountIn, isLowerLimitPassed, isNewCard, isUpperLimitPassed } from './card-limits.ts';
import { dataObject, type FinancialContents } from './contents.ts';
import { givenValue } from './cryptogram.ts';
import { hasAip } from './cvr.ts';
import type { AppletInTransaction, CryptogramKind } from './session.ts';

/** Bits of the application default action, 9F52 (3.5): what the issuer wants where the card may choose. */
const ADA = {
  authenticationFailedOnline: [1, 8],
  authenticationFailedDecline: [1, 7],
  authenticationMissingDecline: [1, 6],
  declineAdvice: [1, 5],
  pinLimitAdvice: [1, 4],
  authenticationAdvice: [1, 3],
  newCardOnline: [1, 2],
  newCardDecline: [1, 1],
  pinLimitBlock: [2, 8],
  earlierPinLimitDecline: [2, 7],
  earlierPinLimitOnline: [2, 6],
  earlierPinLimitUnableDecline: [2, 5],
  scriptFailedOnline: [2, 4],
  earlierPinLimitBlock: [2, 3],
} as const;

/** What the card answers to GENERATE AC. */
export interface CardAction {
  readonly kind: CryptogramKind;
  /** The missing or wrong answer of the issuer is why it declines. */
  readonly because?: 'issuer-authentication';
  readonly blocks?: true;
}

/** Whether the issuer wants this (9F52, absent: nothing). */
export function wants(contents: FinancialContents, rule: keyof typeof ADA): boolean {
  const [byte, bit] = ADA[rule];
  return (((dataObject(contents, 0x9f52)?.[byte - 1] ?? 0) >> (bit - 1)) & 1) === 1;
}

/** Card action analysis at the first GENERATE AC: what was asked, or less (4.7). */
export function firstAction(applet: AppletInTransaction, asked: CryptogramKind): CardAction {
  const { contents, transaction } = applet;
  const { dataSet, last } = transaction;
  if (contents.image.state.blocked) return { kind: 'AAC' };
  if (dataSet.eCash) return { kind: asked === 'TC' && !isCovered(applet) ? 'AAC' : asked };
  const pinLimit = isEarlierPinLimit(applet);
  if (pinLimit && wants(contents, 'earlierPinLimitBlock')) return { kind: 'AAC', blocks: true };
  if (pinLimit && wants(contents, 'earlierPinLimitDecline')) return { kind: 'AAC' };
  if (asked !== 'TC') return { kind: asked };
  const online =
    transaction.limitExceeded ||
    last.onlineNotCompleted ||
    (last.issuerAuthenticationFailed && wants(contents, 'authenticationFailedOnline')) ||
    (isNewCard(contents) && wants(contents, 'newCardOnline')) ||
    (pinLimit && wants(contents, 'earlierPinLimitOnline')) ||
    (last.scriptFailed && wants(contents, 'scriptFailedOnline'));
  return { kind: online ? 'ARQC' : 'TC' };
}

/** Whether a limit is passed that lowers a TC to an ARQC; e-cash has its own (4.1). */
export function isOnlineWanted(applet: AppletInTransaction): boolean {
  return !applet.transaction.dataSet.eCash && isLowerLimitPassed(applet);
}

/** Card action analysis at the second GENERATE AC, when the terminal was online (4.8). */
export function onlineAction({ contents, transaction }: AppletInTransaction, asked: 'TC' | 'AAC'): CardAction {
  if (asked === 'AAC' || contents.image.state.blocked) return { kind: 'AAC' };
  const { issuerAuthentication } = transaction;
  const declines =
    (issuerAuthentication === 'failed' && wants(contents, 'authenticationFailedDecline')) ||
    (issuerAuthentication === 'none' &&
      isAuthenticationRequired({ contents, transaction }) &&
      wants(contents, 'authenticationMissingDecline'));
  return declines ? { kind: 'AAC', because: 'issuer-authentication' } : { kind: 'TC' };
}

/** Card action analysis at the second GENERATE AC, when the terminal could not go online. */
export function unableOnlineAction(applet: AppletInTransaction, asked: 'TC' | 'AAC'): CardAction {
  const { contents, transaction } = applet;
  if (asked === 'AAC' || contents.image.state.blocked) return { kind: 'AAC' };
  if (transaction.dataSet.eCash) return { kind: isCovered(applet) ? 'TC' : 'AAC' };
  transaction.limitExceeded ||= isUpperLimitPassed(applet);
  const declines =
    isUpperLimitPassed(applet) ||
    (isNewCard(contents) && wants(contents, 'newCardDecline')) ||
    (isEarlierPinLimit(applet) && wants(contents, 'earlierPinLimitUnableDecline'));
  return { kind: declines ? 'AAC' : 'TC' };
}

/** The issuer must be authenticated before anything counts as online: 9F56 bit 8, and AIP 1.3. */
export function isAuthenticationRequired({
  contents,
  transaction,
}: Pick<AppletInTransaction, 'contents' | 'transaction'>): boolean {
  const indicator = dataObject(contents, 0x9f56)?.[0] ?? 0;
  return (indicator & 0x80) !== 0 && hasAip(transaction.dataSet.aip, 0x04);
}

/** Advice and reason in the cryptogram information of an AAC (3.5). */
export function adviceOf({ contents, transaction }: AppletInTransaction, { kind, because }: CardAction): number {
  if (kind !== 'AAC') return 0;
  if (because !== undefined && wants(contents, 'authenticationAdvice')) return ADVICE | 0x03;
  if (transaction.pinBlockedNow && wants(contents, 'pinLimitAdvice')) return ADVICE | 0x02;
  return wants(contents, 'declineAdvice') ? ADVICE : 0;
}

const ADVICE = 0x08;

/** The tries were used up before this transaction. */
function isEarlierPinLimit({ contents, transaction }: AppletInTransaction): boolean {
  return contents.image.pin.triesLeft === 0 && !transaction.pinBlockedNow;
}

/** The e-cash still pays the amount, which may be another one than at GET PROCESSING OPTIONS, and in its currency. */
function isCovered({ contents, transaction }: AppletInTransaction): boolean {
  const currency = dataObject(contents, 0x9f51);
  const own = currency !== undefined && equalBytes(givenValue(transaction, 0x5f2a, 2), currency);
  return own && amountIn(transaction) <= Number(contents.image.state.balance ?? 0);
}
