import { SscardError } from '../../apdu/errors.ts';
import type { PinEntry } from '../pin-pad.ts';

/** For blocks without an account number. ASSUMED: the pad takes no notice of the digits. */
const NO_ACCOUNT = '000000000000';

/**
 * The twelve digits of the account number that go into a PIN block: those before the check digit (ISO 9564-1).
 * @param formats that the pad makes
 * @throws SscardError `unsupported` (a format that it does not make); RangeError: no account number of at least 13 digits
 */
export function accountDigits({ form }: PinEntry, formats: readonly number[]): string {
  if (form.kind !== 'block' || !formats.includes(form.format)) {
    throw new SscardError('unsupported', 'the pad makes no such PIN block', { outcome: 'not-done' });
  }
  const { accountNumber = NO_ACCOUNT } = form;
  if ((form.format === 1 || form.format === 2) && form.accountNumber === undefined) return NO_ACCOUNT;
  if (!/^\d{13,19}$/.test(accountNumber)) throw new RangeError('a PIN block wants an account number');
  return accountNumber.slice(-13, -1);
}
