import { equalBytes } from '../../../apdu/bytes.ts';
import { unsigned } from '../numbers.ts';

/** One rule of the CVM list, tag 8E: what is to be done, and when. */
export interface CvmRule {
  /** First byte as it stands: it goes into the results. */
  readonly code: number;
  /** Its low six bits. */
  readonly method: number;
  /** Bit 7: the next rule is tried when this one does not succeed. */
  readonly nextIfUnsuccessful: boolean;
  /** Second byte. */
  readonly condition: number;
}

/** The list: amounts X and Y in minor units of the application's currency, and the rules in order. */
export interface CvmList {
  readonly x: number;
  readonly y: number;
  readonly rules: readonly CvmRule[];
}

/** What conditions are about. */
export interface CvmSituation {
  readonly kind: 'cash-attended' | 'cash-unattended' | 'cashback' | 'other';
  /** 9F02, minor units. */
  readonly amount: number;
  /** 5F2A is the application's currency, 9F42. False when the card has no 9F42. */
  readonly ownCurrency: boolean;
}

type Condition = (situation: CvmSituation, list: CvmList, supported: boolean) => boolean;

/** Second byte of a rule (E3 Annex C3). */
const CONDITIONS: Readonly<Record<number, Condition>> = {
  0: () => true,
  1: ({ kind }) => kind === 'cash-unattended',
  2: ({ kind }) => kind === 'other',
  3: (_situation, _list, supported) => supported,
  4: ({ kind }) => kind === 'cash-attended',
  5: ({ kind }) => kind === 'cashback',
  6: ({ ownCurrency, amount }, { x }) => ownCurrency && amount < x,
  7: ({ ownCurrency, amount }, { x }) => ownCurrency && amount > x,
  8: ({ ownCurrency, amount }, { y }) => ownCurrency && amount < y,
  9: ({ ownCurrency, amount }, { y }) => ownCurrency && amount > y,
};

/** Whether a rule applies; a condition that nobody knows is not met (E3 10.5). */
export function applies(rule: CvmRule, list: CvmList, situation: CvmSituation, supported: boolean): boolean {
  return CONDITIONS[rule.condition]?.(situation, list, supported) ?? false;
}

/** @returns `undefined` when it is cut short */
export function parseCvmList(bytes: Uint8Array): CvmList | undefined {
  if (bytes.length < 10 || bytes.length % 2 !== 0) return undefined;
  const rules: CvmRule[] = [];
  for (let at = 8; at < bytes.length; at += 2) {
    const [code = 0, condition = 0] = bytes.subarray(at, at + 2);
    rules.push({ code, method: code & 0x3f, nextIfUnsuccessful: (code & 0x40) !== 0, condition });
  }
  return { x: unsigned(bytes.subarray(0, 4)), y: unsigned(bytes.subarray(4, 8)), rules };
}

export function isOwnCurrency(own: Uint8Array | undefined, currency: Uint8Array | undefined): boolean {
  return own !== undefined && currency !== undefined && equalBytes(own, currency);
}
