import { SscardError } from './errors.ts';

/**
 * What went wrong in a later part of an exchange (a GET RESPONSE, a block of a chain): a part that never left does not make the whole
 * command "not done".
 * @returns the error itself, or one with `outcome` `unknown` in place of `not-done`
 */
export function begun<E>(error: E): E | SscardError {
  if (!(error instanceof SscardError) || error.details.outcome !== 'not-done') return error;
  const { code, message, details } = error;
  return new SscardError(code, message, { ...details, outcome: 'unknown' }, { cause: error });
}
