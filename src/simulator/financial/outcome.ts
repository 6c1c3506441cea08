import { toHex } from '../../../apdu/bytes.ts';
import { type CardAction, isAuthenticationRequired } from './card-action.ts';
import { amountIn, countersWith } from './card-limits.ts';
import { amountHex, atcBytes } from './contents.ts';
import { givenValue } from './cryptogram.ts';
import { isAuthenticationMissing } from './cvr.ts';
import type { FinancialState } from './image.ts';
import { logWith } from './log.ts';
import type { AppletInTransaction } from './session.ts';

/** What a cryptogram leaves behind (6): stored in one write, before it is told. */

const NONE = { foreignCurrency: 0, foreignCountry: 0, amount: 0 } as const;

/** After the first GENERATE AC. */
export function afterFirst(applet: AppletInTransaction, { kind, blocks }: CardAction): Partial<FinancialState> {
  const { last } = applet.contents.image.state;
  if (kind === 'TC') return approvedOffline(applet);
  if (kind === 'ARQC') return { last: { ...last, onlineNotCompleted: true } };
  const [tvr = 0] = givenValue(applet.transaction, 0x95, 5);
  const failed = {
    staticFailed: last.staticFailed || (tvr & 0x40) !== 0,
    dynamicFailed: last.dynamicFailed || (tvr & 0x0c) !== 0,
  };
  return { last: { ...last, ...failed }, ...(blocks && { blocked: true }) };
}

/** After the second one, when the terminal could not go online. */
export function afterUnableOnline(applet: AppletInTransaction, { kind }: CardAction): Partial<FinancialState> {
  const { last } = applet.contents.image.state;
  const done = { last: { ...last, onlineNotCompleted: false } };
  return kind === 'TC' ? { ...done, ...approvedOffline(applet) } : done;
}

/**
 * After the second one, when the terminal was online. It counts as online when the issuer was authenticated, or when
 * that was neither tried nor required.
 */
export function afterOnline(applet: AppletInTransaction, { kind }: CardAction): Partial<FinancialState> {
  const { transaction } = applet;
  const { issuerAuthentication } = transaction;
  const counts =
    issuerAuthentication === 'passed' || (issuerAuthentication === 'none' && !isAuthenticationRequired(applet));
  return {
    last: {
      onlineNotCompleted: false,
      issuerAuthenticationFailed: issuerAuthentication === 'failed',
      issuerAuthenticationMissing: isAuthenticationMissing(applet),
      staticFailed: false,
      dynamicFailed: false,
      scriptFailed: transaction.scriptFailed,
      scripts: 0,
    },
    ...(counts && { lastOnlineAtc: registerOf(applet), counters: NONE }),
    ...(kind === 'TC' && logWith(applet)),
  };
}

/** Offline a TC takes from the e-cash, or counts against the limits. */
function approvedOffline(applet: AppletInTransaction): Partial<FinancialState> {
  const { transaction, contents } = applet;
  const { balance = '0' } = contents.image.state;
  const taken = transaction.dataSet.eCash
    ? { balance: amountHex(Number(balance) - amountIn(transaction)) }
    : { counters: countersWith(applet) };
  return { ...taken, ...logWith(applet) };
}

/** The register keeps its width: one byte on some cards (2). */
function registerOf({ contents }: AppletInTransaction): string {
  return toHex(atcBytes(contents)).slice(-contents.image.state.lastOnlineAtc.length);
}
