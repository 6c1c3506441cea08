import { isNewCard } from './card-limits.ts';
import type { AppletInTransaction, CryptogramKind } from './session.ts';

const CODES = { AAC: 0, TC: 1, ARQC: 2 } as const;
const NOT_REQUESTED = 2;

/** What was decided so far: bits 8-5 of byte 2. */
export interface Decided {
  readonly first: CryptogramKind;
  readonly second?: CryptogramKind;
  /** The terminal said so in its response code. */
  readonly unableOnline?: boolean;
}

/** Card verification results, four bytes (3.5). */
export function verificationResults(applet: AppletInTransaction, decided: Decided): Uint8Array {
  const { transaction, contents } = applet;
  const { last, pin, issuerAuthentication } = transaction;
  const second = decided.second === undefined ? NOT_REQUESTED : CODES[decided.second];
  const online = decided.second !== undefined && !decided.unableOnline;
  return Uint8Array.of(
    0x03,
    (second << 6) |
      (CODES[decided.first] << 4) |
      bits(issuerAuthentication === 'failed', pin !== 'not-verified', pin === 'wrong', decided.unableOnline === true),
    bits(
      last.onlineNotCompleted,
      contents.image.pin.triesLeft === 0,
      transaction.limitExceeded,
      isNewCard(contents),
      last.issuerAuthenticationFailed,
      last.issuerAuthenticationMissing || (online && isAuthenticationMissing(applet)),
      transaction.blockedByPin,
      last.staticFailed,
    ),
    (last.scripts << 4) | bits(last.scriptFailed, last.dynamicFailed, transaction.dynamicSigned, false),
  );
}

/** The card could have authenticated its issuer (AIP 1.3), and was not asked to. */
export function isAuthenticationMissing({ transaction }: AppletInTransaction): boolean {
  return transaction.issuerAuthentication === 'none' && hasAip(transaction.dataSet.aip, 0x04);
}

/** A bit of the first byte of the application interchange profile. */
export function hasAip(aip: string, bit: number): boolean {
  return (Number.parseInt(aip.slice(0, 2), 16) & bit) !== 0;
}

/** The highest first. */
function bits(...flags: readonly boolean[]): number {
  return flags.reduce((byte, flag) => byte * 2 + (flag ? 1 : 0), 0);
}
