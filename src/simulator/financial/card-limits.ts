import { equalBytes } from '../../../apdu/bytes.ts';
import {
  amountObject,
  amountOf,
  binaryObject,
  dataObject,
  type FinancialContents,
  transactionsSinceOnline,
} from './contents.ts';
import { givenValue } from './cryptogram.ts';
import type { OfflineCounters } from './image.ts';
import type { AppletInTransaction, Transaction } from './session.ts';

/** Velocity checking of the card (6): what it approves offline before it wants to be online again. */

/** It was never online. */
export function isNewCard({ image }: FinancialContents): boolean {
  return Number.parseInt(image.state.lastOnlineAtc, 16) === 0;
}

/** Counters as they would be with this transaction approved offline. */
export function countersWith({ contents, transaction }: AppletInTransaction): OfflineCounters {
  const { foreignCurrency, foreignCountry, amount } = contents.image.state.counters;
  const ownCurrency = isOwn(contents, transaction, 0x5f2a, 0x9f51);
  return {
    foreignCurrency: foreignCurrency + (ownCurrency ? 0 : 1),
    foreignCountry: foreignCountry + (isOwn(contents, transaction, 0x9f1a, 0x9f57) ? 0 : 1),
    amount: amount + (ownCurrency ? amountIn(transaction) : 0),
  };
}

/** Fen, tag 9F02. */
export function amountIn(transaction: Transaction): number {
  return amountOf(givenValue(transaction, 0x9f02, 6));
}

/** A lower limit is passed: the card wants to go online. */
export function isLowerLimitPassed(applet: AppletInTransaction): boolean {
  const { contents } = applet;
  const { foreignCurrency, foreignCountry, amount } = countersWith(applet);
  return (
    isOver(transactionsSinceOnline(contents.image.state), binaryObject(contents, 0x9f58)) ||
    isOver(foreignCurrency, binaryObject(contents, 0x9f53)) ||
    isOver(foreignCountry, binaryObject(contents, 0x9f72)) ||
    isOver(amount, amountObject(contents, 0x9f54))
  );
}

/** An upper limit is passed: without being online the card declines. */
export function isUpperLimitPassed(applet: AppletInTransaction): boolean {
  const { contents } = applet;
  return (
    isOver(transactionsSinceOnline(contents.image.state), binaryObject(contents, 0x9f59)) ||
    isOver(countersWith(applet).amount, amountObject(contents, 0x9f5c))
  );
}

/** A card without that limit has no such check. */
function isOver(value: number, limit: number | undefined): boolean {
  return limit !== undefined && value > limit;
}

/** What the terminal gave is what the card has; a card that has nothing knows nothing foreign. */
function isOwn(contents: FinancialContents, transaction: Transaction, given: number, own: number): boolean {
  const value = dataObject(contents, own);
  return value === undefined || equalBytes(givenValue(transaction, given, 2), value);
}
