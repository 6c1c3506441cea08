import type { Where as AnyWhere } from '../../drivers/exchange.ts';

/** What a command of the social security application is for. */
export interface Where extends AnyWhere {
  readonly step: Step;
}

/** Stable keys; they stand in errors and in the JSON of the command. */
export type Step =
  | 'select-application'
  | 'select-directory'
  | 'read-record'
  | 'read-binary'
  | 'update-record'
  | 'append-record'
  | 'update-binary'
  | 'get-challenge'
  | 'external-authentication'
  | 'internal-authentication'
  | 'pin-status'
  | 'verify-pin'
  | 'change-pin'
  | 'reload-pin'
  | 'unblock-pin'
  | 'block-application'
  | 'unblock-application'
  | 'get-balance'
  | 'initialise-load'
  | 'credit-load'
  | 'initialise-purchase'
  | 'debit-purchase'
  | 'prove-transaction'
  | 'read-certificate';

/**
 * Whether a status word says that the command was not carried out: checking errors (ISO/IEC 7816-4, 5.1.3), and those
 * of the PBOC purse (5.3). Anything else but 9000 leaves open what a writing command did.
 */
export function saysNotDone(sw: number): boolean {
  return (sw >= 0x6700 && sw <= 0x6eff) || sw >> 8 === 0x93 || sw >> 8 === 0x94;
}
